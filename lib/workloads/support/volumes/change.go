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
	// Maximum number of sectors that one damage zeroes.
	MaxZeroedSectors = 128

	timeLayout = "2006-01-02T15:04:05.000000000Z07:00"
	// Longer content is shown by its SHA-256, because the lines appear in a report.
	longestHex      = 64
	fadviseDontNeed = 4
)

// Change is one output line of a command. Before and After were read from the volume: content in hex, its SHA-256 if it is
// long, or a size or mode.
type Change struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	Before string `json:"before"`
	After  string `json:"after"`
	At     string `json:"at"`
}

// Changes is the last output line of a command. All changes happened between its two times.
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

// ForgetCached drops the kernel's cache of a range, so that the next read comes from the disk. Length 0 means the rest of the
// file. The kernel may ignore it.
func ForgetCached(file *os.File, from, length int64) {
	_, _, _ = syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), uintptr(from), uintptr(length), fadviseDontNeed, 0, 0)
}

// Replace writes the content and reads it back. It fails if the content did not change.
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
		return Change{}, fmt.Errorf("the %d bytes at %d of %q did not change", len(content), at, file.Name())
	}
	return Change{Offset: at, Length: int64(len(content)), Before: Describe(before), After: Describe(after)}, nil
}

// ErrNoChange: the content would stay the same.
var ErrNoChange = errors.New("nothing would change")

// ReplaceWithin replaces content up to the end of the file. Errors: ErrNoChange.
func ReplaceWithin(file *os.File, at int64, content []byte) (Change, error) {
	info, err := file.Stat()
	if err != nil {
		return Change{}, err
	}
	content = content[:max(0, min(int64(len(content)), info.Size()-at))]
	before := make([]byte, len(content))
	if _, err := file.ReadAt(before, at); err != nil {
		return Change{}, err
	}
	if bytes.Equal(before, content) {
		return Change{}, ErrNoChange
	}
	return Replace(file, at, content)
}

// Describe returns the content in hex, or its SHA-256 if it is long.
func Describe(content []byte) string {
	if len(content) <= longestHex {
		return hex.EncodeToString(content)
	}
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:16])
}
