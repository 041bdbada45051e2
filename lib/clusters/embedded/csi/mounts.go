package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// mounts is a lock for reading and changing the mounts of a node.
type mounts struct{ sync.Mutex }

// mountinfo contains spaces and similar characters in octal.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// targetsOf returns the mount points of a volume that this process sees.
func targetsOf(id string) ([]string, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	targets := []string{}
	for _, line := range strings.Split(string(text), "\n") {
		// The fields are ID, parent, device, path in the file system, and mount point.
		if fields := strings.Fields(line); len(fields) > 4 && strings.HasSuffix(fields[3], "/"+string(volumes)+"/"+id) {
			targets = append(targets, unescape.Replace(fields[4]))
		}
	}
	return targets, nil
}

func isReadOnly(target string) (bool, error) {
	stat := unix.Statfs_t{}
	if err := unix.Statfs(target, &stat); err != nil {
		return false, &fs.PathError{Op: "statfs", Path: target, Err: err}
	}
	return stat.Flags&unix.ST_RDONLY != 0, nil
}

// bind mounts a directory at another path, which is created if it is missing. The mount appears with all its attributes at once.
// So a killed driver never leaves a read-only volume that is writable.
func bind(from, target string, readOnly bool) error {
	if err := os.MkdirAll(target, 0o750); err != nil {
		return err
	}
	tree, err := unix.OpenTree(unix.AT_FDCWD, from, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return &fs.PathError{Op: "open_tree", Path: from, Err: err}
	}
	defer unix.Close(tree)
	if readOnly {
		attributes := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
		if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attributes); err != nil {
			return &fs.PathError{Op: "mount_setattr", Path: from, Err: err}
		}
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return &fs.PathError{Op: "move_mount", Path: target, Err: err}
	}
	return nil
}

// unbind removes all mounts at a path, and the directory, which must be empty then.
func unbind(target string) error {
	for {
		err := unix.Unmount(target, unix.UMOUNT_NOFOLLOW)
		switch {
		case err == nil:
			continue
		case errors.Is(err, unix.ENOENT):
			return nil
		case errors.Is(err, unix.EINVAL): // Nothing is mounted there.
			return ignoreMissing(os.Remove(target))
		}
		return &fs.PathError{Op: "umount", Path: target, Err: err}
	}
}
