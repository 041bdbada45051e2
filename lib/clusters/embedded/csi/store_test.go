package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// newStore keeps its data in plain directories.
func newStore(t *testing.T) store {
	t.Helper()
	s := openStore(t.TempDir(), os.RemoveAll)
	for _, k := range []kind{volumes, snapshots} {
		if err := os.Mkdir(s.dir(k), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func makeDirectory(path string) error { return os.Mkdir(path, 0o700) }

func create(t *testing.T, s store, o object) {
	t.Helper()
	if err := s.create(volumes, o, makeDirectory); err != nil {
		t.Fatal(err)
	}
}

func leftIn(t *testing.T, s store) []string {
	t.Helper()
	entries, err := os.ReadDir(s.dir(volumes))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestObjectIsReadBackAsItWasWritten(t *testing.T) {
	s := newStore(t)
	made := object{ID: "a", Name: "a", SizeBytes: 7, Source: source{snapshots, "b"}}
	create(t, s, made)
	found, exists, err := openStore(s.root, os.RemoveAll).get(volumes, "a")
	if err != nil || !exists || found != made {
		t.Errorf("read %+v, %t, %v", found, exists, err)
	}
	made.SizeBytes = 8
	if err := s.write(volumes, made); err != nil {
		t.Fatal(err)
	}
	if found, _, _ := s.get(volumes, "a"); found != made {
		t.Errorf("read %+v after a change", found)
	}
	if err := s.remove(volumes, "a"); err != nil {
		t.Fatal(err)
	}
	if _, exists, err := s.get(volumes, "a"); exists || err != nil || len(leftIn(t, s)) > 0 {
		t.Errorf("after removal: %t, %v, %q", exists, err, leftIn(t, s))
	}
	if err := s.remove(volumes, "a"); err != nil {
		t.Errorf("second removal: %s", err)
	}
}

func TestValidNamesAreUsedAsIDs(t *testing.T) {
	plain := "pvc-0b6f9a1e-8c07-4c3e-9d3f-2f4a4a3b1c5d"
	if got := idOf(plain); got != plain {
		t.Errorf("%q became %q", plain, got)
	}
	known := map[string]string{}
	for _, name := range []string{"../x", "a/b", "a.json", "a.new", ".lock", "-a", strings.Repeat("x", 200), idOf("../x"), "ä", " "} {
		id := idOf(name)
		if !plainID.MatchString(id) {
			t.Errorf("%q became %q, which is no ID", name, id)
		}
		if other, taken := known[id]; taken {
			t.Errorf("%q and %q are both %q", name, other, id)
		}
		known[id] = name
	}
}

func TestInvalidIDReachesNoOtherFile(t *testing.T) {
	s := newStore(t)
	create(t, s, object{ID: "a", Name: "a"})
	for _, id := range []string{"../volumes/a", "a.json", "", ".", "..", "/"} {
		if _, exists, err := s.get(snapshots, id); exists || err != nil {
			t.Errorf("%q: %t, %v", id, exists, err)
		}
		if err := s.remove(snapshots, id); err != nil {
			t.Errorf("remove %q: %s", id, err)
		}
	}
	if got := leftIn(t, s); !slices.Equal(got, []string{"a", "a.json"}) {
		t.Errorf("left: %q", got)
	}
}

func TestListIsSortedByID(t *testing.T) {
	s := newStore(t)
	for _, id := range []string{"b", "a-b", "a"} {
		create(t, s, object{ID: id, Name: id})
	}
	all, err := s.list(volumes)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, o := range all {
		ids = append(ids, o.ID)
	}
	if !slices.Equal(ids, []string{"a", "a-b", "b"}) {
		t.Errorf("listed %q", ids)
	}
}

func TestBrokenMetadataIsAnError(t *testing.T) {
	s := newStore(t)
	create(t, s, object{ID: "a", Name: "a"})
	if err := os.WriteFile(s.path(volumes, "a.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.get(volumes, "a"); err == nil || !strings.Contains(err.Error(), "a.json") {
		t.Errorf("get: %v", err)
	}
	if _, err := s.list(volumes); err == nil {
		t.Error("list has no error")
	}
}

// Covers every state in which a change can be interrupted. The object must exist completely or not at all, and the next change
// must remove the remains.
func TestNextChangeRemovesRemainsOfInterruptedChange(t *testing.T) {
	for name, test := range map[string]struct {
		leave func(s store, path string) error
		after []string
	}{
		"creation, without metadata": {func(_ store, path string) error { return makeDirectory(path + ".new") }, nil},
		"creation, metadata half written": {func(_ store, path string) error {
			return errors.Join(makeDirectory(path+".new"), os.WriteFile(path+".json.new", []byte(`{"i`), 0o600))
		}, nil},
		"creation, with metadata": {func(s store, path string) error {
			return errors.Join(makeDirectory(path+".new"), s.write(volumes, object{ID: "a"}))
		}, nil},
		"change of metadata": {func(s store, path string) error {
			return errors.Join(s.create(volumes, object{ID: "a"}, makeDirectory), os.WriteFile(path+".json.new", nil, 0o600))
		}, []string{"a", "a.json"}},
		"removal, with metadata": {func(s store, path string) error {
			return errors.Join(s.create(volumes, object{ID: "a"}, makeDirectory), os.Rename(path, path+".deleted"))
		}, nil},
		"removal, without metadata": {func(_ store, path string) error { return makeDirectory(path + ".deleted") }, nil},
		"no change: data without metadata is kept": {func(_ store, path string) error {
			return makeDirectory(path)
		}, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			if err := test.leave(s, s.path(volumes, "a")); err != nil {
				t.Fatal(err)
			}
			whole := slices.Contains(test.after, "a.json")
			if _, exists, err := s.get(volumes, "a"); exists != whole || err != nil {
				t.Errorf("before: %t, %v", exists, err)
			}
			if all, err := s.list(volumes); len(all) > 0 != whole || err != nil {
				t.Errorf("listed before: %v, %v", all, err)
			}
			release, err := s.lock()
			if err != nil {
				t.Fatal(err)
			}
			release()
			if got := leftIn(t, s); !slices.Equal(got, append([]string{}, test.after...)) {
				t.Errorf("left: %q", got)
			}
		})
	}
}

func TestLockExcludesOthers(t *testing.T) {
	s := newStore(t)
	release, err := s.lock()
	if err != nil {
		t.Fatal(err)
	}
	entered := make(chan error, 1)
	go func() {
		second, err := openStore(s.root, os.RemoveAll).lock()
		if err == nil {
			second()
		}
		entered <- err
	}()
	select {
	case <-entered:
		t.Fatal("two hold the lock")
	case <-time.After(50 * time.Millisecond):
	}
	release()
	select {
	case err := <-entered:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the lock is held after its release")
	}
}

func TestFailedFillCreatesNoObject(t *testing.T) {
	s := newStore(t)
	reason := errors.New("no")
	err := s.create(volumes, object{ID: "a"}, func(path string) error { return errors.Join(makeDirectory(path), reason) })
	if !errors.Is(err, reason) {
		t.Errorf("error: %v", err)
	}
	if _, exists, _ := s.get(volumes, "a"); exists {
		t.Error("there is an object")
	}
	if _, err := os.Stat(filepath.Join(s.dir(volumes), "a.json")); err == nil {
		t.Error("there is metadata")
	}
}
