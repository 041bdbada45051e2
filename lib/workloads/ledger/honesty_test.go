package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

func TestDeletedFileIsNeitherEmptyNorCreatedAgain(t *testing.T) {
	dir := seeded(t)
	service := serviceOn(t, dir)
	if err := os.Remove(filepath.Join(dir, "segment-00001")); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"GET", "PUT"} {
		text := expect(t, 500, method, service.URL+"/records/1030?sequence=9000&generation=2", "x")
		if !strings.Contains(text, "segment-00001 existed before and is gone") {
			t.Errorf("%s: %s", method, text)
		}
	}
	if lines := strings.Split(expect(t, 200, "GET", service.URL+"/records", ""), "\n"); len(lines) < 2048 || !strings.Contains(lines[2047], `"missing"`) {
		t.Errorf("the listing has %d lines", len(lines))
	}
	expect(t, 200, "GET", service.URL+"/readyz", "")
	// A file that never existed is still created.
	expect(t, 200, "PUT", service.URL+"/records/2048?sequence=9001&generation=1", "x")
}

func TestRecordOfAnotherSlotIsNeitherServedNorOverwritten(t *testing.T) {
	dir := seeded(t)
	service := serviceOn(t, dir)
	lines, _ := damaged(t, corruption{dir: dir, seed: 3, records: 1, kind: "misdirect"})
	url := fmt.Sprintf("%s/records/%d", service.URL, lines[0].Slot)
	for _, method := range []string{"GET", "PUT"} {
		if text := expect(t, 500, method, url+"?sequence=9000&generation=2", "x"); !strings.Contains(text, "holds the record of slot") {
			t.Errorf("%s: %s", method, text)
		}
	}
}

func TestUnreadableFileIsListedWithItsReason(t *testing.T) {
	dir := seeded(t)
	path := filepath.Join(dir, "segment-00000")
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o755)); err != nil {
		t.Fatal(err)
	}
	service := serviceOn(t, dir)
	lines := strings.Split(expect(t, 200, "GET", service.URL+"/records", ""), "\n")
	if want := `[1023,0,0,0,"","unreadable","segment-00000",4190208,"is a directory"]`; lines[1023] != want {
		t.Errorf("line %s, want %s", lines[1023], want)
	}
	if !strings.Contains(lines[1024], `"ok"`) || !strings.Contains(lines[2048], `"sha256"`) {
		t.Errorf("lines %s and %s", lines[1024], lines[2048])
	}
	if text := expect(t, 200, "GET", service.URL+"/verify", ""); !strings.Contains(text, "is a directory") {
		t.Errorf("own findings: %s", text)
	}
	// A digest without the unreadable file would look like one of all files.
	expect(t, 500, "GET", service.URL+"/digest", "")
	expect(t, 500, "GET", service.URL+"/records/5", "")
	expect(t, 500, "PUT", service.URL+"/records/5?sequence=9000&generation=2", "x")
	expect(t, 200, "GET", service.URL+"/readyz", "")
}

// badSector is a file with one unreadable block.
type badSector struct {
	size, bad int64
}

func (b badSector) ReadAt(block []byte, at int64) (int, error) {
	if at == b.bad {
		return 0, syscall.EIO
	}
	if left := b.size - at; left < int64(len(block)) {
		return int(max(0, left)), io.EOF
	}
	return len(block), nil
}

func TestBadSectorHidesNoOtherRecord(t *testing.T) {
	n, bad := readBlocks(badSector{size: 10*recordBytes + 5, bad: 3 * recordBytes}, make([]byte, segmentBytes))
	if n != 10*recordBytes+5 {
		t.Errorf("%d bytes exist", n)
	}
	for i, err := range bad {
		if (i == 3) != errors.Is(err, syscall.EIO) {
			t.Errorf("slot %d: %v", i, err)
		}
	}
	if got := reasonOf(bad[3]); got != "input/output error" {
		t.Errorf("reason %q", got)
	}
}

// fullDisk takes only half of the first write.
type fullDisk struct {
	content []byte
	writes  int
}

func (d *fullDisk) ReadAt(block []byte, at int64) (int, error) {
	return copy(block, d.content[at:]), nil
}

func (d *fullDisk) WriteAt(block []byte, at int64) (int, error) {
	if d.writes++; d.writes == 1 {
		return copy(d.content[at:], block[:len(block)/2]), syscall.ENOSPC
	}
	return copy(d.content[at:], block), nil
}

func TestRefusedWriteLeavesNoHalfRecord(t *testing.T) {
	disk := &fullDisk{content: make([]byte, 2*recordBytes)}
	older, newer := record{sequence: 1, generation: 1, slot: 1, payload: []byte("older")}, record{sequence: 2, generation: 2, slot: 1, payload: []byte("newer")}
	older.encode(disk.content[recordBytes:])
	if err := place(disk, newer); !volumes.IsFull(err) {
		t.Errorf("error %v", err)
	}
	if r, state := parse(disk.content[recordBytes:]); state != stateOK || r.sequence != 1 {
		t.Errorf("the slot holds sequence %d, %s", r.sequence, state)
	}
}

func TestFullDiskAndFullQuotaAre507(t *testing.T) {
	for errno, status := range map[syscall.Errno]int{syscall.ENOSPC: 507, syscall.EDQUOT: 507, syscall.EIO: 500, syscall.EACCES: 500} {
		answer := httptest.NewRecorder()
		records.Fail(answer, httptest.NewRequest("PUT", "/records/1", nil), errors.Join(&fs.PathError{Op: "write", Path: "x", Err: errno}))
		if answer.Code != status {
			t.Errorf("%v: %d, want %d", errno, answer.Code, status)
		}
	}
}

func TestListingShowsSomeBlocksOfEachFileThatIsCorrupt(t *testing.T) {
	dir := seeded(t)
	damaged(t, corruption{dir: dir, seed: 3, records: 1, kind: "encrypt", all: true})
	raw := map[string]int{}
	for _, line := range strings.Split(expect(t, 200, "GET", serviceOn(t, dir).URL+"/records", ""), "\n") {
		if len(line) > recordBytes {
			raw[line[strings.Index(line, "segment-"):][:13]]++
		}
	}
	if raw["segment-00000"] != maxRawInARow || raw["segment-00001"] != maxRawInARow {
		t.Errorf("blocks shown: %v", raw)
	}
}

func TestListingNamesForeignFilesButNoHiddenOnes(t *testing.T) {
	dir := seeded(t)
	for _, name := range []string{volumes.RansomNote, ".velero-done", "segment-00009.new"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	store := &store{files: segments{dir: dir}}
	found, err := store.files.names()
	if err != nil || len(found.others) != 1 || found.others[0] != volumes.RansomNote || len(found.indices) != 2 {
		t.Errorf("names %+v: %v", found, err)
	}
}
