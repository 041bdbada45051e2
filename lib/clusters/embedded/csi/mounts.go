package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// mounts is held while the mounts of a node are looked at and changed.
type mounts struct{ sync.Mutex }

// Spaces and the like are written in octal in mountinfo.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// targetsOf is where a volume is mounted, as far as this process sees.
func targetsOf(id string) ([]string, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	targets := []string{}
	for _, line := range strings.Split(string(text), "\n") {
		// ID, parent, device, path in the file system, path of the mount.
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

// bind shows a directory at another path, made where it is missing. It appears there with all its attributes at once: who is
// killed here leaves no read-only volume that can be written to.
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

// unbind takes away all that is mounted at a path, and the directory, which has to be empty then.
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
