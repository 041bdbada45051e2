package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const ordered = 8

// writeInOrder writes 1 to the first file, then to the second and so on, then 2, 3 … Every write is synced. It runs until it is
// stopped.
func writeInOrder(dir string, stop <-chan struct{}) (rounds uint64, err error) {
	files := [ordered]*os.File{}
	for i := range files {
		if files[i], err = os.Create(filepath.Join(dir, fmt.Sprint(i))); err != nil {
			return 0, err
		}
		defer files[i].Close()
	}
	for {
		rounds++
		for _, file := range files {
			select {
			case <-stop:
				return rounds, nil
			default:
			}
			if _, err := file.WriteAt(binary.LittleEndian.AppendUint64(nil, rounds), 0); err != nil {
				return rounds, err
			}
			if err := unix.Fdatasync(int(file.Fd())); err != nil {
				return rounds, err
			}
		}
	}
}

func readInOrder(dir string) (values [ordered]uint64, err error) {
	for i := range values {
		text, failed := os.ReadFile(filepath.Join(dir, fmt.Sprint(i)))
		if len(text) == 8 {
			values[i] = binary.LittleEndian.Uint64(text)
		} else if failed == nil && len(text) > 0 {
			failed = fmt.Errorf("file %d has %d bytes", i, len(text))
		}
		err = errors.Join(err, failed)
	}
	return values, err
}

func TestSnapshotNeverHasALaterWriteWithoutAnEarlierOne(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	volume := r.makeVolume(t, "v", 64*mebibyte, nil)
	dir := r.publish(t, volume)
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := writeInOrder(dir, stop)
		done <- err
	}()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if values, err := readInOrder(dir); err == nil && values[ordered-1] > 0 {
			break
		}
	}
	split := 0
	for i := range 60 {
		before, err := readInOrder(dir)
		if err != nil {
			t.Fatal(err)
		}
		snapshot := r.makeSnapshot(t, fmt.Sprintf("s%d", i), volume)
		after, err := readInOrder(dir)
		if err != nil {
			t.Fatal(err)
		}
		values, err := readInOrder(filepath.Join(r.root, "snapshots", snapshot.SnapshotId))
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n < ordered; n++ {
			if values[n] > values[n-1] || values[n]+1 < values[n-1] {
				t.Errorf("snapshot %d holds %v, which was never the state of the volume", i, values)
			}
		}
		if values[ordered-1] < before[ordered-1] && before[ordered-1]-values[ordered-1] > 1 || values[0] > after[0] {
			t.Errorf("snapshot %d holds %v, and the volume %v before and %v after", i, values, before, after)
		}
		if values[0] != values[ordered-1] {
			split++
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if split == 0 {
		t.Error("no snapshot was taken during a round, so the test shows nothing")
	}
	t.Logf("%d of 60 snapshots were taken during a round", split)
}

func TestSnapshotIsCompleteAndHasTheTimeOfItsContent(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	volume := r.makeVolume(t, "v", 1<<30, nil)
	dir := r.publish(t, volume)
	if _, err := writeUpTo(filepath.Join(dir, "data"), 8*mebibyte); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	snapshot := r.makeSnapshot(t, "s", volume)
	after := time.Now()
	// The kernel's clock for file times is up to one tick behind.
	if cut := snapshot.CreationTime.AsTime(); cut.Before(before.Add(-20*time.Millisecond)) || cut.After(after) {
		t.Errorf("creation time %s is not within %s and %s", cut, before, after)
	}
	if err := os.WriteFile(filepath.Join(dir, "data"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	held := filepath.Join(r.root, "snapshots", snapshot.SnapshotId, "data")
	if info, err := os.Stat(held); err != nil || info.Size() != 8*mebibyte {
		t.Errorf("the snapshot changed: %v, %v", info, err)
	}
	if err := os.WriteFile(held, nil, 0o600); !errors.Is(err, unix.EROFS) {
		t.Errorf("the snapshot can be written to: %v", err)
	}
	// The volume may be deleted before its snapshot.
	if err := unbind(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DeleteVolume(soon(t), &csi.DeleteVolumeRequest{VolumeId: volume}); err != nil {
		t.Fatal(err)
	}
	restored := r.publish(t, r.makeVolume(t, "restored", 0, ofSnapshot("s")))
	if info, err := os.Stat(filepath.Join(restored, "data")); err != nil || info.Size() != 8*mebibyte {
		t.Errorf("restored: %v, %v", info, err)
	}
	if _, err := r.CreateVolume(soon(t), volumeRequest("small", mebibyte, ofSnapshot("s"))); status.Code(err) != codes.OutOfRange {
		t.Errorf("smaller than its source: %v", err)
	}
	if _, err := r.CreateVolume(soon(t), volumeRequest("restored", 0, nil)); status.Code(err) != codes.AlreadyExists {
		t.Errorf("same name, other source: %v", err)
	}
}
