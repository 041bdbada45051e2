package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

type inode struct{ dev, ino uint64 }

// walker walks a tree without following links. It stays on the file system of the top.
type walker struct {
	top     string
	dev     uint64
	entries []*treeFile
	folders map[inode]string // that were gone into
	linked  map[inode]string // files of several names, by the first of them
	buffer  []byte           // for extended attributes, as large as the kernel lets them be
}

// walkTree lists a tree. It fails only if the top cannot be read. Any other unreadable entry is listed with its reason.
func walkTree(dir string) ([]*treeFile, error) {
	var top syscall.Stat_t
	if err := syscall.Stat(dir, &top); err != nil {
		return nil, &os.PathError{Op: "stat", Path: dir, Err: err}
	}
	if _, err := os.ReadDir(dir); err != nil {
		return nil, err
	}
	w := &walker{top: dir, dev: uint64(top.Dev), folders: map[inode]string{}, linked: map[inode]string{}, buffer: make([]byte, 64<<10)}
	w.visit(".", top)
	return w.entries, nil
}

func (w *walker) visit(path string, stat syscall.Stat_t) {
	entry := describeEntry(path, stat)
	w.entries = append(w.entries, entry)
	full := filepath.Join(w.top, path)
	id := inode{uint64(stat.Dev), stat.Ino}
	if id.dev != w.dev {
		entry.refuse("is on another file system: not read")
		return
	}
	entry.Xattrs, entry.Unseen = readXattrs(w.buffer, full)
	switch entry.Type {
	case "symlink":
		target, err := os.Readlink(full)
		entry.Target = escapeName(target)
		entry.refuse(textOf(err))
	case "folder":
		if first, again := w.folders[id]; again {
			entry.refuse(fmt.Sprintf("is folder %q again: not read twice", first))
			return
		}
		w.folders[id] = entry.Path
		w.enter(path, entry)
	default:
		if stat.Nlink < 2 {
			return
		}
		if first, again := w.linked[id]; again {
			entry.Link = first
		} else {
			w.linked[id], entry.Link = entry.Path, entry.Path
		}
	}
}

func (w *walker) enter(path string, folder *treeFile) {
	children, err := os.ReadDir(filepath.Join(w.top, path))
	folder.refuse(textOf(err))
	for _, child := range children {
		name := filepath.Join(path, child.Name())
		var stat syscall.Stat_t
		if err := syscall.Lstat(filepath.Join(w.top, name), &stat); err != nil {
			// It vanished, or its path is too long for the kernel.
			lost := &treeFile{Path: escapeName(name), Type: "unknown", path: name}
			lost.refuse(textOf(err))
			w.entries = append(w.entries, lost)
			continue
		}
		w.visit(name, stat)
	}
}

func describeEntry(path string, stat syscall.Stat_t) *treeFile {
	entry := &treeFile{
		Path: escapeName(path), Type: typeOf(stat.Mode), Mode: fmt.Sprintf("%04o", stat.Mode&0o7777), Uid: stat.Uid, Gid: stat.Gid,
		Mtime: strconv.FormatInt(stat.Mtim.Nano(), 10), Allocated: stat.Blocks * 512, path: path, stat: stat,
	}
	switch stat.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		entry.Size = stat.Size
		spans := countParts(stat.Size, spanBytes)
		entry.hashes = make([]byte, countParts(stat.Size, treeBlockBytes)*hashBytes)
		entry.zeros, entry.failed = make([][][2]int64, spans), make([]error, spans)
	case syscall.S_IFCHR, syscall.S_IFBLK:
		entry.Device = uint64(stat.Rdev)
	}
	return entry
}

func typeOf(mode uint32) string {
	switch mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		return ""
	case syscall.S_IFDIR:
		return "folder"
	case syscall.S_IFLNK:
		return "symlink"
	case syscall.S_IFIFO:
		return "fifo"
	case syscall.S_IFSOCK:
		return "socket"
	case syscall.S_IFCHR:
		return "character device"
	case syscall.S_IFBLK:
		return "block device"
	}
	return "unknown"
}

// refuse records the first reason, and skips the content.
func (f *treeFile) refuse(reason string) {
	if f.Reason == "" && reason != "" {
		f.Reason, f.hashes, f.zeros, f.failed = reason, nil, nil, nil
	}
}

const changedReason = "changed while it was read"

// detectChange detects a file that was written or replaced while it was read.
func (f *treeFile) detectChange(dir string) {
	var now syscall.Stat_t
	if f.Type != "" || f.Reason != "" || f.path == "" {
		return
	}
	if err := syscall.Lstat(filepath.Join(dir, f.path), &now); err != nil {
		f.refuse("vanished while it was read: " + textOf(err))
	} else if now.Ino != f.stat.Ino || now.Size != f.stat.Size || now.Mtim != f.stat.Mtim {
		f.refuse(changedReason)
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return reasonOf(err)
}

// escapeName makes a name readable. Different names stay different.
func escapeName(name string) string {
	var text strings.Builder
	for at := 0; at < len(name); {
		char, width := utf8.DecodeRuneInString(name[at:])
		if (char == utf8.RuneError && width == 1) || char == '\\' || !unicode.IsPrint(char) {
			for _, one := range []byte(name[at : at+width]) {
				fmt.Fprintf(&text, "\\x%02x", one)
			}
		} else {
			text.WriteString(name[at : at+width])
		}
		at += width
	}
	return text.String()
}

// readXattrs reads the extended attributes of the entry itself, never those of a link's target.
func readXattrs(buffer []byte, path string) (map[string]string, string) {
	names, err := callXattr(buffer, syscall.SYS_LLISTXATTR, path, "")
	if err != nil {
		return nil, textOf(err)
	}
	values := map[string]string{}
	for _, name := range strings.Split(string(names), "\x00") {
		if name == "" {
			continue
		}
		value, err := callXattr(buffer, syscall.SYS_LGETXATTR, path, name)
		if err != nil {
			return values, escapeName(name) + ": " + textOf(err)
		}
		values[escapeName(name)] = hex.EncodeToString(value)
	}
	return values, ""
}

// callXattr reads the list of names (if no name is given) or the value of a name, up to the size of the buffer.
func callXattr(buffer []byte, call uintptr, path, name string) ([]byte, error) {
	from, err := syscall.BytePtrFromString(path)
	if err != nil {
		return nil, err
	}
	size := uintptr(len(buffer))
	var length uintptr
	var errno syscall.Errno
	if name == "" {
		length, _, errno = syscall.Syscall(call, uintptr(unsafe.Pointer(from)), uintptr(unsafe.Pointer(&buffer[0])), size)
	} else {
		key, err := syscall.BytePtrFromString(name)
		if err != nil {
			return nil, err
		}
		length, _, errno = syscall.Syscall6(call, uintptr(unsafe.Pointer(from)), uintptr(unsafe.Pointer(key)), uintptr(unsafe.Pointer(&buffer[0])), size, 0, 0)
	}
	if errno != 0 {
		return nil, errors.Join(errno)
	}
	return bytes.Clone(buffer[:length]), nil
}

// reasonOf returns the kernel's error if there is one, without the path, which the entry has.
func reasonOf(err error) string {
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}
