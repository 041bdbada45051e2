package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func attributesMade(t *testing.T, seed uint64) (string, made) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "attributes")
	var out bytes.Buffer
	must(t, makeAttributes(&out, dir, seed))
	var result made
	must(t, json.Unmarshal(out.Bytes(), &result))
	return dir, result
}

// shown says, for each attribute, whether an entry of the listing has it.
func shown(entries map[string]treeFile) map[string]bool {
	found := map[string]bool{}
	for path, entry := range entries {
		found[entry.Type] = true
		found["hard-link"] = found["hard-link"] || entry.Link != "" && entry.Link != path
		found["special-bits"] = found["special-bits"] || entry.Mode[0] == '4'
		found["owner"] = found["owner"] || entry.Uid == 1234
		found["group"] = found["group"] || entry.Gid == 5678
		found["holes"] = found["holes"] || entry.Size > 0 && entry.Allocated < entry.Size/2
		found["old-time"] = found["old-time"] || strings.HasPrefix(entry.Mtime, "-")
		found["time-fraction"] = found["time-fraction"] || strings.HasSuffix(entry.Mtime, "123456789")
		found["deep-folder"] = found["deep-folder"] || strings.Count(path, "/") > deepLevels
		for name := range entry.Xattrs {
			found[codeOfXattr(name)] = true
		}
	}
	return found
}

func TestTreeShowsEveryAttributeThatIsNotNamedAsMissing(t *testing.T) {
	dir, result := attributesMade(t, 7)
	listed := listedByPath(t, dir)
	if len(listed) != result.Entries {
		t.Errorf("%d entries, %d are listed", result.Entries, len(listed))
	}
	found := shown(listed)
	for _, code := range []string{
		"", "folder", "symlink", "fifo", "hard-link", "special-bits", "owner", "group", "acl", "capability", "xattr",
		"holes", "old-time", "time-fraction", "deep-folder",
	} {
		if _, missing := result.Missing[code]; found[code] == missing {
			t.Errorf("attribute %q: shown %v, missing %q", code, found[code], result.Missing[code])
		}
	}
	for _, name := range oddNames {
		if _, there := listed["names/"+escapeName(name)]; !there {
			t.Errorf("no entry is named %q", name)
		}
	}
	if os.Getuid() == 0 && (listed["special-bits/both"].Mode != "6711" || listed["permissions/file-0000"].Blocks == "" || listed["special-bits/both"].Uid != serviceUser) {
		t.Errorf("entries %+v and %+v", listed["special-bits/both"], listed["permissions/file-0000"])
	}
}

func TestTreeDependsOnTheSeedOnly(t *testing.T) {
	text := func(seed uint64) string {
		dir, _ := attributesMade(t, seed)
		lines := ""
		for path, entry := range inOrder(listedByPath(t, dir)) {
			lines += fmt.Sprintln(path, entry.Mtime, entry.Mode, entry.Blocks)
		}
		return lines
	}
	if text(7) != text(7) {
		t.Error("two trees of one seed differ")
	}
	if text(7) == text(8) {
		t.Error("trees of two seeds have the same content")
	}
}

func TestTreeIsNotMadeOverAnother(t *testing.T) {
	dir, _ := attributesMade(t, 7)
	if err := makeAttributes(&bytes.Buffer{}, dir, 7); err == nil || !strings.Contains(err.Error(), "file exists") {
		t.Errorf("error %v", err)
	}
}
