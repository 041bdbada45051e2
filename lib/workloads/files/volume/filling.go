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
	smallestFill = 4 << 10
	// A file system that places late says only at a sync that it is full.
	ballastPerSync = 16 << 20
)

// fillVolume puts a file into the folder until nothing more fits. If `most` bytes do not bring that about, it removes the file
// and fails.
func fillVolume(out io.Writer, dir string, most int64) error {
	path := filepath.Join(dir, ballast)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return fmt.Errorf("%w. Next: volume fill --dir %s --undo", err, dir)
	}
	summary := changes{Changed: 1, Kind: "fill", From: now()}
	before := freeWords(dir)
	written, end := fillUp(file, most)
	if closed := file.Close(); !isFull(end) || (closed != nil && !isFull(closed)) {
		return errors.Join(fmt.Errorf("%q is not full after %d bytes; nothing was left behind. Next: --most", dir, written), end, closed, os.Remove(path))
	}
	done := change{File: ballast, Length: written, Before: before, After: freeWords(dir), At: now()}
	summary.Ended, summary.Until = end.Error(), done.At
	lines := json.NewEncoder(out)
	return errors.Join(lines.Encode(done), lines.Encode(summary))
}

// fillUp writes until nothing more fits or `most` bytes are written; it returns the error of the file system, or nil.
func fillUp(file *os.File, most int64) (int64, error) {
	buffer, written, unsynced := make([]byte, ballastChunk), int64(0), int64(0)
	for chunk := int64(ballastChunk); written < most; {
		size := min(chunk, most-written)
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
		if chunk /= 2; chunk < smallestFill || !isFull(err) {
			return written, err
		}
	}
	return written, file.Sync()
}

// emptyVolume removes what fillVolume put there; nothing to remove is no error.
func emptyVolume(out io.Writer, dir string) error {
	path := filepath.Join(dir, ballast)
	lines, summary := json.NewEncoder(out), changes{Kind: "fill undone", From: now()}
	info, err := os.Stat(path)
	if err == nil {
		if err := errors.Join(os.Remove(path), syncVolume(dir)); err != nil {
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

// freeWords says how much room an ordinary user has.
func freeWords(dir string) string {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return "free bytes not known: " + err.Error()
	}
	return fmt.Sprintf("%d bytes free", int64(stat.Bavail)*stat.Bsize)
}
