package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"meshdrill/workloads/support/volumes"
)

const (
	treeBlockBytes = 64 << 10
	// Bytes that a worker reads at once. They fit into the cache of its core.
	spanBytes = 4 * treeBlockBytes
	hashBytes = 16
)

var zeroSector = make([]byte, volumes.SectorBytes)

// treeFile is a line of a listing: an entry of any type, including the top of the tree ("."). In names, bytes that are not
// printable UTF-8, and the backslash, are written as \xNN, so that different names stay different.
type treeFile struct {
	Path string `json:"path"`
	Type string `json:"type,omitempty"` // empty for a regular file
	Size int64  `json:"size"`           // 0 except for regular files
	Mode string `json:"mode"`           // permissions with setuid, setgid and sticky, in octal
	Uid  uint32 `json:"uid"`
	Gid  uint32 `json:"gid"`
	// Modification time in nanoseconds since the epoch, as text: a JSON number would lose digits.
	Mtime     string            `json:"mtimeNs,omitempty"`
	Allocated int64             `json:"allocated"`        // bytes on the disk
	Target    string            `json:"target,omitempty"` // of a symbolic link, escaped like names
	Device    uint64            `json:"device,omitempty"` // device number
	Link      string            `json:"link,omitempty"`   // first path of a file with several hard links
	Xattrs    map[string]string `json:"xattrs,omitempty"` // extended attributes, including ACLs; values in hex
	Unseen    string            `json:"unseen,omitempty"` // why the extended attributes were not read
	// The first 16 bytes of the SHA-256 of each 64 KiB block, in hex, concatenated.
	Blocks string `json:"blocks"`
	// Ranges of zeroed sectors (512 bytes): [from, to) in bytes, in rising order.
	Zeros  [][2]int64 `json:"zeros,omitempty"`
	Reason string     `json:"reason,omitempty"` // why it cannot be read

	path   string // as the file system has it
	stat   syscall.Stat_t
	hashes []byte
	zeros  [][][2]int64 // by span
	failed []error      // by span
}

// treeEnd is the last line of a listing. A stream without it is incomplete.
type treeEnd struct {
	Files  int    `json:"files"`
	SHA256 string `json:"sha256,omitempty"` // over all lines before this one
	Error  string `json:"error,omitempty"`
}

type span struct {
	file  *treeFile
	index int
}

// listTree writes one treeFile line for the directory and each entry below it, in the order of their paths, then a treeEnd.
//
// It reads and hashes every byte each time. Size, times and generation numbers cannot show a block that changed below the
// file system, and listTree must find such blocks.
func listTree(w io.Writer, dir string, workers int) error {
	files, err := walkTree(dir)
	if err == nil {
		hashTree(dir, files, workers)
	}
	sum := sha256.New()
	out := bufio.NewWriterSize(w, 64<<10)
	lines := json.NewEncoder(io.MultiWriter(out, sum))
	end := treeEnd{Files: len(files)}
	for _, file := range files {
		file = file.settle(dir)
		file.conclude()
		err = errors.Join(err, lines.Encode(file))
	}
	if err != nil {
		end.Error = err.Error()
	} else {
		end.SHA256 = hex.EncodeToString(sum.Sum(nil))
	}
	return errors.Join(json.NewEncoder(out).Encode(end), out.Flush())
}

// Maximum number of reads of a file that changes while it is read. The service may write during the listing.
const readings = 5

// settle reads a file again that was written or replaced while it was read. If it changes each time, that is its reason.
func (f *treeFile) settle(dir string) *treeFile {
	for range readings {
		if f.detectChange(dir); f.Reason != changedReason {
			break
		}
		var now syscall.Stat_t
		if syscall.Lstat(filepath.Join(dir, f.path), &now) != nil {
			break
		}
		again := describeEntry(f.path, now)
		again.Xattrs, again.Unseen, again.Link = f.Xattrs, f.Unseen, f.Link
		hashTree(dir, []*treeFile{again}, 1)
		f = again
	}
	f.detectChange(dir)
	return f
}

func countParts(size, part int64) int64 { return (size + part - 1) / part }

// hashTree hashes spans of all files with `workers` goroutines.
func hashTree(dir string, files []*treeFile, workers int) {
	spans := make(chan span)
	var done sync.WaitGroup
	for range max(1, workers) {
		done.Add(1)
		go func() {
			defer done.Done()
			buffer := make([]byte, spanBytes)
			for s := range spans {
				s.file.zeros[s.index], s.file.failed[s.index] = s.hash(dir, buffer)
			}
		}()
	}
	for _, file := range files {
		for index := range file.failed {
			spans <- span{file, index}
		}
	}
	close(spans)
	done.Wait()
}

func (s span) hash(dir string, buffer []byte) ([][2]int64, error) {
	// The file may have become a link or a pipe. Do not follow it, and do not wait for it.
	file, err := os.OpenFile(filepath.Join(dir, s.file.path), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	from := int64(s.index) * spanBytes
	length := min(spanBytes, s.file.Size-from)
	volumes.ForgetCached(file, from, length)
	content := buffer[:length]
	if _, err := io.ReadFull(io.NewSectionReader(file, from, length), content); err != nil {
		return nil, err
	}
	hashBlocks(s.file.hashes[from/treeBlockBytes*hashBytes:], content)
	return findZeros(content, from), nil
}

// hashBlocks writes the first bytes of the SHA-256 of each block to `hashes`.
func hashBlocks(hashes, content []byte) {
	for at := 0; at < len(content); at += treeBlockBytes {
		sum := sha256.Sum256(content[at:min(at+treeBlockBytes, len(content))])
		copy(hashes[at/treeBlockBytes*hashBytes:], sum[:hashBytes])
	}
}

func findZeros(content []byte, from int64) [][2]int64 {
	runs := [][2]int64{}
	for at := 0; at < len(content); at += volumes.SectorBytes {
		sector := content[at:min(at+volumes.SectorBytes, len(content))]
		if sector[0] != 0 || !bytes.Equal(sector, zeroSector[:len(sector)]) {
			continue
		}
		start, end := from+int64(at), from+int64(at+len(sector))
		if last := len(runs) - 1; last >= 0 && runs[last][1] == start {
			runs[last][1] = end
		} else {
			runs = append(runs, [2]int64{start, end})
		}
	}
	return runs
}

func (f *treeFile) conclude() {
	if err := errors.Join(f.failed...); err != nil {
		f.Reason = reasonOf(err)
	}
	if f.Reason != "" {
		return
	}
	f.Blocks = hex.EncodeToString(f.hashes)
	for _, runs := range f.zeros {
		f.Zeros = append(f.Zeros, runs...)
	}
}

func defaultWorkers() int { return runtime.GOMAXPROCS(0) }
