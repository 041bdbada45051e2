// Package volumes works on a volume behind its service's back: it damages files, fills volumes, and makes content from a seed.
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
	// Filling ends when not even so much fits.
	smallestPiece = 4 << 10
	// A file system that places late says only at a sync that it is full.
	ballastPerSync = 16 << 20
)

// ErrLeft ends a filling that was to leave some room.
var ErrLeft = errors.New("the room that was to be left is left")

// Filling says how a volume is filled.
type Filling struct {
	Dir string
	// Bytes that stay free; 0 fills until nothing more fits.
	Leave int64
	// Bytes to write at most.
	Most int64
	// The command that removes the file, for the error if it is there already.
	Undo string
}

// Fill puts a file into the folder until nothing more fits, or until only the bytes to leave are free. If `Most` bytes do not
// bring that about, it removes the file and fails.
func Fill(out io.Writer, filling Filling) error {
	dir, leave, most := filling.Dir, filling.Leave, filling.Most
	path := filepath.Join(dir, ballast)
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%q is there already. Next: %s", path, filling.Undo)
	}
	summary := Changes{Changed: 1, Kind: "fill", From: Now()}
	before, err := FreeBytes(dir)
	if err != nil {
		return err
	}
	written, end := makeBallast(path, leave, most)
	switch {
	case IsFull(end) && leave > 0:
		// A quota is not in the figures of the file system. A full volume may refuse even to shorten a file, not to lose one.
		if err = errors.Join(os.Remove(path), SyncDirectory(dir)); err == nil {
			written, err = makeBallast(path, 0, max(0, written-leave))
		}
	case IsFull(end), errors.Is(end, ErrLeft):
	case end == nil:
		err = fmt.Errorf("%q is not full after %d bytes; nothing was left behind. Next: --most", dir, written)
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

// makeBallast makes the file and fills it; see fillUp.
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

// fillUp writes until nothing more fits, `leave` bytes are free, or `most` are written. It returns how many were, and the
// error of the file system, ErrLeft or nil.
func fillUp(file filler, dir string, leave, most int64) (int64, error) {
	buffer, written, unsynced := make([]byte, ballastChunk), int64(0), int64(0)
	for chunk := int64(ballastChunk); ; {
		free, err := FreeBytes(dir)
		if err != nil {
			return written, err
		}
		if leave > 0 && free <= leave {
			return written, ErrLeft
		}
		if written >= most {
			return written, nil
		}
		size := min(chunk, most-written)
		if leave > 0 {
			size = min(size, max(free-leave, smallestPiece))
		}
		// Each chunk is another: nothing that compresses or shares would fill what it seems to.
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

// Empty removes what Fill put there; nothing to remove is no error.
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

// IsFull tells whether the volume has no room, be it that of the disk or of a quota.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// FreeBytes is the room that an ordinary user has.
func FreeBytes(dir string) (int64, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return 0, &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}
