package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"meshdrill/workloads/support/volumes"
)

// small mounts a volume of 8 MiB.
func small(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small volume")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small volume cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func filled(t *testing.T, dir string, leave, most int64) (volumes.Change, volumes.Changes) {
	t.Helper()
	var out bytes.Buffer
	if err := volumes.Fill(&out, volumes.Filling{Dir: dir, Leave: leave, Most: most}); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(&out)
	var done volumes.Change
	var end volumes.Changes
	for _, line := range []any{&done, &end} {
		if err := decoder.Decode(line); err != nil {
			t.Fatal(err)
		}
	}
	return done, end
}

func TestFullVolumeRefusesWritesAndServesReads(t *testing.T) {
	dir := small(t)
	service := serviceOn(t, dir)
	expect(t, 200, "PUT", service.URL+"/records/1?sequence=1&generation=1", "before")
	done, end := filled(t, dir, 0, 1<<30)
	if end.Changed != 1 || !strings.Contains(end.Ended, "no space left") || done.After != "0 bytes free" || done.Length < 7<<20 {
		t.Errorf("%+v, %+v", done, end)
	}
	text := expect(t, 507, "PUT", service.URL+"/records/2?sequence=2&generation=1", "more")
	if !strings.Contains(text, "no space left") {
		t.Errorf("reason: %s", text)
	}
	expect(t, 507, "PUT", service.URL+"/records/5000?sequence=3&generation=1", "in a new file")
	expect(t, 200, "PUT", service.URL+"/records/1?sequence=4&generation=2", "where there is room")
	expect(t, 404, "GET", service.URL+"/records/2", "")
	expect(t, 200, "GET", service.URL+"/readyz", "")
	if listing := expect(t, 200, "GET", service.URL+"/records", ""); !strings.Contains(listing, `"others":["ballast"]`) {
		t.Errorf("listing ends with %s", listing[len(listing)-200:])
	}
	for _, changed := range []string{`"changed":1`, `"changed":0`} {
		var out bytes.Buffer
		if err := volumes.Empty(&out, dir); err != nil || !strings.Contains(out.String(), changed) {
			t.Errorf("undo: %s %v", out.String(), err)
		}
	}
	expect(t, 200, "PUT", service.URL+"/records/2?sequence=5&generation=1", "more")
}

func TestFillLeavesTheRequestedSpaceFree(t *testing.T) {
	dir := small(t)
	const leave = 1<<20 + 300_000
	done, end := filled(t, dir, leave, 1<<30)
	free, err := volumes.FreeBytes(dir)
	if err != nil || free > leave || free < leave-recordBytes {
		t.Errorf("%d bytes are free after %+v %+v: %v", free, done, end, err)
	}
	if end.Ended != volumes.ErrLeaveReached.Error() {
		t.Errorf("ended by %q, want the error of the file system", end.Ended)
	}
	if err := volumes.Fill(&bytes.Buffer{}, volumes.Filling{Dir: dir, Most: 1 << 30, Undo: "ledger fill --undo"}); err == nil || !strings.Contains(err.Error(), "--undo") {
		t.Errorf("a second fill: %v", err)
	}
}

// limited makes a volume with much free space according to the file system, and with a quota of 32 MiB.
func limited(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a volume with a quota")
	}
	image, root := filepath.Join(t.TempDir(), "image"), t.TempDir()
	if err := errors.Join(os.WriteFile(image, nil, 0o600), os.Truncate(image, 256<<20)); err != nil {
		t.Fatal(err)
	}
	volume := filepath.Join(root, "volume")
	for i, words := range [][]string{
		{"mkfs.btrfs", "--quiet", image}, {"mount", "--options", "loop", image, root}, {"btrfs", "quota", "enable", root},
		{"btrfs", "subvolume", "create", volume}, {"btrfs", "qgroup", "limit", "32M", volume},
	} {
		if said, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%v: %v: %s", words, err, said)
		}
		if i == 1 {
			t.Cleanup(func() {
				if err := syscall.Unmount(root, syscall.MNT_DETACH); err != nil {
					t.Error(err)
				}
			})
		}
	}
	return volume
}

func TestFillLeavesTheRequestedSpaceFreeUnderAQuota(t *testing.T) {
	dir := limited(t)
	service := serviceOn(t, dir)
	expect(t, 200, "PUT", service.URL+"/records/1?sequence=1&generation=1", "before")
	filled(t, dir, 0, 1<<30)
	if text := expect(t, 507, "PUT", service.URL+"/records/1?sequence=2&generation=2", "x"); !strings.Contains(text, "quota") {
		t.Errorf("reason: %s", text)
	}
	expect(t, 200, "GET", service.URL+"/records/1", "")
	if err := volumes.Empty(io.Discard, dir); err != nil {
		t.Fatal(err)
	}
	done, end := filled(t, dir, 8<<20, 1<<30)
	if !strings.Contains(end.Ended, "quota") || done.Length < 16<<20 || done.Length > 24<<20 {
		t.Errorf("%+v, %+v", done, end)
	}
	expect(t, 200, "PUT", service.URL+"/records/1?sequence=3&generation=2", "x")
}
