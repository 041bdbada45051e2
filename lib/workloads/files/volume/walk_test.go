package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func listedByPath(t *testing.T, dir string) map[string]treeFile {
	t.Helper()
	entries, _, _ := listed(t, dir, 2)
	byPath := map[string]treeFile{}
	for _, entry := range entries {
		if _, twice := byPath[entry.Path]; twice {
			t.Errorf("two entries are named %q", entry.Path)
		}
		byPath[entry.Path] = entry
	}
	return byPath
}

func TestNamesThatAreNotTextStayDifferent(t *testing.T) {
	dir := t.TempDir()
	names := map[string]string{
		"caf\xe9.txt": `caf\xe9.txt`, "caf\xe8.txt": `caf\xe8.txt`, `caf\xe9.txt`: `caf\x5cxe9.txt`, "\ufffd": "\ufffd",
		"two\nlines": `two\x0alines`, "-rf": "-rf", "\u202egpj": `\xe2\x80\xaegpj`, strings.Repeat("x", 255): strings.Repeat("x", 255),
	}
	for name := range names {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("same"), 0o600))
	}
	found := listedByPath(t, dir)
	for name, written := range names {
		if file := found[written]; file.Blocks == "" {
			t.Errorf("%q is not listed as %q: %+v", name, written, file)
		}
	}
	if len(found) != len(names)+1 {
		t.Errorf("%d entries, want %d and the top", len(found), len(names))
	}
}

func TestEveryTypeIsListedAndNoLinkIsFollowed(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600), os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o600),
		os.Symlink(outside, filepath.Join(dir, "out")), os.Symlink("to\xff", filepath.Join(dir, "link")),
		os.Link(filepath.Join(dir, "file"), filepath.Join(dir, "hard")), os.Mkdir(filepath.Join(dir, "empty"), 0o755),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600), os.Chmod(filepath.Join(dir, "file"), 0o755|os.ModeSetuid|os.ModeSticky))
	found := listedByPath(t, dir)
	if len(found) != 7 {
		t.Errorf("entries %v", found)
	}
	for path, kind := range map[string]string{".": "folder", "empty": "folder", "out": "symlink", "link": "symlink", "pipe": "fifo", "file": ""} {
		if found[path].Type != kind {
			t.Errorf("%q is a %q", path, found[path].Type)
		}
	}
	if found["link"].Target != `to\xff` || found["out"].Target != outside {
		t.Errorf("targets %q and %q", found["link"].Target, found["out"].Target)
	}
	if found["file"].Link != "file" || found["hard"].Link != "file" || found["empty"].Link != "" {
		t.Errorf("links %q and %q", found["file"].Link, found["hard"].Link)
	}
	if found["file"].Mode != "5755" || found["file"].Mtime == "" {
		t.Errorf("file %+v", found["file"])
	}
}

func TestDeepFolderVanishedFileAndLargeSparseFile(t *testing.T) {
	dir := t.TempDir()
	sparse, err := os.Create(filepath.Join(dir, "sparse"))
	must(t, err, sparse.Truncate(3<<30), sparse.Close())
	entries, err := walkTree(dir)
	must(t, err)
	if entries[1].Size != 3<<30 || entries[1].Allocated >= 3<<30 || len(entries[1].hashes) != 3<<30/treeBlockBytes*hashBytes {
		t.Errorf("sparse file %d bytes, %d on the disk", entries[1].Size, entries[1].Allocated)
	}
	must(t, os.Remove(filepath.Join(dir, "sparse")))
	if entries[1].detectChange(dir); !strings.HasPrefix(entries[1].Reason, "vanished while it was read") {
		t.Errorf("reason %q", entries[1].Reason)
	}
	// Each name is short, but the whole path is longer than the kernel's limit.
	back, err := os.Getwd()
	must(t, err, os.Chdir(dir))
	defer os.Chdir(back)
	for range 25 {
		name := strings.Repeat("d", 200)
		must(t, os.Mkdir(name, 0o755), os.Chdir(name))
	}
	must(t, os.Chdir(dir))
	entries, err = walkTree(dir)
	must(t, err)
	if last := entries[len(entries)-1]; !strings.Contains(last.Reason, "file name too long") {
		t.Errorf("%d entries, the last with reason %q", len(entries), last.Reason)
	}
	must(t, removeDeep(dir))
}

// removeDeep removes a chain of folders with a path that is too long for the kernel. It moves the lower folders up.
func removeDeep(dir string) error {
	name := filepath.Join(dir, strings.Repeat("d", 200))
	for {
		inner := filepath.Join(name, strings.Repeat("d", 200))
		if err := os.Rename(inner, filepath.Join(dir, "next")); errors.Is(err, os.ErrNotExist) {
			return os.Remove(name)
		} else if err != nil {
			return err
		}
		if err := errors.Join(os.Remove(name), os.Rename(filepath.Join(dir, "next"), name)); err != nil {
			return err
		}
	}
}

func TestFileThatChangesWhileItIsReadIsListedWithThatReason(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	must(t, os.WriteFile(path, []byte("hello"), 0o600))
	entries, err := walkTree(dir)
	must(t, err, os.WriteFile(path, []byte("other text"), 0o600))
	if entries[1].detectChange(dir); entries[1].Reason != "changed while it was read" {
		t.Errorf("reason %q", entries[1].Reason)
	}
}

func TestFileThatIsReplacedWhileItIsReadIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	must(t, os.WriteFile(path, []byte("hello, first"), 0o600))
	entries, err := walkTree(dir)
	must(t, err, os.WriteFile(path+"2", []byte("second"), 0o600), os.Rename(path+"2", path))
	hashTree(dir, entries, 1)
	again := entries[1].settle(dir)
	again.conclude()
	if again.Reason != "" || again.Size != 6 || again.Blocks != "16367aacb67a4a017c8da8ab95682ccb" {
		t.Errorf("reason %q, %d bytes, blocks %s", again.Reason, again.Size, again.Blocks)
	}
}

func TestUnreadableFolderIsListedWithItsReason(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads every folder")
	}
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "shut"), 0))
	if reason := listedByPath(t, dir)["shut"].Reason; reason != "permission denied" {
		t.Errorf("reason %q", reason)
	}
}
