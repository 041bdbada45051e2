package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// expectation is the acknowledged state of an object.
type expectation struct {
	kind   kind
	exists bool
	mark   string // content of the file "mark" in it
	bytes  int64
}

// step is a call, and the state after its answer.
type step struct {
	call   func(*rig) error
	object string
	then   expectation
}

// worker creates and deletes volumes and snapshots, one call after the other.
type worker struct {
	name    string
	known   map[string]expectation
	pending *step // asked for, not answered
}

func (w *worker) steps(t *testing.T, root string, i int) []step {
	volume := fmt.Sprintf("%s-%d", w.name, i)
	snapshot, restored, mark := volume+"-snapshot", volume+"-restored", "mark of "+volume
	bytes := int64(1+rand.IntN(64)) * mebibyte
	make := func(name string, from *csi.VolumeContentSource) func(*rig) error {
		return func(r *rig) error {
			_, err := r.CreateVolume(soon(t), volumeRequest(name, bytes, from))
			return err
		}
	}
	remove := func(r *rig) error {
		_, err := r.DeleteVolume(soon(t), &csi.DeleteVolumeRequest{VolumeId: volume})
		return err
	}
	snap := func(r *rig) error {
		_, err := r.CreateSnapshot(soon(t), &csi.CreateSnapshotRequest{Name: snapshot, SourceVolumeId: volume})
		return err
	}
	removeSnapshot := func(r *rig) error {
		_, err := r.DeleteSnapshot(soon(t), &csi.DeleteSnapshotRequest{SnapshotId: snapshot})
		return err
	}
	write := func(*rig) error {
		return os.WriteFile(filepath.Join(root, "volumes", volume, "mark"), []byte(mark), 0o600)
	}
	steps := []step{
		{make(volume, nil), volume, expectation{volumes, true, "", bytes}},
		{write, volume, expectation{volumes, true, mark, bytes}},
		{snap, snapshot, expectation{snapshots, true, mark, bytes}},
		{make(restored, ofSnapshot(snapshot)), restored, expectation{volumes, true, mark, bytes}},
		{remove, volume, expectation{kind: volumes}},
		{removeSnapshot, snapshot, expectation{kind: snapshots}},
	}
	return steps[:len(steps)-i%2]
}

// work runs until the driver has ended, and returns the number of answered calls.
func (w *worker) work(t *testing.T, r *rig, generation int) (answered int) {
	for i := generation * 1000; ; i++ {
		for _, next := range w.steps(t, r.root, i) {
			w.pending = &next
			if err := next.call(r); status.Code(err) == codes.Unavailable {
				return answered
			} else if err != nil {
				t.Errorf("%s: %s", next.object, err)
				return answered
			}
			w.known[next.object], w.pending = next.then, nil
			answered++
		}
	}
}

func (w *worker) check(t *testing.T, root string) {
	t.Helper()
	s := openStore(root, nil)
	for id, want := range w.known {
		if w.pending != nil && w.pending.object == id {
			continue
		}
		found, exists, err := s.get(want.kind, id)
		if err != nil || exists != want.exists {
			t.Errorf("%s %q exists: %t, want %t, %v", want.kind, id, exists, want.exists, err)
			continue
		}
		if !exists {
			continue
		}
		if found.SizeBytes != want.bytes || want.kind == volumes && limitOf(t, s.path(volumes, id)) != want.bytes {
			t.Errorf("%s %q: size %d, limit %d, want %d", want.kind, id, found.SizeBytes, limitOf(t, s.path(want.kind, id)), want.bytes)
		}
		if text, err := os.ReadFile(filepath.Join(s.path(want.kind, id), "mark")); string(text) != want.mark {
			t.Errorf("%s %q holds %q, want %q, %v", want.kind, id, text, want.mark, err)
		}
	}
}

func limitOf(t *testing.T, path string) int64 {
	t.Helper()
	file, err := qgroupFileOf(path, "max_referenced")
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := readNumber(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func expectNoRemains(t *testing.T, root string) {
	t.Helper()
	for _, k := range []kind{volumes, snapshots} {
		entries, err := os.ReadDir(filepath.Join(root, string(k)))
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, entry := range entries {
			count[strings.TrimSuffix(entry.Name(), ".json")]++
		}
		for name, pair := range count {
			if pair != 2 || !plainID.MatchString(name) {
				t.Errorf("%s/%s is a remainder of an interrupted change", k, name)
			}
		}
	}
}

func TestNextDriverWorksWithStateOfKilledDriver(t *testing.T) {
	root := mountBtrfs(t)
	workers := []*worker{}
	for i := range 4 {
		workers = append(workers, &worker{name: fmt.Sprintf("w%d", i), known: map[string]expectation{}})
	}
	answered, left := 0, 0
	for generation := range 15 {
		r := startDriver(t, root)
		var group sync.WaitGroup
		var mutex sync.Mutex
		for _, w := range workers {
			group.Go(func() {
				n := w.work(t, r, generation)
				mutex.Lock()
				answered += n
				mutex.Unlock()
			})
		}
		time.Sleep(time.Duration(20+rand.IntN(80)) * time.Millisecond)
		r.end(syscall.SIGKILL)
		group.Wait()
		left += remains(t, root)
		next := startDriver(t, root)
		for _, w := range workers {
			w.check(t, root)
		}
		// Calls without an answer are repeated.
		for _, w := range workers {
			if w.pending == nil {
				t.Fatal("a worker stopped without reason")
			}
			if err := w.pending.call(next); err != nil {
				t.Errorf("again, %s: %s", w.pending.object, err)
			}
			w.known[w.pending.object], w.pending = w.pending.then, nil
			w.check(t, root)
		}
		expectNoRemains(t, root)
		next.end(syscall.SIGTERM)
	}
	t.Logf("%d calls answered; %d of 15 kills left files behind", answered, left)
}

// remains returns 1 if a killed driver left files behind.
func remains(t *testing.T, root string) int {
	t.Helper()
	for _, k := range []kind{volumes, snapshots} {
		for _, pattern := range []string{"*.new", "*.deleted"} {
			if found, err := filepath.Glob(filepath.Join(root, string(k), pattern)); err != nil {
				t.Fatal(err)
			} else if len(found) > 0 {
				return 1
			}
		}
	}
	return 0
}

func TestTwoDriversOfOneFileSystemDoNotDisturbEachOther(t *testing.T) {
	root := mountBtrfs(t)
	drivers := []*rig{startDriver(t, root), startDriver(t, root)}
	var group sync.WaitGroup
	for i := range 20 {
		for _, r := range drivers {
			group.Go(func() {
				name := fmt.Sprintf("v%d", i)
				if _, err := r.CreateVolume(soon(t), volumeRequest(name, 8*mebibyte, nil)); err != nil {
					t.Error(err)
				}
				if _, err := r.CreateSnapshot(soon(t), &csi.CreateSnapshotRequest{Name: name, SourceVolumeId: name}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	expectNoRemains(t, root)
	for _, r := range drivers {
		if all, err := r.ListVolumes(soon(t), &csi.ListVolumesRequest{}); err != nil || len(all.Entries) != 20 {
			t.Errorf("%d volumes, %v", len(all.GetEntries()), err)
		}
	}
}
