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
	// What a worker reads at once; it stays in the cache of its core.
	spanBytes = 4 * treeBlockBytes
	hashBytes = 16
)

var zeroSector = make([]byte, volumes.SectorBytes)

// treeFile is a line of the listing of a tree: an entry of any type, the top of the tree (".") among them. Names are bytes: what
// is no printable UTF-8, and the backslash, is written as \xNN, so that two names never become one.
type treeFile struct {
	Path string `json:"path"`
	Type string `json:"type,omitempty"` // none for a regular file
	Size int64  `json:"size"`           // 0 for all but regular files
	Mode string `json:"mode"`           // permissions with setuid, setgid and sticky, in octal
	Uid  uint32 `json:"uid"`
	Gid  uint32 `json:"gid"`
	// When it was written to, in nanoseconds since the epoch, as text: more digits than a JSON number keeps.
	Mtime     string            `json:"mtimeNs,omitempty"`
	Allocated int64             `json:"allocated"`        // bytes on the disk
	Target    string            `json:"target,omitempty"` // of a symbolic link, written as names are
	Device    uint64            `json:"device,omitempty"` // of a device
	Link      string            `json:"link,omitempty"`   // the first path of the same file, where it has several
	Xattrs    map[string]string `json:"xattrs,omitempty"` // extended attributes, ACLs among them: name, value in hex
	Unseen    string            `json:"unseen,omitempty"` // why the extended attributes were not looked at
	// Of each block of 64 KiB, the first 16 bytes of its SHA-256 in hex, one after the other.
	Blocks string `json:"blocks"`
	// Runs of sectors (512 bytes) that are all zeros: [from, to) in bytes, rising.
	Zeros  [][2]int64 `json:"zeros,omitempty"`
	Reason string     `json:"reason,omitempty"` // why it cannot be read

	path   string // as the file system has it
	stat   syscall.Stat_t
	hashes []byte
	zeros  [][][2]int64 // by span
	failed []error      // by span
}

// treeEnd is the last line of a listing; without it the stream was cut.
type treeEnd struct {
	Files  int    `json:"files"`
	SHA256 string `json:"sha256,omitempty"` // over all lines before this one
	Error  string `json:"error,omitempty"`
}

type span struct {
	file  *treeFile
	index int
}

// listTree writes a treeFile a line for the directory and all below it, in the order of their paths, then a treeEnd.
//
// Every byte is read and hashed each time. Size, times and the file system's own generation numbers prove that nobody wrote
// through the file system; of a block that changed below it they prove nothing, and such blocks are what is looked for.
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

// How often a file that changes while it is read is read again: the service goes on while its tree is listed.
const readings = 5

// settle reads a file again that was written to, or replaced, while it was read. One that never keeps still has that as its reason.
func (f *treeFile) settle(dir string) *treeFile {
	for range readings {
		if f.lookAgain(dir); f.Reason != changedReason {
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
	f.lookAgain(dir)
	return f
}

func countParts(size, part int64) int64 { return (size + part - 1) / part }

// hashTree hashes spans of all files, as many at once as there are workers.
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
	// What was a regular file may be a link or a pipe by now: it is neither followed nor waited for.
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

// hashBlocks writes the first bytes of the SHA-256 of each block, one after the other.
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
