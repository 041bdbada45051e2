package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"meshdrill/workloads/support/volumes"
)

// treeEntry is an entry to make. Its owner is the service's user unless it has another one.
type treeEntry struct {
	path      string
	kind      uint32 // S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO; 0 for another name of `target`
	mode      uint32
	size      int64
	written   []int64 // offsets of written ranges of a sparse file; nil if all is written
	target    string
	owner     *[2]int
	xattrs    map[string][]byte
	timestamp *time.Time
}

// made is the result of `attributes`.
type made struct {
	Entries int `json:"entries"`
	// Why an attribute is not in the tree, by its code: the file system, or the rights of this process.
	Missing map[string]string `json:"missing"`
}

// makeAttributes makes a tree with every attribute of files. It returns when the tree is on the disk.
func makeAttributes(out io.Writer, dir string, seed uint64) error {
	if err := os.Mkdir(dir, folderMode); err != nil {
		return err
	}
	entries := append([]treeEntry{{path: ".", kind: syscall.S_IFDIR, mode: folderMode}}, planAttributes()...)
	missing := map[string]string{}
	for index, entry := range entries[1:] {
		if err := entry.create(dir, seed, uint64(index)); err != nil {
			return err
		}
	}
	for _, entry := range entries {
		if err := entry.dress(dir, missing); err != nil {
			return err
		}
	}
	// Times last: each of the steps before changes them.
	for index, entry := range entries {
		if err := setTime(filepath.Join(dir, entry.path), entry.timeAt(index)); err != nil {
			return err
		}
	}
	return errors.Join(syncVolume(dir), json.NewEncoder(out).Encode(made{len(entries), missing}))
}

// timeAt returns a time that no other entry has, with nanoseconds, unless the entry has its own.
func (e treeEntry) timeAt(index int) time.Time {
	if e.timestamp != nil {
		return *e.timestamp
	}
	return time.Date(2020, 1, 1, 0, 0, index, 123456789, time.UTC)
}

// create makes the entry with its content.
func (e treeEntry) create(dir string, seed, number uint64) error {
	path := filepath.Join(dir, e.path)
	switch e.kind {
	case syscall.S_IFDIR:
		return os.Mkdir(path, 0o700)
	case syscall.S_IFLNK:
		return os.Symlink(e.target, path)
	case syscall.S_IFIFO:
		return syscall.Mkfifo(path, 0o600)
	case syscall.S_IFREG:
		return e.write(path, seed, number)
	}
	return os.Link(filepath.Join(dir, e.target), path)
}

func (e treeEntry) write(path string, seed, number uint64) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	ranges, length := e.written, int64(writtenInSparse)
	if ranges == nil {
		ranges, length = []int64{0}, e.size
	}
	err = file.Truncate(e.size)
	for _, from := range ranges {
		content := make([]byte, length)
		volumes.FillRandom(content, seed, number<<20+uint64(from))
		_, failed := file.WriteAt(content, from)
		err = errors.Join(err, failed)
	}
	return errors.Join(err, file.Close())
}

// dress sets owner, permissions and extended attributes. What is not supported or not allowed is named in `missing`.
func (e treeEntry) dress(dir string, missing map[string]string) error {
	path := filepath.Join(dir, e.path)
	if e.kind == 0 {
		return nil
	}
	owner := [2]int{serviceUser, serviceUser}
	if e.owner != nil {
		owner = *e.owner
	}
	if err := excuse(os.Lchown(path, owner[0], owner[1]), missing, "owner", "group"); err != nil {
		return err
	}
	if e.kind != syscall.S_IFLNK {
		// After the owner: a change of the owner clears setuid and setgid.
		if err := syscall.Chmod(path, e.mode); err != nil {
			return &os.PathError{Op: "chmod", Path: path, Err: err}
		}
	}
	for name, value := range e.xattrs {
		if err := excuse(syscall.Setxattr(path, name, value, 0), missing, codeOfXattr(name)); err != nil {
			return fmt.Errorf("attribute %q of %q: %w", name, path, err)
		}
	}
	return nil
}

// codeOfXattr returns the code of an extended attribute. attributes.ts has the same.
func codeOfXattr(name string) string {
	switch {
	case strings.HasPrefix(name, "system.posix_acl_"):
		return "acl"
	case name == "security.capability":
		return "capability"
	}
	return "xattr"
}

// excuse records why an attribute cannot be made. It returns any other error.
func excuse(err error, missing map[string]string, codes ...string) error {
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.EINVAL) {
		for _, code := range codes {
			missing[code] = reasonOf(err)
		}
		return nil
	}
	return err
}

// setTime sets access and modification time of the entry itself, never of a link's target.
func setTime(path string, at time.Time) error {
	const currentFolder, noFollow = -100, 0x100
	name, err := syscall.BytePtrFromString(path)
	if err != nil {
		return err
	}
	one := syscall.NsecToTimespec(at.UnixNano())
	both, from := [2]syscall.Timespec{one, one}, currentFolder
	_, _, errno := syscall.Syscall6(syscall.SYS_UTIMENSAT, uintptr(from), uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&both)), noFollow, 0, 0)
	if errno != 0 {
		return &os.PathError{Op: "utimensat", Path: path, Err: errno}
	}
	return nil
}
