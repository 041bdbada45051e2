package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	sectorBytes     = 512
	fadviseDontNeed = 4
	timeLayout      = "2006-01-02T15:04:05.000Z07:00"
	// A content that is longer is shown by its SHA-256: the lines end up in a report.
	longestHex = 64
)

// change is one line of a command. Before and after were both read from the volume.
type change struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	Before string `json:"before"`
	After  string `json:"after"`
	At     string `json:"at"`
}

// changes is its last line: everything happened between the two times.
type changes struct {
	Changed int    `json:"changed"`
	Kind    string `json:"kind"`
	From    string `json:"from"`
	Until   string `json:"until"`
	Ended   string `json:"ended,omitempty"`
}

func now() string { return time.Now().UTC().Format(timeLayout) }

// replace writes the content over the file from `at` on, and reads back what is there then. What made no difference is an error.
func replace(path string, at int64, content []byte) (change, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return change{}, err
	}
	before, after := make([]byte, len(content)), make([]byte, len(content))
	_, errBefore := file.ReadAt(before, at)
	_, errWrite := file.WriteAt(content, at)
	errSync := file.Sync()
	_, errAfter := file.ReadAt(after, at)
	if err := errors.Join(errBefore, errWrite, errSync, errAfter, file.Close()); err != nil {
		return change{}, err
	}
	if bytes.Equal(before, after) {
		return change{}, fmt.Errorf("the %d bytes at %d of %q are as before", len(content), at, path)
	}
	return change{Offset: at, Length: int64(len(content)), Before: describe(before), After: describe(after)}, nil
}

// rewrite gives the file another content, and keeps its inode.
func rewrite(path string, content []byte) (change, error) {
	before, err := os.ReadFile(path)
	if err != nil {
		return change{}, err
	}
	if bytes.Equal(before, content) {
		return change{}, fmt.Errorf("%q is as before", path)
	}
	if err := os.WriteFile(path, content, fileMode); err != nil {
		return change{}, err
	}
	after, err := os.ReadFile(path)
	return change{Length: int64(len(after)), Before: describe(before), After: describe(after)}, errors.Join(err, syncVolume(path))
}

func describe(content []byte) string {
	if len(content) <= longestHex {
		return hex.EncodeToString(content)
	}
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:16])
}

// reasonOf is the kernel's own word if there is one: the path stands beside it.
func reasonOf(err error) string {
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}
