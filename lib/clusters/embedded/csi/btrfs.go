package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Requests and arguments of linux/btrfs.h. An ioctl ends before a killed driver ends. A separate program would continue.
const (
	subvolumeCreate = 0x5000940e // BTRFS_IOC_SUBVOL_CREATE
	subvolumeDelete = 0x5000940f // BTRFS_IOC_SNAP_DESTROY
	snapshotCreate  = 0x50009417 // BTRFS_IOC_SNAP_CREATE_V2
	subvolumeInfo   = 0x81f8943c // BTRFS_IOC_GET_SUBVOL_INFO
	fileSystemInfo  = 0x8400941f // BTRFS_IOC_FS_INFO
	quotaControl    = 0xc0109428 // BTRFS_IOC_QUOTA_CTL
	quotaRescan     = 0x4040942c // BTRFS_IOC_QUOTA_RESCAN
	quotaRescanWait = 0x0000942e // BTRFS_IOC_QUOTA_RESCAN_WAIT
	qgroupLimit     = 0x8030942b // BTRFS_IOC_QGROUP_LIMIT

	snapshotReadOnly  = 1 << 1
	quotaEnable       = 1
	limitOnReferenced = 1 << 0
)

type subvolumeArgs struct {
	fd   int64
	name [4088]byte
}

type snapshotArgs struct {
	fd             int64
	transid, flags uint64
	_              [4]uint64
	name           [4040]byte
}

type subvolumeInfoArgs struct {
	id    uint64
	_     [256 + 4*8 + 3*16 + 4*8]byte // name, its place, UUIDs, transactions
	ctime timespec
	otime timespec
	_     [2*16 + 8*8]byte
}

type timespec struct {
	seconds     uint64
	nanoseconds uint32
	_           uint32
}

type fileSystemInfoArgs struct {
	_    [16]byte
	fsid [16]byte
	_    [992]byte
}

type quotaArgs struct{ command, status uint64 }

type limitArgs struct {
	qgroup                                         uint64 // 0 is that of the subvolume
	flags, maxReferenced, maxExclusive, rsvR, rsvE uint64
}

// prepareRoot makes sure that the file system can hold volumes, and enforces their sizes.
func prepareRoot(root string) error {
	if _, err := statBtrfs(root); err != nil {
		return err
	}
	if err := ioctl("enable quotas", root, quotaControl, unsafe.Pointer(&quotaArgs{command: quotaEnable})); err != nil {
		return err
	}
	for _, dir := range []kind{volumes, snapshots} {
		if err := os.MkdirAll(filepath.Join(root, string(dir)), 0o700); err != nil {
			return err
		}
	}
	return checkQuotas(root)
}

// checkQuotas makes the kernel count again if its numbers are inconsistent. Errors: the kernel's mode cannot enforce limits.
func checkQuotas(root string) error {
	info := fileSystemInfoArgs{}
	if err := ioctl("read the file system's id", root, fileSystemInfo, unsafe.Pointer(&info)); err != nil {
		return err
	}
	// Older kernels have only one mode, and no file for it. Simple quotas would count a snapshot's data for its source.
	if mode, err := os.ReadFile(qgroupFile(info, "mode")); err == nil && strings.TrimSpace(string(mode)) != "qgroup" {
		return fmt.Errorf("the btrfs at %q counts quotas in mode %q instead of qgroup. Next: btrfs quota disable %s", root, mode, root)
	}
	if err := ioctl("wait for the count of quotas", root, quotaRescanWait, nil); err != nil {
		return err
	}
	if lost, err := readNumber(qgroupFile(info, "inconsistent")); err != nil || lost == 0 {
		return err
	}
	err := ioctl("count quotas again", root, quotaRescan, unsafe.Pointer(&[8]uint64{}))
	if err == nil || errors.Is(err, unix.EINPROGRESS) {
		err = ioctl("wait for the count of quotas", root, quotaRescanWait, nil)
	}
	return err
}

func statBtrfs(root string) (unix.Statfs_t, error) {
	stat := unix.Statfs_t{}
	if err := unix.Statfs(root, &stat); err != nil {
		return stat, &fs.PathError{Op: "statfs", Path: root, Err: err}
	}
	if stat.Type != unix.BTRFS_SUPER_MAGIC {
		return stat, fmt.Errorf("%q is not a btrfs file system (type %#x), or is not mounted. Next: findmnt -T %s", root, stat.Type, root)
	}
	return stat, nil
}

func createSubvolume(path string) error {
	args := subvolumeArgs{}
	copy(args.name[:], filepath.Base(path))
	if err := ioctl("create subvolume", filepath.Dir(path), subvolumeCreate, unsafe.Pointer(&args)); err != nil {
		return err
	}
	return os.Chmod(path, 0o755)
}

// snapshotSubvolume creates `to` as a snapshot of `from`. The snapshot is durable when it returns.
func snapshotSubvolume(from, to string, readOnly bool) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	args := snapshotArgs{fd: int64(source.Fd())}
	if readOnly {
		args.flags = snapshotReadOnly
	}
	copy(args.name[:], filepath.Base(to))
	return ioctl("make a snapshot of "+from+" in", filepath.Dir(to), snapshotCreate, unsafe.Pointer(&args))
}

// destroySubvolume removes a subvolume and its content. The kernel frees the space later.
func destroySubvolume(path string) error {
	args := subvolumeArgs{}
	copy(args.name[:], filepath.Base(path))
	err := ioctl("delete subvolume "+path+" in", filepath.Dir(path), subvolumeDelete, unsafe.Pointer(&args))
	if errors.Is(err, unix.ENOTEMPTY) {
		// The user of a volume may have created subvolumes in it.
		return os.RemoveAll(path)
	}
	return err
}

func limitSubvolume(path string, bytes int64) error {
	args := limitArgs{flags: limitOnReferenced, maxReferenced: uint64(bytes)}
	return ioctl(fmt.Sprintf("set the limit of %d bytes on", bytes), path, qgroupLimit, unsafe.Pointer(&args))
}

// subvolumeCreated returns the creation time of a subvolume. For a snapshot it is the moment of its content.
func subvolumeCreated(path string) (time.Time, error) {
	info := subvolumeInfoArgs{}
	err := ioctl("read the creation time of", path, subvolumeInfo, unsafe.Pointer(&info))
	return time.Unix(int64(info.otime.seconds), int64(info.otime.nanoseconds)), err
}

// subvolumeUsage returns the bytes that count against the limit of a subvolume: data on the disk and reserved space.
func subvolumeUsage(path string) (int64, error) {
	used := int64(0)
	for _, part := range []string{"referenced", "rsv_data", "rsv_meta_pertrans", "rsv_meta_prealloc"} {
		file, err := qgroupFileOf(path, part)
		if err != nil {
			return 0, err
		}
		bytes, err := readNumber(file)
		if err != nil {
			return 0, err
		}
		used += bytes
	}
	return used, nil
}

// qgroupFileOf returns the path of the file in which the kernel shows a number of a subvolume.
func qgroupFileOf(path, name string) (string, error) {
	info, subvolume := fileSystemInfoArgs{}, subvolumeInfoArgs{}
	err := errors.Join(
		ioctl("read the file system's id of", path, fileSystemInfo, unsafe.Pointer(&info)),
		ioctl("read the id of", path, subvolumeInfo, unsafe.Pointer(&subvolume)),
	)
	return qgroupFile(info, fmt.Sprintf("0_%d/%s", subvolume.id, name)), err
}

func qgroupFile(info fileSystemInfoArgs, name string) string {
	id := info.fsid
	return fmt.Sprintf("/sys/fs/btrfs/%x-%x-%x-%x-%x/qgroups/%s", id[:4], id[4:6], id[6:8], id[8:10], id[10:], name)
}

func readNumber(path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}

func ioctl(what, path string, request uintptr, args unsafe.Pointer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, file.Fd(), request, uintptr(args)); errno != 0 {
		return &fs.PathError{Op: what, Path: path, Err: errno}
	}
	return nil
}
