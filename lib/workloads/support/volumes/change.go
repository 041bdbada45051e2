package volumes

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
	SectorBytes = 512
	// Damage that zeroes sectors zeroes so many at most.
	MostZeroedSectors = 128

	timeLayout = "2006-01-02T15:04:05.000000000Z07:00"
	// A content that is longer is shown by its SHA-256: the lines end up in a report.
	longestHex      = 64
	fadviseDontNeed = 4
)

// Change is one line of a command. Before and after are what was there in hex, its SHA-256 if it is long, or sizes and modes;
// both were read from the volume.
type Change struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	Before string `json:"before"`
	After  string `json:"after"`
	At     string `json:"at"`
}

// Changes is its last line: everything happened between the two times.
type Changes struct {
	Changed int    `json:"changed"`
	Kind    string `json:"kind"`
	From    string `json:"from"`
	Until   string `json:"until"`
	Note    string `json:"note,omitempty"`
	Ended   string `json:"ended,omitempty"`
}

func Now() string { return time.Now().UTC().Format(timeLayout) }

// SyncDirectory returns when the names in a folder are on the disk.
func SyncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// ForgetCached makes the next read come from the disk: what the kernel still holds would hide a change below it. Length 0 stands
// for the rest of the file. Advice only: an error changes nothing.
func ForgetCached(file *os.File, from, length int64) {
	_, _, _ = syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), uintptr(from), uintptr(length), fadviseDontNeed, 0, 0)
}

// Replace writes the content and reads back what is there then. What made no difference is an error.
func Replace(file *os.File, at int64, content []byte) (Change, error) {
	before, after := make([]byte, len(content)), make([]byte, len(content))
	if _, err := file.ReadAt(before, at); err != nil {
		return Change{}, err
	}
	if _, err := file.WriteAt(content, at); err != nil {
		return Change{}, err
	}
	if _, err := file.ReadAt(after, at); err != nil {
		return Change{}, err
	}
	if bytes.Equal(before, after) {
		return Change{}, fmt.Errorf("the %d bytes at %d of %q are as before", len(content), at, file.Name())
	}
	return Change{Offset: at, Length: int64(len(content)), Before: Describe(before), After: Describe(after)}, nil
}

// Describe gives a content in hex, or its SHA-256 if it is long.
func Describe(content []byte) string {
	if len(content) <= longestHex {
		return hex.EncodeToString(content)
	}
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:16])
}
