package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func publication(id, target string, mode accessMode, readOnly bool) *csi.NodePublishVolumeRequest {
	return &csi.NodePublishVolumeRequest{VolumeId: id, TargetPath: target, VolumeCapability: capability(mode), Readonly: readOnly}
}

func TestReadOnlyPublicationRefusesWrites(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	r.makeVolume(t, "v", 16*mebibyte, nil)
	for _, test := range []struct {
		mode     accessMode
		readOnly bool
	}{
		{csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER, true},
		{csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY, false},
	} {
		target := filepath.Join(t.TempDir(), "a", "target")
		t.Cleanup(func() { _ = unbind(target) })
		for range 2 {
			if _, err := r.NodePublishVolume(soon(t), publication("v", target, test.mode, test.readOnly)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(target, "x"), nil, 0o600); !errors.Is(err, unix.EROFS) {
			t.Errorf("%s: %v", test.mode, err)
		}
		writing := csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER
		if _, err := r.NodePublishVolume(soon(t), publication("v", target, writing, false)); status.Code(err) != codes.AlreadyExists {
			t.Errorf("the same path with write access: %v", err)
		}
	}
}

func TestRepeatedPublicationMountsVolumeOnce(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	r.makeVolume(t, "v", 16*mebibyte, nil)
	target, second := filepath.Join(t.TempDir(), "a b"), filepath.Join(t.TempDir(), "second")
	t.Cleanup(func() { _, _ = unbind(target), unbind(second) })
	shared := csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER
	for _, path := range []string{target, target, second} {
		if _, err := r.NodePublishVolume(soon(t), publication("v", path, shared, false)); err != nil {
			t.Fatal(err)
		}
	}
	if targets, err := targetsOf("v"); len(targets) != 2 || err != nil {
		t.Errorf("mounted at %q, %v", targets, err)
	}
	if err := os.WriteFile(filepath.Join(target, "x"), []byte("x"), 0o600); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(second, "x")); string(text) != "x" {
		t.Errorf("%q, %v", text, err)
	}
	info, err := os.Stat(target)
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the volume's root: %v, %v", info.Mode(), err)
	}
}

func TestUnpublishingRemovesOnlyTheMount(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	r.makeVolume(t, "v", 16*mebibyte, nil)
	target := r.publish(t, "v")
	if err := os.WriteFile(filepath.Join(target, "kept"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	open, err := os.Open(filepath.Join(target, "kept"))
	if err != nil {
		t.Fatal(err)
	}
	request := &csi.NodeUnpublishVolumeRequest{VolumeId: "v", TargetPath: target}
	if _, err := r.NodeUnpublishVolume(soon(t), request); status.Code(err) != codes.Internal {
		t.Errorf("a volume in use: %v", err)
	}
	open.Close()
	for range 2 {
		if _, err := r.NodeUnpublishVolume(soon(t), request); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(target); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the target is there: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(r.root, "volumes", "v", "kept")); err != nil {
		t.Errorf("the data is not: %v", err)
	}
	// A directory with data in it is not a mount point of the driver.
	if err := os.MkdirAll(filepath.Join(target, "precious"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := r.NodeUnpublishVolume(soon(t), request); err == nil {
		t.Error("a directory with content was taken for a mount point")
	}
	if _, err := os.Stat(filepath.Join(target, "precious")); err != nil {
		t.Error(err)
	}
}

func TestVolumeWithSubvolumesOfItsUserCanBeDeleted(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	r.makeVolume(t, "v", 16*mebibyte, nil)
	nested := filepath.Join(r.root, "volumes", "v", "nested")
	if err := createSubvolume(nested); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(nested, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DeleteVolume(soon(t), &csi.DeleteVolumeRequest{VolumeId: "v"}); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(r.root, "volumes")); len(left) > 0 || err != nil {
		t.Errorf("left: %v, %v", left, err)
	}
}
