package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"meshdrill/workloads/support/servicetest"
)

func start(t *testing.T) (string, *httptest.Server) {
	t.Helper()
	dir := t.TempDir()
	return dir, serviceOn(t, dir)
}

func serviceOn(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	store, err := openStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(store.routes())
	t.Cleanup(service.Close)
	return service
}

func expect(t *testing.T, status int, method, url, body string) string {
	t.Helper()
	got, text := servicetest.Request(t, method, url, body)
	if got != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, url, got, status, text)
	}
	return text
}

func TestWritesAreKeptInOrderOfSequence(t *testing.T) {
	_, service := start(t)
	expect(t, 404, "GET", service.URL+"/records/1030", "")
	expect(t, 200, "PUT", service.URL+"/records/1030?sequence=10&generation=1", "first")
	expect(t, 200, "PUT", service.URL+"/records/1030?sequence=10&generation=1", "first")
	expect(t, 409, "PUT", service.URL+"/records/1030?sequence=9&generation=1", "older")
	expect(t, 200, "PUT", service.URL+"/records/1030?sequence=11&generation=2", "second")
	if got := expect(t, 200, "GET", service.URL+"/records/1030", ""); got != "second" {
		t.Errorf("read %q", got)
	}
}

func TestBadInputIsRefused(t *testing.T) {
	_, service := start(t)
	for path, status := range map[string]int{
		"/records/x?sequence=1&generation=1":                400,
		"/records/1?generation=1":                           400,
		"/records/1?sequence=1&generation=0":                400,
		"/records/4194304?sequence=1&generation=1":          400,
		"/records/1?sequence=9007199254740992&generation=1": 400,
	} {
		expect(t, status, "PUT", service.URL+path, "x")
	}
	expect(t, 400, "PUT", service.URL+"/records/1?sequence=1&generation=1", "")
	expect(t, 413, "PUT", service.URL+"/records/1?sequence=1&generation=1", strings.Repeat("x", payloadCapacity+1))
	expect(t, 400, "POST", service.URL+"/seed?bytes=0&seed=1", "")
}

func TestConcurrentWritesAreAllStored(t *testing.T) {
	_, service := start(t)
	var group sync.WaitGroup
	for i := range 64 {
		group.Add(1)
		go func() {
			defer group.Done()
			status, text := servicetest.Request(t, "PUT", fmt.Sprintf("%s/records/%d?sequence=%d&generation=1", service.URL, i*40, i), fmt.Sprint(i))
			if status != 200 {
				t.Errorf("write %d: %d %s", i, status, text)
			}
		}()
	}
	group.Wait()
	for i := range 64 {
		if got := expect(t, 200, "GET", fmt.Sprintf("%s/records/%d", service.URL, i*40), ""); got != fmt.Sprint(i) {
			t.Errorf("slot %d holds %q", i*40, got)
		}
	}
}

func TestSeedIsIdempotentAndKeepsOverwrittenRecords(t *testing.T) {
	_, service := start(t)
	if got := expect(t, 200, "POST", service.URL+"/seed?bytes=5000000&seed=7", ""); got != "{\"records\":1221}\n" {
		t.Fatalf("seed answered %q", got)
	}
	expect(t, 200, "PUT", service.URL+"/records/5?sequence=5000&generation=2", "over")
	before := expect(t, 200, "GET", service.URL+"/digest", "")
	expect(t, 200, "POST", service.URL+"/seed?bytes=5000000&seed=7", "")
	if after := expect(t, 200, "GET", service.URL+"/digest", ""); after != before {
		t.Errorf("digest changed from %s to %s", before, after)
	}
	expect(t, 409, "POST", service.URL+"/seed?bytes=5000000&seed=8", "")
}

func TestCorruptRecordIsNeitherServedNorOverwritten(t *testing.T) {
	dir, service := start(t)
	expect(t, 200, "POST", service.URL+"/seed?bytes=409600&seed=7", "")
	var out bytes.Buffer
	if err := corrupt(&out, corruption{dir: dir, seed: 3, records: 1, kind: "flip"}); err != nil {
		t.Fatal(err)
	}
	var done change
	if err := json.NewDecoder(&out).Decode(&done); err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("%s/records/%d", service.URL, done.Slot)
	if text := expect(t, 500, "GET", url, ""); !strings.Contains(text, "bad hash") {
		t.Errorf("reason: %s", text)
	}
	expect(t, 500, "PUT", url+"?sequence=500&generation=2", "over")
	var own ownFindings
	if err := json.Unmarshal([]byte(expect(t, 200, "GET", service.URL+"/verify", "")), &own); err != nil {
		t.Fatal(err)
	}
	if own.Records != 100 || own.Corrupt != 1 || own.Findings[0].Slot != done.Slot {
		t.Errorf("own findings: %+v", own)
	}
}

func TestListingHasEverySlotAndItsEnd(t *testing.T) {
	dir, service := start(t)
	expect(t, 200, "POST", service.URL+"/seed?bytes=40960&seed=7", "")
	expect(t, 200, "PUT", service.URL+"/records/2048?sequence=9&generation=1", "far")
	if err := os.Truncate(filepath.Join(dir, "segment-00000"), 2*recordBytes+100); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(expect(t, 200, "GET", service.URL+"/records", "")), "\n")
	if len(lines) != 3*segmentSlots+1 {
		t.Fatalf("%d lines", len(lines))
	}
	for at, part := range map[int]string{1: `"ok"`, 2: `"short"`, 1024: `"missing"`, 2048: `[2048,9,1,2048,"`, 2049: `"empty"`} {
		if !strings.Contains(lines[at], part) {
			t.Errorf("line %d is %s, without %s", at, lines[at], part)
		}
	}
	var end listingEnd
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &end); err != nil || end.Slots != 3*segmentSlots || end.Records != 3 || len(end.SHA256) != 64 {
		t.Errorf("end %+v: %v", end, err)
	}
}

func TestFailedListingEndsWithItsError(t *testing.T) {
	dir, service := start(t)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if text := expect(t, 200, "GET", service.URL+"/records", ""); !strings.Contains(text, `"error":`) || strings.Contains(text, "sha256") {
		t.Errorf("listing: %s", text)
	}
}

func TestFilesOfAnInterruptedCreationAreRemoved(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "segment-00003.new")
	if err := os.WriteFile(left, []byte("x"), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := openStore(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", left, err)
	}
}
