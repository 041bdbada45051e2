package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

const (
	pageBytes       = 8192
	pagesPerSegment = 1 << 17
	checksumOffset  = 8

	// A page that the server is writing is seen half written for a moment.
	pageReads     = 10
	pageReadEvery = 50 * time.Millisecond
)

// relationFile matches the files of tables and indexes: <number>[_fork][.segment].
var relationFile = regexp.MustCompile(`^\d+(?:_[a-z]+)?(?:\.(\d+))?$`)

// checkPages reads every page of every database below the server, and verifies its checksum and that it is as new as in memory.
func checkPages(data string, held heldPages, find func(records.Finding) error) error {
	for _, folder := range []string{"global", "base"} {
		err := filepath.WalkDir(filepath.Join(data, folder), func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || (err == nil && entry.IsDir()) {
				return nil
			}
			name, _ := filepath.Rel(data, path)
			if err == nil && relationFile.MatchString(entry.Name()) {
				err = checkFile(path, name, held, find)
			}
			if errors.Is(err, fs.ErrPermission) {
				return find(records.Finding{Kind: "lost", File: name, Detail: "cannot be read: " + err.Error()})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkFile verifies the pages of one file. A file that is gone by now was dropped.
func checkFile(path, name string, held heldPages, find func(records.Finding) error) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	volumes.ForgetCached(file, 0, 0)
	first := firstPage(path)
	buffer := make([]byte, 128*pageBytes)
	for at := int64(0); ; {
		n, err := file.ReadAt(buffer, at)
		for from := 0; from+pageBytes <= n; from += pageBytes {
			offset := at + int64(from)
			number := first + uint32(offset/pageBytes)
			if err := checkPage(file, pageOf{name, offset, number}, buffer[from:from+pageBytes], held, find); err != nil {
				return err
			}
		}
		if rest := n % pageBytes; rest != 0 && errors.Is(err, io.EOF) {
			if err := findCut(file, name, at+int64(n-rest), find); err != nil {
				return err
			}
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return find(records.Finding{Kind: "lost", File: name, Offset: at, Detail: "cannot be read: " + err.Error()})
		}
	}
}

func firstPage(path string) uint32 {
	segment, _ := strconv.ParseUint(relationFile.FindStringSubmatch(filepath.Base(path))[1], 10, 16)
	return uint32(segment) * pagesPerSegment
}

// pageOf is the place of a page.
type pageOf struct {
	file   string
	offset int64
	number uint32
}

func checkPage(file *os.File, at pageOf, page []byte, held heldPages, find func(records.Finding) error) error {
	older := func() string { return held.older(at.file, at.number, lsnOf(page)) }
	for range pageReads {
		if isWhole(page, at.number) && older() == "" {
			return nil
		}
		time.Sleep(pageReadEvery)
		if _, err := file.ReadAt(page, at.offset); errors.Is(err, io.EOF) {
			return nil
		}
	}
	kind, detail := "stale", older()
	if !isWhole(page, at.number) {
		stored := binary.LittleEndian.Uint16(page[checksumOffset:])
		kind, detail = "flipped", fmt.Sprintf("page %d has checksum %#04x, its bytes give %#04x", at.number, stored, checksumOf(page, at.number))
	} else if isZero(page) {
		kind, detail = "torn", fmt.Sprintf("page %d is zeros", at.number)
	}
	return find(records.Finding{Kind: kind, File: at.file, Offset: at.offset, Detail: detail})
}

// findCut reports a file that ends within a page, unless the server was just writing it.
func findCut(file *os.File, name string, offset int64, find func(records.Finding) error) error {
	for range pageReads {
		time.Sleep(pageReadEvery)
		if info, err := file.Stat(); err != nil || info.Size()%pageBytes == 0 {
			return err
		}
	}
	return find(records.Finding{Kind: "truncated", File: name, Offset: offset, Detail: "the file ends within a page"})
}

// isWhole holds for a page with the right checksum, and for one that was never written.
func isWhole(page []byte, number uint32) bool {
	return binary.LittleEndian.Uint16(page[checksumOffset:]) == checksumOf(page, number) || isZero(page)
}

// lsnOf is the place in the log of the page's last change.
func lsnOf(page []byte) uint64 {
	return uint64(binary.LittleEndian.Uint32(page))<<32 | uint64(binary.LittleEndian.Uint32(page[4:]))
}

func isZero(page []byte) bool {
	for _, one := range page {
		if one != 0 {
			return false
		}
	}
	return true
}
