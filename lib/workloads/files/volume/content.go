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

// Layout of the files. content.ts has the same constants.
const (
	headBytes  = 32
	smallBytes = 4 << 10
	largeBytes = 256 << 10
	// Every eighth file is large.
	largeEvery      = 8
	folders         = 64
	fileMode        = 0o664
	folderMode      = 0o775
	overwriteStride = 7919 // the load's plan does not fit a number of files that is a multiple of it
)

// pathOf spreads the files over a fixed number of folders. The server must not create folders, because it would create them
// again while the volume is being deleted.
func pathOf(slot uint64) string {
	return fmt.Sprintf("%04d/%06d", slot%folders, slot)
}

func sizeOf(slot uint64) int {
	if slot%largeEvery == largeEvery-1 {
		return largeBytes
	}
	return smallBytes
}

// contentOf returns the content of write `sequence`: a line with the sequence, then random bytes.
func contentOf(seed, sequence uint64, size int) []byte {
	content := make([]byte, size)
	copy(content, fmt.Sprintf("%-*s\n", headBytes-1, fmt.Sprintf("sequence %d", sequence)))
	volumes.FillRandom(content[headBytes:], seed, sequence)
	return content
}

// sequenceOf parses the sequence at the start of a content.
func sequenceOf(content []byte) (uint64, bool) {
	var sequence uint64
	n, err := fmt.Sscanf(string(content[:min(headBytes, len(content))]), "sequence %d", &sequence)
	return sequence, n == 1 && err == nil
}

// seedFiles creates files 0 to n-1, each with its number as its sequence. It returns when they are on the disk.
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
	// Chmod ignores the umask.
	return os.Chmod(path, fileMode)
}

// syncVolume writes all files of the volume to the disk.
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
