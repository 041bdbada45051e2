package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// kind is a folder below the root.
type kind string

const (
	volumes   kind = "volumes"
	snapshots kind = "snapshots"

	metadataSuffix = ".json"
	newSuffix      = ".new"
	deletedSuffix  = ".deleted"
	hashedPrefix   = "sha256-"
)

// object is the metadata of a volume or a snapshot.
type object struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	SizeBytes int64  `json:"sizeBytes"`
	// Source is the snapshot or volume that it was created from; the zero value for an empty volume.
	Source source `json:"source"`
}

type source struct {
	Kind kind   `json:"kind"`
	ID   string `json:"id"`
}

// store keeps volumes and snapshots. An object exists while both its data and its metadata have their final names. Data gets its
// final name last and loses it first. An interrupted change leaves files with one of the suffixes above, or metadata without data;
// the next change removes them. Data without such a suffix is removed only on request.
type store struct {
	root    string
	destroy func(path string) error
}

func openStore(root string, destroy func(path string) error) store {
	return store{root: root, destroy: destroy}
}

func (s store) dir(k kind) string             { return filepath.Join(s.root, string(k)) }
func (s store) path(k kind, id string) string { return filepath.Join(s.root, string(k), id) }

// IDs contain no dots, so that no ID ends with a suffix.
var plainID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

// idOf returns the ID of a name. The same name always has the same ID. Names from Kubernetes are used as IDs unchanged.
func idOf(name string) string {
	if plainID.MatchString(name) && !strings.HasPrefix(name, hashedPrefix) {
		return name
	}
	return fmt.Sprintf("%s%x", hashedPrefix, sha256.Sum256([]byte(name)))
}

// lock excludes all other changes, in this process and in other processes, until it is released.
func (s store) lock() (release func(), err error) {
	file, err := os.OpenFile(filepath.Join(s.root, ".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		if err = unix.Flock(int(file.Fd()), unix.LOCK_EX); !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", file.Name(), err), file.Close())
	}
	s.sweep()
	return func() { file.Close() }, nil
}

// get reads an object, and reports whether it exists.
func (s store) get(k kind, id string) (object, bool, error) {
	found := object{}
	if !plainID.MatchString(id) {
		return found, false, nil
	}
	path := s.path(k, id)
	if _, err := os.Stat(path); err != nil {
		return found, false, ignoreMissing(err)
	}
	text, err := os.ReadFile(path + metadataSuffix)
	if err != nil {
		return found, false, ignoreMissing(err)
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return found, false, fmt.Errorf("%s%s cannot be read: %w", path, metadataSuffix, err)
	}
	return found, true, nil
}

// list reads all objects of a kind, sorted by ID.
func (s store) list(k kind) ([]object, error) {
	entries, err := os.ReadDir(s.dir(k))
	if err != nil {
		return nil, err
	}
	objects := []object{}
	for _, entry := range entries {
		id, isMetadata := strings.CutSuffix(entry.Name(), metadataSuffix)
		if !isMetadata {
			continue
		}
		found, exists, err := s.get(k, id)
		if err != nil {
			return nil, err
		}
		if exists {
			objects = append(objects, found)
		}
	}
	slices.SortFunc(objects, func(a, b object) int { return strings.Compare(a.ID, b.ID) })
	return objects, nil
}

// create creates an object that does not exist. fill creates its data at the given path. The object is durable when create
// returns. The caller must hold the lock.
func (s store) create(k kind, o object, fill func(path string) error) error {
	path := s.path(k, o.ID)
	if err := fill(path + newSuffix); err != nil {
		return err
	}
	if err := s.write(k, o); err != nil {
		return err
	}
	if err := os.Rename(path+newSuffix, path); err != nil {
		return err
	}
	return syncDirectory(s.dir(k))
}

// write replaces the metadata of an object. The caller must hold the lock.
func (s store) write(k kind, o object) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	path := s.path(k, o.ID) + metadataSuffix
	file, err := os.OpenFile(path+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+newSuffix, path); err != nil {
		return err
	}
	return syncDirectory(s.dir(k))
}

// remove removes an object, if it exists. The caller must hold the lock.
func (s store) remove(k kind, id string) error {
	if !plainID.MatchString(id) {
		return nil
	}
	path := s.path(k, id)
	if err := os.Rename(path, path+deletedSuffix); err != nil {
		return ignoreMissing(err)
	}
	return errors.Join(
		ignoreMissing(os.Remove(path+metadataSuffix)),
		s.destroy(path+deletedSuffix),
		syncDirectory(s.dir(k)),
	)
}

// sweep removes the remains of interrupted changes. It logs errors only: the remains belong to no object, and the next change
// tries again.
func (s store) sweep() {
	for _, k := range []kind{volumes, snapshots} {
		entries, err := os.ReadDir(s.dir(k))
		for _, entry := range entries {
			err = errors.Join(err, s.sweepEntry(k, entry))
		}
		if err != nil {
			log.Printf("some remains of interrupted changes in %s could not be removed: %s", s.dir(k), err)
		}
	}
}

func (s store) sweepEntry(k kind, entry fs.DirEntry) error {
	path := s.path(k, entry.Name())
	switch filepath.Ext(path) {
	case newSuffix, deletedSuffix:
		if entry.IsDir() {
			return s.destroy(path)
		}
		return os.Remove(path)
	case metadataSuffix:
		if _, err := os.Stat(strings.TrimSuffix(path, metadataSuffix)); errors.Is(err, fs.ErrNotExist) {
			return os.Remove(path)
		}
	}
	return nil
}

func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
