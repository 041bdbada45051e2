package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDeleteUnlinksFiles(t *testing.T) {
	dir := seeded(t)
	lines, _ := damaged(t, corruption{dir: dir, seed: 5, records: 1, kind: "delete"})
	if _, err := os.Stat(filepath.Join(dir, lines[0].File)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: %v", lines[0].File, err)
	}
	if after := contents(t, dir); len(after) != 1 {
		t.Errorf("%d files are left, want 1", len(after))
	}
}

func TestPermissionsDenyTheService(t *testing.T) {
	kept := map[string]bool{}
	for seed := range uint64(8) {
		dir := seeded(t)
		lines, _ := damaged(t, corruption{dir: dir, seed: seed, records: 1, kind: "permissions"})
		info, err := os.Stat(filepath.Join(dir, lines[0].File))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Fatalf("%s has mode %s: %v", lines[0].File, info.Mode(), err)
		}
		kept[lines[0].After[:4]] = true
	}
	if want := map[bool]int{true: 2, false: 1}[os.Geteuid() == 0]; len(kept) != want {
		t.Errorf("modes %v, want %d", kept, want)
	}
}

func TestEncryptLeavesNoReadableRecordAndARansomNote(t *testing.T) {
	dir := seeded(t)
	before := contents(t, dir)
	lines, end := damaged(t, corruption{dir: dir, seed: 5, records: 1, kind: "encrypt", all: true})
	after := contents(t, dir)
	if len(lines) != 2 || !strings.Contains(string(after[end.Note]), "drill") {
		t.Errorf("%d files, note %q: %s", len(lines), end.Note, after[end.Note])
	}
	for _, done := range lines {
		equal := 0
		for i, old := range before[done.File] {
			if after[done.File][i] == old {
				equal++
			}
		}
		if len(after[done.File]) != segmentBytes || equal > segmentBytes/200 {
			t.Errorf("%d of %d bytes of %s are as before", equal, len(after[done.File]), done.File)
		}
		for slot := range segmentSlots {
			if _, state := parse(after[done.File][slot*recordBytes:][:recordBytes]); !state.corrupt() {
				t.Fatalf("slot %d of %s is %s", slot, done.File, state)
			}
		}
	}
	stream := func(i int) []byte {
		stream := bytes.Clone(after[lines[i].File])
		for at, old := range before[lines[i].File] {
			stream[at] ^= old
		}
		return stream
	}
	if bytes.Equal(stream(0), stream(1)) {
		t.Error("both files were encrypted with the same key")
	}
}
