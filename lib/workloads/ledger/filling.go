package main

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
	// A file system that places late says only at a sync that it is full.
	ballastPerSync = 16 << 20
)

// errLeft ends a filling that was to leave some room.
var errLeft = errors.New("the room that was to be left is left")

// fillVolume puts a file into the directory until nothing more fits, or until `leave` bytes are free. Where `most` bytes do
// not bring that about, it takes the file away again and fails.
func fillVolume(out io.Writer, dir string, leave, most int64) error {
	path := filepath.Join(dir, ballast)
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%q is there already. Next: ledger fill --dir %s --undo", path, dir)
	}
	summary := changes{Changed: 1, Kind: "fill", From: now()}
	before, err := freeBytes(dir)
	if err != nil {
		return err
	}
	written, end := makeBallast(path, leave, most)
	switch {
	case isFull(end) && leave > 0:
		// A quota is not in the figures of the file system. A full volume may refuse even to shorten a file, not to lose one.
		if err = errors.Join(os.Remove(path), syncDirectory(dir)); err == nil {
			written, err = makeBallast(path, 0, max(0, written-leave))
		}
	case isFull(end), errors.Is(end, errLeft):
	case end == nil:
		err = fmt.Errorf("%q is not full after %d bytes; nothing was left behind. Next: --most", dir, written)
	default:
		err = end
	}
	after, errFree := freeBytes(dir)
	if err = errors.Join(err, errFree); err != nil {
		return errors.Join(err, os.Remove(path), syncDirectory(dir))
	}
	done := change{File: ballast, Length: written, Before: freeWords(before), After: freeWords(after), At: now()}
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
// error of the file system, errLeft or nil.
func fillUp(file filler, dir string, leave, most int64) (int64, error) {
	buffer, written, unsynced := make([]byte, ballastChunk), int64(0), int64(0)
	for chunk := int64(ballastChunk); ; {
		free, err := freeBytes(dir)
		if err != nil {
			return written, err
		}
		if leave > 0 && free <= leave {
			return written, errLeft
		}
		if written >= most {
			return written, nil
		}
		size := min(chunk, most-written)
		if leave > 0 {
			size = min(size, max(free-leave, recordBytes))
		}
		// Each chunk is another: nothing that compresses or shares would fill what it seems to.
		fill(buffer[:size], 0, uint64(written))
		n, err := file.Write(buffer[:size])
		written, unsynced = written+int64(n), unsynced+int64(n)
		if err == nil && unsynced >= ballastPerSync {
			unsynced, err = 0, file.Sync()
		}
		if err == nil {
			continue
		}
		if chunk /= 2; chunk < recordBytes || !isFull(err) {
			return written, err
		}
	}
}

// emptyVolume takes away what fillVolume put there; nothing to take away is no error.
func emptyVolume(out io.Writer, dir string) error {
	path := filepath.Join(dir, ballast)
	lines, summary := json.NewEncoder(out), changes{Kind: "fill undone", From: now()}
	info, err := os.Stat(path)
	if err == nil {
		if err := errors.Join(os.Remove(path), syncDirectory(dir)); err != nil {
			return err
		}
		size := info.Size()
		if err := lines.Encode(change{File: ballast, Length: size, Before: fmt.Sprint(size), After: "deleted", At: now()}); err != nil {
			return err
		}
		summary.Changed = 1
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	summary.Until = now()
	return lines.Encode(summary)
}

// isFull tells whether the volume has no room, be it that of the disk or of a quota.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// freeBytes is the room that an ordinary user has.
func freeBytes(dir string) (int64, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return 0, &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}
