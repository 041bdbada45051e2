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

// segments is the directory of files with the slots. A file has its full size before it gets its name, so a shorter file was
// truncated.
type segments struct {
	dir    string
	create sync.Mutex
	// True if all names in the directory are on the disk. False at the start, because the previous process may have been killed.
	named bool
	// Indices of files that existed. A file that is missing now was deleted: it is not empty, and is not created again.
	existed sync.Map
}

func segmentName(index uint64) string { return fmt.Sprintf("segment-%05d", index) }

func (s *segments) path(index uint64) string { return filepath.Join(s.dir, segmentName(index)) }

// clean removes the files of an interrupted creation.
func (s *segments) clean() error {
	left, err := filepath.Glob(filepath.Join(s.dir, "segment-*"+newSuffix))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// open opens a segment for writing and creates it if it does not exist. The segment's name is on the disk when open returns.
func (s *segments) open(index uint64) (*os.File, error) {
	s.create.Lock()
	defer s.create.Unlock()
	file, err := os.OpenFile(s.path(index), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.checkNotLost(index); err != nil {
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
	s.existed.Store(index, true)
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

// syncData returns when the data of the file is on the disk.
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

// read fills the buffer with a segment and returns the number of bytes that exist, -1 if the file does not. If some bytes
// cannot be read, it returns an error for each affected slot.
func (s *segments) read(index uint64, buffer []byte) (int, []error) {
	file, err := os.Open(s.path(index))
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return segmentBytes, slices.Repeat([]error{err}, segmentSlots)
	}
	defer file.Close()
	s.existed.Store(index, true)
	volumes.ForgetCached(file, 0, 0)
	n, err := io.ReadFull(file, buffer)
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, nil
	}
	return readBlocks(file, buffer)
}

// readBlocks reads a segment block by block, so that a bad sector hides no other record.
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

// readSlot reads one block. It returns false if the file ends before the slot.
func (s *segments) readSlot(slot uint64, block []byte) (bool, error) {
	file, err := os.Open(s.path(slot / segmentSlots))
	if errors.Is(err, fs.ErrNotExist) {
		clear(block)
		return true, s.checkNotLost(slot / segmentSlots)
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
