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

	// A page that the server is writing can look half written for a moment.
	pageReads     = 10
	pageReadEvery = 50 * time.Millisecond
)

// relationFile matches the files of tables and indexes: <number>[_fork][.segment].
var relationFile = regexp.MustCompile(`^\d+(?:_[a-z]+)?(?:\.(\d+))?$`)

// checkPages reads every page of every database from the files. It verifies the checksum, and that no page is older than in memory.
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

// checkFile verifies the pages of one file. If the file no longer exists, its table was dropped.
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
	buffer, suspects := make([]byte, 128*pageBytes), []pageOf{}
	for at := int64(0); ; {
		n, err := file.ReadAt(buffer, at)
		for from := 0; from+pageBytes <= n; from += pageBytes {
			offset := at + int64(from)
			number := first + uint32(offset/pageBytes)
			if page := (pageOf{offset, number}); held.problem(name, page, buffer[from:from+pageBytes]) != nil {
				suspects = append(suspects, page)
			}
		}
		if rest := n % pageBytes; rest != 0 && errors.Is(err, io.EOF) {
			if err := findCut(file, name, at+int64(n-rest), find); err != nil {
				return err
			}
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			return checkAgain(file, name, suspects, held, find)
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

// pageOf holds the offset of a page in its file, and its number in its relation.
type pageOf struct {
	offset int64
	number uint32
}

// checkAgain reports the pages that are still wrong after some time.
func checkAgain(file *os.File, name string, suspects []pageOf, held heldPages, find func(records.Finding) error) error {
	page := make([]byte, pageBytes)
	for round := range pageReads {
		if len(suspects) == 0 {
			return nil
		}
		time.Sleep(pageReadEvery)
		remaining := suspects[:0]
		for _, suspect := range suspects {
			if _, err := file.ReadAt(page, suspect.offset); errors.Is(err, io.EOF) {
				continue
			}
			problem := held.problem(name, suspect, page)
			if problem == nil {
				continue
			}
			remaining = append(remaining, suspect)
			if round < pageReads-1 {
				continue
			}
			if err := find(*problem); err != nil {
				return err
			}
		}
		suspects = remaining
	}
	return nil
}

// problem returns the finding for a page on the disk, nil if the page is valid.
func (h heldPages) problem(name string, at pageOf, page []byte) *records.Finding {
	stored, due := binary.LittleEndian.Uint16(page[checksumOffset:]), checksumOf(page, at.number)
	empty := isZero(page)
	kind, detail := "", ""
	switch {
	case stored != due && !empty:
		kind, detail = "flipped", fmt.Sprintf("page %d has checksum %#04x, its bytes give %#04x", at.number, stored, due)
	case !h.isOlder(name, at.number, lsnOf(page)):
		return nil
	case empty:
		kind, detail = "torn", fmt.Sprintf("page %d is zeros", at.number)
	default:
		kind, detail = "stale", fmt.Sprintf("page %d is older on the disk than in the server's memory", at.number)
	}
	return &records.Finding{Kind: kind, File: name, Offset: at.offset, Detail: detail}
}

// findCut reports a file that ends within a page, unless the server was writing it.
func findCut(file *os.File, name string, offset int64, find func(records.Finding) error) error {
	for range pageReads {
		time.Sleep(pageReadEvery)
		if info, err := file.Stat(); err != nil || info.Size()%pageBytes == 0 {
			return err
		}
	}
	return find(records.Finding{Kind: "truncated", File: name, Offset: offset, Detail: "the file ends within a page"})
}

// isWhole returns true for a page with the right checksum, and for one that was never written.
func isWhole(page []byte, number uint32) bool {
	return binary.LittleEndian.Uint16(page[checksumOffset:]) == checksumOf(page, number) || isZero(page)
}

// lsnOf returns the log sequence number of the page's last change.
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
