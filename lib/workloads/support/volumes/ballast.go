// Package volumes damages files and fills volumes without their service, and computes content from a seed.
package volumes

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const (
	ballast      = "ballast"
	ballastChunk = 1 << 20
	// Filling ends when a piece of this size does not fit.
	smallestPiece = 4 << 10
	// A file system with delayed allocation reports only at a sync that it is full.
	ballastPerSync = 16 << 20
)

// ErrLeaveReached ends a filling that reached the free space to leave.
var ErrLeaveReached = errors.New("the free space to leave was reached")

// Filling holds the options of Fill.
type Filling struct {
	Dir string
	// Bytes that stay free. 0 fills the volume.
	Leave int64
	// Maximum number of bytes to write.
	Most int64
	// Command that removes the file, for the error if the file exists already.
	Undo string
}

// Fill writes a file into the folder until nothing more fits, or until only the bytes to leave are free. If `Most` bytes are not
// enough, it removes the file and fails.
func Fill(out io.Writer, filling Filling) error {
	dir, leave, most := filling.Dir, filling.Leave, filling.Most
	path := filepath.Join(dir, ballast)
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%q exists already. Next: %s", path, filling.Undo)
	}
	summary := Changes{Changed: 1, Kind: "fill", From: Now()}
	before, err := FreeBytes(dir)
	if err != nil {
		return err
	}
	written, end := makeBallast(path, leave, most)
	switch {
	case IsFull(end) && leave > 0:
		// The figures of the file system do not include a quota. A full volume may refuse to truncate a file, but not to remove one.
		if err = errors.Join(os.Remove(path), SyncDirectory(dir)); err == nil {
			written, err = makeBallast(path, 0, max(0, written-leave))
		}
	case IsFull(end), errors.Is(end, ErrLeaveReached):
	case end == nil:
		err = fmt.Errorf("%q is not full after %d bytes; the file was removed. Next: raise --most", dir, written)
	default:
		err = end
	}
	after, errFree := FreeBytes(dir)
	if err = errors.Join(err, errFree); err != nil {
		return errors.Join(err, os.Remove(path), SyncDirectory(dir))
	}
	done := Change{File: ballast, Length: written, Before: freeWords(before), After: freeWords(after), At: Now()}
	summary.Ended, summary.Until = end.Error(), done.At
	lines := json.NewEncoder(out)
	return errors.Join(lines.Encode(done), lines.Encode(summary))
}

func freeWords(bytes int64) string { return fmt.Sprintf("%d bytes free", bytes) }

// makeBallast creates the file and fills it: see fillUp.
func makeBallast(path string, leave, most int64) (int64, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return 0, err
	}
	written, end := fillUp(file, filepath.Dir(path), leave, most)
	return written, errors.Join(end, file.Sync(), file.Close())
}

type filler interface {
	io.Writer
	Sync() error
}

// fillUp writes until nothing more fits, `leave` bytes are free, or `most` bytes are written. It returns the number of written
// bytes, and the error of the file system, ErrLeaveReached or nil.
func fillUp(file filler, dir string, leave, most int64) (int64, error) {
	buffer, written, unsynced := make([]byte, ballastChunk), int64(0), int64(0)
	for chunk := int64(ballastChunk); ; {
		free, err := FreeBytes(dir)
		if err != nil {
			return written, err
		}
		if leave > 0 && free <= leave {
			return written, ErrLeaveReached
		}
		if written >= most {
			return written, nil
		}
		size := min(chunk, most-written)
		if leave > 0 {
			size = min(size, max(free-leave, smallestPiece))
		}
		// Each chunk differs, because a file system that compresses or deduplicates would store equal ones in less space.
		FillRandom(buffer[:size], 0, uint64(written))
		n, err := file.Write(buffer[:size])
		written, unsynced = written+int64(n), unsynced+int64(n)
		if err == nil && unsynced >= ballastPerSync {
			unsynced, err = 0, file.Sync()
		}
		if err == nil {
			continue
		}
		if chunk /= 2; chunk < smallestPiece || !IsFull(err) {
			return written, err
		}
	}
}

// Empty removes the file of Fill. It succeeds if there is none.
func Empty(out io.Writer, dir string) error {
	path := filepath.Join(dir, ballast)
	lines, summary := json.NewEncoder(out), Changes{Kind: "fill undone", From: Now()}
	info, err := os.Stat(path)
	if err == nil {
		if err := errors.Join(os.Remove(path), SyncDirectory(dir)); err != nil {
			return err
		}
		size := info.Size()
		if err := lines.Encode(Change{File: ballast, Length: size, Before: fmt.Sprint(size), After: "deleted", At: Now()}); err != nil {
			return err
		}
		summary.Changed = 1
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	summary.Until = Now()
	return lines.Encode(summary)
}

// IsFull returns true if the disk or a quota has no free space.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// FreeBytes returns the free space for users without privileges.
func FreeBytes(dir string) (int64, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return 0, &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}
