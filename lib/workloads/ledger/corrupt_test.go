package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meshdrill/workloads/support/volumes"
)

const testSeed = 7

// seeded makes a volume of two files with 1500 records. Slots 100 to 119 were overwritten.
func seeded(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	store, err := openStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.seed(1500, testSeed); err != nil {
		t.Fatal(err)
	}
	for slot := uint64(100); slot < 120; slot++ {
		newer := record{sequence: 5000 + slot, generation: 2, slot: slot, payload: []byte("newer")}
		if err := store.put(t.Context(), newer); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents returns the content of each file of a directory.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = content
	}
	return all
}

func same(one, other map[string][]byte) bool {
	for name := range one {
		if content, there := other[name]; !there || !bytes.Equal(content, one[name]) {
			return false
		}
	}
	return len(one) == len(other)
}

// damaged runs the command and returns its lines and its summary.
func damaged(t *testing.T, order corruption) ([]change, volumes.Changes) {
	t.Helper()
	var out bytes.Buffer
	order.volumeSeed = testSeed
	if err := corrupt(&out, order); err != nil {
		t.Fatal(err)
	}
	lines, end := []change{}, volumes.Changes{}
	texts := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, text := range texts[:len(texts)-1] {
		var done change
		if err := json.Unmarshal([]byte(text), &done); err != nil {
			t.Fatal(err)
		}
		if done.Before == done.After || done.At < end.From || done.Length < 1 {
			t.Errorf("line %s", text)
		}
		lines = append(lines, done)
	}
	if err := json.Unmarshal([]byte(texts[len(texts)-1]), &end); err != nil {
		t.Fatal(err)
	}
	if end.Changed != len(lines) || end.Kind != order.kind || end.From > lines[0].At || lines[0].At > end.Until {
		t.Errorf("summary %+v of %d lines", end, len(lines))
	}
	return lines, end
}

// outside returns true if there is a difference that no line names.
func outside(before, after map[string][]byte, lines []change) bool {
	for name, content := range before {
		expected := bytes.Clone(content)
		for _, done := range lines {
			if done.File == name {
				copy(expected[done.Offset:done.Offset+done.Length], after[name][done.Offset:])
			}
		}
		if !bytes.Equal(expected, after[name]) {
			return true
		}
	}
	return false
}

func TestFlipChangesExactlyOneByteInEachOfTheRecords(t *testing.T) {
	dir := seeded(t)
	before := contents(t, dir)
	lines, _ := damaged(t, corruption{dir: dir, seed: 5, records: 20, kind: "flip"})
	after := contents(t, dir)
	if outside(before, after, lines) {
		t.Error("the command changed more than its lines name")
	}
	slots := map[uint64]bool{}
	for _, done := range lines {
		slots[done.Slot] = true
		if done.Length != 1 || before[done.File][done.Offset] == after[done.File][done.Offset] {
			t.Errorf("byte %d of %s: %s became %s", done.Offset, done.File, done.Before, done.After)
		}
		if done.Offset%recordBytes < hashOffset {
			t.Errorf("byte %d of a record's header was changed", done.Offset%recordBytes)
		}
	}
	if len(lines) != 20 || len(slots) != 20 {
		t.Errorf("%d changes of %d records, want 20 of 20", len(lines), len(slots))
	}
}

func TestZeroZeroesSectorsOfRandomLengths(t *testing.T) {
	dir := seeded(t)
	before := contents(t, dir)
	lines, _ := damaged(t, corruption{dir: dir, seed: 5, records: 12, kind: "zero"})
	after := contents(t, dir)
	if outside(before, after, lines) {
		t.Error("the command changed more than its lines name")
	}
	lengths := map[int64]bool{}
	for _, done := range lines {
		lengths[done.Length] = true
		if done.Length > 64<<10 || done.Offset%512 != 0 || bytes.Trim(after[done.File][done.Offset:done.Offset+done.Length], "\x00") != nil {
			t.Errorf("%d bytes at %d of %s are not zeroed", done.Length, done.Offset, done.File)
		}
	}
	if len(lines) != 12 || len(lengths) < 6 {
		t.Errorf("%d changes of %d lengths", len(lines), len(lengths))
	}
}

func TestTruncateShortensEachFileWithinARecord(t *testing.T) {
	dir := seeded(t)
	lines, _ := damaged(t, corruption{dir: dir, seed: 5, records: 2, kind: "truncate"})
	after := contents(t, dir)
	for _, done := range lines {
		if int64(len(after[done.File])) != done.Offset || done.Offset%recordBytes == 0 || done.Before != "4194304" {
			t.Errorf("%s has %d bytes: %+v", done.File, len(after[done.File]), done)
		}
	}
	if len(lines) != 2 || lines[0].File == lines[1].File {
		t.Errorf("lines %+v", lines)
	}
}

func TestStaleRestoresTheSeededRecord(t *testing.T) {
	dir := seeded(t)
	lines, _ := damaged(t, corruption{dir: dir, seed: 5, records: 4, kind: "stale"})
	store, err := openStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, done := range lines {
		r, state, err := store.get(done.Slot)
		if err != nil || state != stateOK || !isSeeded(r) || r.slot != done.Slot || done.Slot < 100 || done.Slot >= 120 {
			t.Errorf("slot %d holds sequence %d, %s: %v", done.Slot, r.sequence, state, err)
		}
	}
	// Seeding succeeds only if every record comes from the seed.
	if err := store.seed(1500, testSeed); err != nil {
		t.Error(err)
	}
}

func TestMisdirectPutsAWholeRecordInTheWrongPlace(t *testing.T) {
	dir := seeded(t)
	before := contents(t, dir)
	lines, _ := damaged(t, corruption{dir: dir, seed: 5, records: 4, kind: "misdirect"})
	after := contents(t, dir)
	for _, done := range lines {
		r, state := parse(after[done.File][done.Offset:][:recordBytes])
		if state != stateOK || r.slot == done.Slot || done.Offset != slotOffset(done.Slot) {
			t.Errorf("slot %d holds the record of slot %d, %s", done.Slot, r.slot, state)
		}
	}
	if len(lines) != 4 || outside(before, after, lines) {
		t.Errorf("%d changes, or more than the lines name", len(lines))
	}
}

func TestSameSeedDamagesTheSamePlaces(t *testing.T) {
	for kind := range damages {
		var places [2][]change
		for i := range places {
			places[i], _ = damaged(t, corruption{dir: seeded(t), seed: 11, records: 2, kind: kind})
		}
		other, _ := damaged(t, corruption{dir: seeded(t), seed: 12, records: 2, kind: kind})
		if at(places[0]) != at(places[1]) {
			t.Errorf("%s: %s and %s", kind, at(places[0]), at(places[1]))
		}
		if at(places[0]) == at(other) && kind != "delete" && kind != "permissions" && kind != "encrypt" {
			t.Errorf("%s: another seed damages the same places: %s", kind, at(other))
		}
	}
}

func at(lines []change) string {
	places := ""
	for _, done := range lines {
		places += fmt.Sprintf("%s@%d+%d ", done.File, done.Offset, done.Length)
	}
	return places
}

func TestCorruptChangesNothingIfItCannotChangeAll(t *testing.T) {
	dir := seeded(t)
	before := contents(t, dir)
	for _, bad := range []corruption{
		{records: 1501, kind: "flip"}, {records: 1481, kind: "flip"}, {records: 90, kind: "zero"}, {records: 3, kind: "truncate"},
		{records: 21, kind: "stale"}, {records: 741, kind: "misdirect"}, {records: 3, kind: "delete"}, {records: 3, kind: "permissions"},
		{records: 3, kind: "encrypt"}, {records: 0, kind: "flip"}, {records: 1, kind: "melt"}, {records: 1, kind: "flip", all: true},
		{records: 1, kind: "stale", volumeSeed: testSeed + 1},
	} {
		bad.dir, bad.seed, bad.volumeSeed = dir, 5, bad.volumeSeed+testSeed
		if err := corrupt(&bytes.Buffer{}, bad); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	if !same(before, contents(t, dir)) {
		t.Error("the files were changed")
	}
	for kind := range damages {
		if err := corrupt(&bytes.Buffer{}, corruption{dir: t.TempDir(), records: 1, kind: kind}); err == nil {
			t.Errorf("%s of an empty directory: no error", kind)
		}
	}
}
