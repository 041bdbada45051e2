package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
)

// A copy of the disk, taken right after an answer, is the state after a power cut. It must contain the answered change.
func TestAcknowledgedChangeSurvivesAPowerCut(t *testing.T) {
	image := makeImage(t)
	r := startDriver(t, mountImage(t, image))
	cut := func(name string) string {
		copied := filepath.Join(t.TempDir(), name)
		command(t, "cp", "--sparse=always", image, copied)
		return copied
	}
	r.makeVolume(t, "v", 16*mebibyte, nil)
	made := cut("made")
	if written, err := writeUpTo(filepath.Join(r.root, "volumes", "v", "data"), mebibyte); err != nil {
		t.Fatal(written, err)
	}
	r.makeSnapshot(t, "s", "v")
	r.makeVolume(t, "restored", 32*mebibyte, ofSnapshot("s"))
	restored := cut("restored")
	if _, err := r.DeleteVolume(soon(t), &csi.DeleteVolumeRequest{VolumeId: "v"}); err != nil {
		t.Fatal(err)
	}
	removed := cut("removed")
	r.end(unix.SIGTERM)
	if err := unix.Unmount(r.root, 0); err != nil {
		t.Fatal(err)
	}

	for _, test := range []struct {
		image  string
		limits map[string]int64
	}{
		{made, map[string]int64{"v": 16 * mebibyte}},
		{restored, map[string]int64{"v": 16 * mebibyte, "restored": 32 * mebibyte}},
		{removed, map[string]int64{"restored": 32 * mebibyte}},
	} {
		root := mountImage(t, test.image)
		s := openStore(root, nil)
		all, err := s.list(volumes)
		if err != nil || len(all) != len(test.limits) {
			t.Errorf("%s: %v, %v", filepath.Base(test.image), all, err)
		}
		for _, volume := range all {
			if limit := limitOf(t, s.path(volumes, volume.ID)); limit != volume.SizeBytes || limit != test.limits[volume.ID] {
				t.Errorf("%s: volume %q has limit %d, size %d", filepath.Base(test.image), volume.ID, limit, volume.SizeBytes)
			}
		}
		if _, shown := test.limits["restored"]; shown {
			for _, path := range []string{s.path(snapshots, "s"), s.path(volumes, "restored")} {
				if info, err := os.Stat(filepath.Join(path, "data")); err != nil || info.Size() != mebibyte {
					t.Errorf("%s: %v, %v", path, info, err)
				}
			}
		}
		if err := unix.Unmount(root, 0); err != nil {
			t.Fatal(err)
		}
	}
}
