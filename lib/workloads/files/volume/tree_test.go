package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"meshdrill/workloads/support/volumes"
)

func listed(t *testing.T, dir string, workers int) ([]treeFile, treeEnd, string) {
	t.Helper()
	var out bytes.Buffer
	if err := listTree(&out, dir, workers); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	files, end := make([]treeFile, len(lines)-1), treeEnd{}
	for i := range files {
		if err := json.Unmarshal([]byte(lines[i]), &files[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &end); err != nil {
		t.Fatal(err)
	}
	return files, end, out.String()
}

func TestTreeListingDoesNotDependOnTheNumberOfWorkers(t *testing.T) {
	dir := t.TempDir()
	large := make([]byte, 2*spanBytes+treeBlockBytes+700)
	volumes.FillRandom(large, 1, 1)
	clear(large[spanBytes-512 : spanBytes+1024])
	clear(large[len(large)-188:])
	for name, content := range map[string][]byte{"a/b/large": large, "a/empty": {}, "small": []byte("hello")} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o640); err != nil {
			t.Fatal(err)
		}
	}
	all, end, text := listed(t, dir, 4)
	files := []treeFile{}
	for _, file := range all {
		if file.Type == "" {
			files = append(files, file)
		}
	}
	if _, _, one := listed(t, dir, 1); one != text {
		t.Error("the listing depends on the number of workers")
	}
	if end.Files != 6 || end.Error != "" || files[0].Path != "a/b/large" || files[1].Size != 0 || files[2].Mode != "0640" {
		t.Fatalf("files %+v, end %+v", files, end)
	}
	expected := ""
	for at := 0; at < len(large); at += treeBlockBytes {
		sum := sha256.Sum256(large[at:min(at+treeBlockBytes, len(large))])
		expected += hex.EncodeToString(sum[:hashBytes])
	}
	if files[0].Blocks != expected {
		t.Error("the blocks' hashes differ")
	}
	if got := files[0].Zeros; len(got) != 3 || got[0] != [2]int64{spanBytes - 512, spanBytes} || got[1] != [2]int64{spanBytes, spanBytes + 1024} || got[2][1] != int64(len(large)) {
		t.Errorf("zeros %v", got)
	}
	if sum := sha256.Sum256([]byte(text[:strings.LastIndex(strings.TrimSpace(text), "\n")+1])); end.SHA256 != hex.EncodeToString(sum[:]) {
		t.Error("the hash in the last line differs")
	}
}

func TestMissingTreeIsAnError(t *testing.T) {
	_, end, _ := listed(t, filepath.Join(t.TempDir(), "gone"), 1)
	if end.SHA256 != "" || !strings.Contains(end.Error, "no such file") {
		t.Errorf("end %+v", end)
	}
}

func TestFileThatShrinksWhileItIsReadIsUnreadable(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := &treeFile{Path: "a", path: "a", Size: 10, hashes: make([]byte, hashBytes), zeros: make([][][2]int64, 1), failed: make([]error, 1)}
	hashTree(dir, []*treeFile{file}, 1)
	if file.conclude(); file.Reason == "" || file.Blocks != "" {
		t.Errorf("file %+v", file)
	}
}

// The benchmarks report bytes per second of CPU time, as `openssl speed` does, because other processes affect the wall-clock time.

func BenchmarkHashBlocks(b *testing.B) {
	content, hashes := make([]byte, spanBytes), make([]byte, spanBytes/treeBlockBytes*hashBytes)
	volumes.FillRandom(content, 1, 1)
	tellSpeed(b, spanBytes, func() {
		for b.Loop() {
			hashBlocks(hashes, content)
		}
	})
}

func BenchmarkHashBlocksOnEveryCore(b *testing.B) {
	tellSpeed(b, spanBytes, func() {
		b.RunParallel(func(loop *testing.PB) {
			content, hashes := make([]byte, spanBytes), make([]byte, spanBytes/treeBlockBytes*hashBytes)
			volumes.FillRandom(content, 1, 1)
			for loop.Next() {
				hashBlocks(hashes, content)
			}
		})
	})
}

// BenchmarkListTree includes reading the files.
func BenchmarkListTree(b *testing.B) {
	const size = 32 << 20
	dir, content := b.TempDir(), make([]byte, size)
	volumes.FillRandom(content, 1, 1)
	for _, name := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	tellSpeed(b, 2*size, func() {
		for b.Loop() {
			if err := listTree(io.Discard, dir, defaultWorkers()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func tellSpeed(b *testing.B, bytes float64, work func()) {
	b.Helper()
	before := processorTime(b)
	work()
	b.ReportMetric(float64(b.N)*bytes/1e6/(processorTime(b)-before).Seconds(), "MB/cpu-s")
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
