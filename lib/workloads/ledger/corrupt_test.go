package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func seeded(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	store, err := openStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.seed(1500, 7); err != nil {
		t.Fatal(err)
	}
	return dir
}

func contents(t *testing.T, dir string) []byte {
	t.Helper()
	all := []byte{}
	for index := range uint64(2) {
		content, err := os.ReadFile(filepath.Join(dir, segmentName(index)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, content...)
	}
	return all
}

func TestFlipChangesExactlyOneByteInEachOfTheRecords(t *testing.T) {
	dir := seeded(t)
	before := contents(t, dir)
	var out bytes.Buffer
	if err := corrupt(&out, dir, 5, 20, "flip"); err != nil {
		t.Fatal(err)
	}
	after := contents(t, dir)
	changedRecords, changedBytes := map[int]bool{}, 0
	for i := range before {
		if before[i] != after[i] {
			changedRecords[i/recordBytes] = true
			changedBytes++
			if i%recordBytes < hashOffset {
				t.Errorf("byte %d of a record's header was changed", i%recordBytes)
			}
		}
	}
	if len(changedRecords) != 20 || changedBytes != 20 {
		t.Errorf("%d bytes in %d records changed, want 20 in 20", changedBytes, len(changedRecords))
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, line := range lines[:20] {
		var done change
		if err := json.Unmarshal([]byte(line), &done); err != nil {
			t.Fatal(err)
		}
		if !changedRecords[int(done.Slot)] || done.Before == done.After || len(done.After) != 2 {
			t.Errorf("line %s", line)
		}
	}
	var end changes
	if err := json.Unmarshal([]byte(lines[20]), &end); err != nil || end.Changed != 20 || end.From > end.Until {
		t.Errorf("summary %s: %v", lines[20], err)
	}
}

func TestZeroAndTruncate(t *testing.T) {
	dir := seeded(t)
	before := contents(t, dir)
	var out bytes.Buffer
	if err := corrupt(&out, dir, 5, 3, "zero"); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(before, contents(t, dir)) {
		t.Error("zero changed nothing")
	}
	if err := corrupt(&out, dir, 5, 2, "truncate"); err != nil {
		t.Fatal(err)
	}
	if len(contents(t, dir)) >= len(before) {
		t.Error("truncate cut nothing")
	}
}

func TestCorruptChangesNothingWhereItCannotChangeAll(t *testing.T) {
	dir := seeded(t)
	before := contents(t, dir)
	for _, bad := range []struct {
		records int
		kind    string
	}{{1501, "flip"}, {3, "truncate"}, {0, "flip"}, {1, "melt"}} {
		if err := corrupt(&bytes.Buffer{}, dir, 5, bad.records, bad.kind); err == nil {
			t.Errorf("%d records, kind %s: no error", bad.records, bad.kind)
		}
	}
	if !bytes.Equal(before, contents(t, dir)) {
		t.Error("the files were changed")
	}
	if err := corrupt(&bytes.Buffer{}, t.TempDir(), 5, 1, "flip"); err == nil {
		t.Error("empty directory: no error")
	}
}
