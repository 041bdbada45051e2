package database

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"meshdrill/workloads/support/volumes"
)

// How often a place is drawn until a change makes a difference: much of a page may be zeros already.
const mostDraws = 1000

// Damage changes one object behind the server's back. It returns the path of the file.
type Damage func() (path string, done volumes.Change, err error)

// Damages are the ways to damage a database's files. Each has these kinds: flip (one byte), zero (512 bytes to 64 KiB), truncate (a
// file), misdirect (a block in the place of another), delete (a file), permissions (the server cannot open a file), and encrypt (all
// files, with a ransom note beside them).
type Damages struct {
	Kinds map[string]Damage
	// All files, which `encrypt` replaces.
	All []string
}

const encrypt = "encrypt"

// strike damages so many objects, or all files to encrypt them.
func (d Damages) strike(out io.Writer, data, kind string, count int) error {
	damage, known := d.Kinds[kind]
	if !known && kind != encrypt {
		return fmt.Errorf("unknown kind %q; there are %s, %s", kind, encrypt, strings.Join(slices.Sorted(maps.Keys(d.Kinds)), ", "))
	}
	lines, summary := json.NewEncoder(out), volumes.Changes{Kind: kind, From: volumes.Now()}
	note := func(path string, done volumes.Change, err error) error {
		if err != nil {
			return fmt.Errorf("%s of %q, after %d changes: %w", kind, path, summary.Changed, err)
		}
		done.File, done.At = strings.TrimPrefix(path, data+"/"), volumes.Now()
		summary.Changed++
		return lines.Encode(done)
	}
	if kind == encrypt {
		for _, path := range d.All {
			done, err := encryptFile(path)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, volumes.ErrNoChange) {
				continue
			}
			if err := note(path, done, err); err != nil {
				return err
			}
		}
		summary.Note = volumes.RansomNote
		if err := volumes.LeaveRansomNote(data); err != nil {
			return err
		}
		count = 0
	}
	for range count {
		if err := note(damage()); err != nil {
			return err
		}
	}
	summary.Until = volumes.Now()
	return lines.Encode(summary)
}

// encryptFile replaces the whole content. Errors: volumes.ErrNoChange of an empty file, fs.ErrNotExist.
func encryptFile(path string) (volumes.Change, error) {
	return change(path, func(file *os.File) (volumes.Change, error) {
		info, err := file.Stat()
		if err != nil {
			return volumes.Change{}, err
		}
		if info.Size() == 0 {
			return volumes.Change{}, volumes.ErrNoChange
		}
		return volumes.Encrypt(file)
	})
}

// change opens a file, and returns when what was changed is on the disk.
func change(path string, strike func(*os.File) (volumes.Change, error)) (volumes.Change, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return volumes.Change{}, err
	}
	done, err := strike(file)
	return done, errors.Join(err, file.Sync(), file.Close())
}

// InFile draws a place and changes it, again and again until a change makes a difference.
func InFile(pick func() (path string, at int64, err error), strike func(file *os.File, at int64) (volumes.Change, error)) Damage {
	return func() (string, volumes.Change, error) {
		for range mostDraws {
			path, at, err := pick()
			if err != nil {
				return path, volumes.Change{}, err
			}
			done, err := change(path, func(file *os.File) (volumes.Change, error) { return strike(file, at) })
			if !errors.Is(err, volumes.ErrNoChange) {
				return path, done, err
			}
		}
		return "", volumes.Change{}, fmt.Errorf("%d places were drawn, and no change would make a difference", mostDraws)
	}
}

// WholeFile draws a file and strikes it as a whole.
func WholeFile(pick func() string, strike func(path string) (volumes.Change, error)) Damage {
	return func() (string, volumes.Change, error) {
		path := pick()
		done, err := strike(path)
		return path, done, err
	}
}

// Denying makes it a file that the server cannot open.
func Denying(random *rand.Rand) func(path string) (volumes.Change, error) {
	return func(path string) (volumes.Change, error) { return volumes.Deny(path, random) }
}
