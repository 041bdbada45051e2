package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"meshdrill/workloads/support/volumes"
)

const (
	segmentSlots = 1024
	segmentBytes = segmentSlots * recordBytes
	newSuffix    = ".new"
)

// segments is the directory of files that hold the slots. A file has its full size from the moment it has its name, so
// that a shorter one can only have been cut.
type segments struct {
	dir    string
	create sync.Mutex
	// Whether all names in the directory are on the disk. Not known at the start: the process before may have been killed.
	named bool
	// Indices of files that were there: one that is gone since was taken away, and is neither empty nor made anew.
	met sync.Map
}

func segmentName(index uint64) string { return fmt.Sprintf("segment-%05d", index) }

func (s *segments) path(index uint64) string { return filepath.Join(s.dir, segmentName(index)) }

// clean removes what a creation left behind that was interrupted.
func (s *segments) clean() error {
	left, err := filepath.Glob(filepath.Join(s.dir, "segment-*"+newSuffix))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// open opens a segment for writing and makes it where it does not exist. Its name is on the disk when it returns.
func (s *segments) open(index uint64) (*os.File, error) {
	s.create.Lock()
	defer s.create.Unlock()
	file, err := os.OpenFile(s.path(index), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.gone(index); err != nil {
			return nil, err
		}
		if err := s.makeFile(index); err != nil {
			return nil, err
		}
		file, err = os.OpenFile(s.path(index), os.O_RDWR, 0)
	}
	if err != nil {
		return nil, err
	}
	s.met.Store(index, true)
	if s.named {
		return file, nil
	}
	if err := volumes.SyncDirectory(s.dir); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	s.named = true
	return file, nil
}

func (s *segments) makeFile(index uint64) error {
	file, err := os.OpenFile(s.path(index)+newSuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Truncate(segmentBytes), file.Sync(), file.Close()); err != nil {
		return err
	}
	s.named = false
	return os.Rename(s.path(index)+newSuffix, s.path(index))
}

// syncData returns once the data of the file is on the disk.
func syncData(file *os.File) error {
	for {
		err := syscall.Fdatasync(int(file.Fd()))
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return &fs.PathError{Op: "fdatasync", Path: file.Name(), Err: err}
		}
	}
}

// read fills the buffer with a segment and returns how many of its bytes exist, -1 where the file does not. Where some of
// them cannot be read, there is an error for each slot that is hit.
func (s *segments) read(index uint64, buffer []byte) (int, []error) {
	file, err := os.Open(s.path(index))
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return segmentBytes, slices.Repeat([]error{err}, segmentSlots)
	}
	defer file.Close()
	s.met.Store(index, true)
	volumes.ForgetCached(file, 0, 0)
	n, err := io.ReadFull(file, buffer)
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, nil
	}
	return readBlocks(file, buffer)
}

// readBlocks reads a segment block by block: a bad sector hides no other record.
func readBlocks(file io.ReaderAt, buffer []byte) (int, []error) {
	bad := make([]error, segmentSlots)
	for i := range bad {
		at := i * recordBytes
		n, err := file.ReadAt(buffer[at:at+recordBytes], int64(at))
		if errors.Is(err, io.EOF) {
			return at + n, bad
		}
		bad[i] = err
	}
	return segmentBytes, bad
}

// readSlot reads one block; false where the file does not reach that far.
func (s *segments) readSlot(slot uint64, block []byte) (bool, error) {
	file, err := os.Open(s.path(slot / segmentSlots))
	if errors.Is(err, fs.ErrNotExist) {
		clear(block)
		return true, s.gone(slot / segmentSlots)
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	_, err = file.ReadAt(block, slotOffset(slot))
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

func slotOffset(slot uint64) int64 { return int64(slot%segmentSlots) * recordBytes }
