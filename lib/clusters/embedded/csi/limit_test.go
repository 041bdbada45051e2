package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
)

// writeUpTo writes synced blocks of random content until a write fails, and returns the number of written bytes.
func writeUpTo(path string, bytes int) (int, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	block := make([]byte, 64<<10)
	written := 0
	for written < bytes {
		_, _ = unix.Getrandom(block, 0)
		if _, err := file.Write(block); err != nil {
			return written, err
		}
		if err := file.Sync(); err != nil {
			return written, err
		}
		written += len(block)
	}
	return written, nil
}

func expectFull(t *testing.T, dir string, atLeast, atMost int) {
	t.Helper()
	written, err := writeUpTo(filepath.Join(dir, "filling"), 2*atMost)
	if !errors.Is(err, unix.EDQUOT) && !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("after %d bytes: %v, want a full volume", written, err)
	}
	if written < atLeast || written > atMost {
		t.Errorf("full after %d bytes, want %d to %d", written, atLeast, atMost)
	}
}

func expectRoom(t *testing.T, dir string, bytes int) {
	t.Helper()
	if written, err := writeUpTo(filepath.Join(dir, "more"), bytes); err != nil {
		t.Fatalf("after %d of %d bytes: %v", written, bytes, err)
	}
}

func (r *rig) stats(t *testing.T, id, target string) *csi.VolumeUsage {
	t.Helper()
	answer, err := r.NodeGetVolumeStats(soon(t), &csi.NodeGetVolumeStatsRequest{VolumeId: id, VolumePath: target})
	if err != nil {
		t.Fatal(err)
	}
	return answer.Usage[0]
}

func TestFullVolumeFailsOnlyItsOwnWriter(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	full, other := r.makeVolume(t, "full", 32*mebibyte, nil), r.makeVolume(t, "other", 32*mebibyte, nil)
	fullDir, otherDir := r.publish(t, full), r.publish(t, other)
	expectFull(t, fullDir, 28*mebibyte, 32*mebibyte)
	expectRoom(t, otherDir, 24*mebibyte)
	if usage := r.stats(t, full, fullDir); usage.Total != 32*mebibyte || usage.Used < 28*mebibyte || usage.Available > 4*mebibyte {
		t.Errorf("statistics of a full volume: %v", usage)
	}
	// Deleted space can be used again.
	if err := os.Remove(filepath.Join(fullDir, "filling")); err != nil {
		t.Fatal(err)
	}
	expectRoom(t, fullDir, 16*mebibyte)
}

func TestRestoredVolumeHasItsOwnLimit(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	origin := r.makeVolume(t, "origin", 32*mebibyte, nil)
	originDir := r.publish(t, origin)
	expectRoom(t, originDir, 20*mebibyte)
	snapshot := r.makeSnapshot(t, "snapshot", origin)
	if snapshot.SizeBytes != 32*mebibyte || !snapshot.ReadyToUse {
		t.Errorf("snapshot: %v", snapshot)
	}
	same := r.makeVolume(t, "same", 0, ofSnapshot(snapshot.SnapshotId))
	larger := r.makeVolume(t, "larger", 64*mebibyte, ofSnapshot(snapshot.SnapshotId))
	clone := r.makeVolume(t, "clone", 32*mebibyte, ofVolume(origin))
	sameDir, largerDir, cloneDir := r.publish(t, same), r.publish(t, larger), r.publish(t, clone)
	// Data that it shares with the snapshot counts, too.
	if usage := r.stats(t, same, sameDir); usage.Total != 32*mebibyte || usage.Used < 20*mebibyte {
		t.Errorf("statistics of a restored volume: %v", usage)
	}
	expectFull(t, sameDir, 8*mebibyte, 12*mebibyte)
	expectFull(t, cloneDir, 8*mebibyte, 12*mebibyte)
	expectFull(t, largerDir, 40*mebibyte, 44*mebibyte)
	// Its source is unchanged.
	expectFull(t, originDir, 8*mebibyte, 12*mebibyte)
}

func TestExpandedVolumeHasMoreSpaceAtOnce(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	id := r.makeVolume(t, "v", 16*mebibyte, nil)
	dir := r.publish(t, id)
	expectFull(t, dir, 12*mebibyte, 16*mebibyte)
	grown, err := r.ControllerExpandVolume(soon(t), &csi.ControllerExpandVolumeRequest{
		VolumeId: id, CapacityRange: &csi.CapacityRange{RequiredBytes: 48 * mebibyte},
	})
	if err != nil || grown.CapacityBytes != 48*mebibyte || grown.NodeExpansionRequired {
		t.Fatalf("%v, %v", grown, err)
	}
	expectRoom(t, dir, 24*mebibyte)
	again, err := r.ControllerExpandVolume(soon(t), &csi.ControllerExpandVolumeRequest{
		VolumeId: id, CapacityRange: &csi.CapacityRange{RequiredBytes: 16 * mebibyte},
	})
	if err != nil || again.CapacityBytes != 48*mebibyte {
		t.Errorf("a volume shrank: %v, %v", again, err)
	}
}
