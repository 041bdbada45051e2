package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meshdrill/workloads/support/volumes"
)

func seeded(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, seedFiles(&bytes.Buffer{}, dir, 7, 1<<20))
	return dir
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			content, _ := os.ReadFile(path)
			info, _ := entry.Info()
			found[strings.TrimPrefix(path, dir+"/")] = info.Mode().String() + string(content)
		}
		return err
	}))
	return found
}

func TestEachKindChangesTheRequestedNumberOfFiles(t *testing.T) {
	for kind := range damages {
		dir := seeded(t)
		// The load overwrote some files and appended one.
		for sequence, slot := range []uint64{3, 5, 8} {
			must(t, writeFile(filepath.Join(dir, pathOf(slot)), contentOf(7, 40+uint64(sequence), 1024)))
		}
		must(t, writeFile(filepath.Join(dir, pathOf(32)), contentOf(7, 43, 1024)))
		before := contents(t, dir)
		var out bytes.Buffer
		must(t, corrupt(&out, dir, kind, 11, 3))
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		var summary volumes.Changes
		must(t, json.Unmarshal([]byte(lines[len(lines)-1]), &summary))
		want := 3
		if kind == "encrypt" {
			want = len(before)
		}
		changed := 0
		for path, content := range contents(t, dir) {
			if was, there := before[path]; there && was != content {
				changed++
			}
			delete(before, path)
		}
		changed += len(before) // those that are gone
		if summary.Changed != want || len(lines) != want+1 || changed != want {
			t.Errorf("%s: %d lines, summary %+v, %d files changed, want %d", kind, len(lines), summary, changed, want)
		}
	}
}

func TestOnlyOverwrittenFilesBecomeStale(t *testing.T) {
	dir := seeded(t)
	must(t, writeFile(filepath.Join(dir, pathOf(3)), contentOf(7, 32, 1024)), writeFile(filepath.Join(dir, pathOf(32)), contentOf(7, 33, 1024)))
	if err := corrupt(&bytes.Buffer{}, dir, "stale", 11, 2); err == nil || !strings.Contains(err.Error(), "there are 1") {
		t.Errorf("error %v", err)
	}
	must(t, corrupt(&bytes.Buffer{}, dir, "stale", 7, 1))
	content, err := os.ReadFile(filepath.Join(dir, pathOf(3)))
	must(t, err)
	if !bytes.Equal(content, contentOf(7, 3, smallBytes)) {
		t.Errorf("the file is not as it was seeded: %q", content[:headBytes])
	}
}

func TestFillRemovesItsFileIfTheVolumeIsNotFull(t *testing.T) {
	dir := t.TempDir()
	if err := volumes.Fill(&bytes.Buffer{}, volumes.Filling{Dir: dir, Most: 1 << 20}); err == nil || !strings.Contains(err.Error(), "is not full after 1048576 bytes") {
		t.Errorf("error %v", err)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 0 {
		t.Errorf("left %v", entries)
	}
	var out bytes.Buffer
	must(t, volumes.Empty(&out, dir))
	if !strings.Contains(out.String(), `"changed":0`) {
		t.Errorf("log %s", out.String())
	}
}
