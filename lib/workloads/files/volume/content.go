package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"meshdrill/workloads/support/volumes"
)

// The layout of the files; content.ts has the same.
const (
	headBytes  = 32
	smallBytes = 4 << 10
	largeBytes = 256 << 10
	// One file in so many is large.
	largeEvery      = 8
	folders         = 64
	fileMode        = 0o664
	folderMode      = 0o775
	overwriteStride = 7919 // a number of files that is a multiple of it is none that the load's plan fits
)

// pathOf spreads the files over a fixed number of folders, so that the server never has to make one: it would make it again while
// the volume is being deleted.
func pathOf(slot uint64) string {
	return fmt.Sprintf("%04d/%06d", slot%folders, slot)
}

func sizeOf(slot uint64) int {
	if slot%largeEvery == largeEvery-1 {
		return largeBytes
	}
	return smallBytes
}

// contentOf is the content of the file that write `sequence` made: a line with the sequence, then random bytes.
func contentOf(seed, sequence uint64, size int) []byte {
	content := make([]byte, size)
	copy(content, fmt.Sprintf("%-*s\n", headBytes-1, fmt.Sprintf("sequence %d", sequence)))
	volumes.FillRandom(content[headBytes:], seed, sequence)
	return content
}

// sequenceOf reads the sequence that a content begins with.
func sequenceOf(content []byte) (uint64, bool) {
	var sequence uint64
	n, err := fmt.Sscanf(string(content[:min(headBytes, len(content))]), "sequence %d", &sequence)
	return sequence, n == 1 && err == nil
}

// seedFiles makes files 0 to n-1, each with its own number as its sequence, and returns when they are on the disk.
func seedFiles(out io.Writer, dir string, seed uint64, bytes int64) error {
	for folder := uint64(0); folder < folders; folder++ {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, pathOf(folder))), folderMode); err != nil {
			return err
		}
	}
	slot := uint64(0)
	for written := int64(0); written < bytes || slot == 0 || slot%overwriteStride == 0; slot++ {
		if err := writeFile(filepath.Join(dir, pathOf(slot)), contentOf(seed, slot, sizeOf(slot))); err != nil {
			return err
		}
		written += int64(sizeOf(slot))
	}
	if err := syncVolume(dir); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(map[string]uint64{"files": slot})
}

func writeFile(path string, content []byte) error {
	if err := os.WriteFile(path, content, fileMode); err != nil {
		return err
	}
	// The umask does not count.
	return os.Chmod(path, fileMode)
}

// syncVolume brings all files of the volume to the disk.
func syncVolume(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	if _, _, errno := syscall.Syscall(sysSyncfs, folder.Fd(), 0, 0); errno != 0 {
		return &os.PathError{Op: "syncfs", Path: dir, Err: errno}
	}
	return nil
}
