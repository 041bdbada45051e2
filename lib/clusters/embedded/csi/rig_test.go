package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
)

const mebibyte = 1 << 20

// The test program also runs as the driver, in a separate process, so that the driver can be killed without the test.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "driver" {
		os.Args = os.Args[1:]
		main()
		return
	}
	os.Exit(m.Run())
}

// mountBtrfs creates a file system and returns its mount point. It is unmounted at the end of the test.
func mountBtrfs(t *testing.T) string {
	t.Helper()
	return mountImage(t, makeImage(t))
}

// makeImage creates a file system of 64 GiB in a sparse file.
func makeImage(t *testing.T) string {
	t.Helper()
	kinds, err := os.ReadFile("/proc/filesystems")
	switch {
	case os.Geteuid() != 0:
		t.Skip("only root can mount a file system")
	case err != nil || !strings.Contains(string(kinds), "\tbtrfs\n"):
		t.Skip("the kernel has no btrfs: modprobe btrfs")
	}
	mkfs, err := exec.LookPath("mkfs.btrfs")
	if err != nil {
		t.Skip("there is no mkfs.btrfs: apt-get install btrfs-progs")
	}
	image := filepath.Join(t.TempDir(), "btrfs.img")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 64<<30); err != nil {
		t.Fatal(err)
	}
	command(t, mkfs, "--quiet", "--nodiscard", image)
	return image
}

func mountImage(t *testing.T, image string) string {
	t.Helper()
	root := t.TempDir()
	command(t, "mount", "-t", "btrfs", "-o", "loop", image, root)
	t.Cleanup(func() {
		if err := unix.Unmount(root, 0); err != nil && !errors.Is(err, unix.EINVAL) {
			t.Errorf("unmount %s: %s", root, err)
			_ = unix.Unmount(root, unix.MNT_DETACH)
		}
	})
	return root
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %s: %s", name, strings.Join(args, " "), err, out)
	}
}

// rig is a running driver with its clients.
type rig struct {
	root, endpoint string
	csi.IdentityClient
	csi.ControllerClient
	csi.NodeClient
	process *exec.Cmd
	calls   *grpc.ClientConn
}

func startDriver(t *testing.T, root string, args ...string) *rig {
	t.Helper()
	// A socket's path must be short, so it is not below the test's folder.
	dir, err := os.MkdirTemp("", "csi")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	r := &rig{root: root, endpoint: "unix://" + filepath.Join(dir, "csi.sock")}
	flags := append([]string{"driver", "--endpoint", r.endpoint, "--root", root, "--node-id", "node-1"}, args...)
	r.process = exec.Command("/proc/self/exe", flags...)
	if testing.Verbose() {
		r.process.Stderr = os.Stderr
	}
	if err := r.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.end(syscall.SIGTERM) })
	// Until the driver listens, the client tries again often.
	patience := grpc.ConnectParams{
		Backoff:           backoff.Config{BaseDelay: 10 * time.Millisecond, Multiplier: 1, MaxDelay: 10 * time.Millisecond},
		MinConnectTimeout: time.Second,
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithConnectParams(patience)}
	if r.calls, err = grpc.NewClient(r.endpoint, options...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.calls.Close() })
	r.IdentityClient = csi.NewIdentityClient(r.calls)
	r.ControllerClient = csi.NewControllerClient(r.calls)
	r.NodeClient = csi.NewNodeClient(r.calls)
	if _, err := r.Probe(within(t, 10*time.Second), &csi.ProbeRequest{}, grpc.WaitForReady(true)); err != nil {
		t.Fatalf("the driver does not answer: %s", err)
	}
	return r
}

func (r *rig) end(signal syscall.Signal) {
	_ = r.process.Process.Signal(signal)
	_ = r.process.Wait()
}

func within(t *testing.T, timeout time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	t.Cleanup(cancel)
	return ctx
}

func soon(t *testing.T) context.Context { return within(t, time.Minute) }

func capability(mode accessMode) *csi.VolumeCapability {
	return &csi.VolumeCapability{
		AccessMode: &csi.VolumeCapability_AccessMode{Mode: mode},
		AccessType: &csi.VolumeCapability_Mount{Mount: &csi.VolumeCapability_MountVolume{FsType: "btrfs"}},
	}
}

const oneWriter = csi.VolumeCapability_AccessMode_SINGLE_NODE_SINGLE_WRITER

func volumeRequest(name string, bytes int64, from *csi.VolumeContentSource) *csi.CreateVolumeRequest {
	return &csi.CreateVolumeRequest{
		Name:                name,
		CapacityRange:       &csi.CapacityRange{RequiredBytes: bytes},
		VolumeCapabilities:  []*csi.VolumeCapability{capability(oneWriter)},
		VolumeContentSource: from,
	}
}

func ofSnapshot(id string) *csi.VolumeContentSource {
	return &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Snapshot{
		Snapshot: &csi.VolumeContentSource_SnapshotSource{SnapshotId: id},
	}}
}

func ofVolume(id string) *csi.VolumeContentSource {
	return &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Volume{
		Volume: &csi.VolumeContentSource_VolumeSource{VolumeId: id},
	}}
}

func (r *rig) makeVolume(t *testing.T, name string, bytes int64, from *csi.VolumeContentSource) string {
	t.Helper()
	made, err := r.CreateVolume(soon(t), volumeRequest(name, bytes, from))
	if err != nil {
		t.Fatal(err)
	}
	return made.Volume.VolumeId
}

func (r *rig) makeSnapshot(t *testing.T, name, volumeID string) *csi.Snapshot {
	t.Helper()
	made, err := r.CreateSnapshot(soon(t), &csi.CreateSnapshotRequest{Name: name, SourceVolumeId: volumeID})
	if err != nil {
		t.Fatal(err)
	}
	return made.Snapshot
}

// publish mounts a volume and returns its mount point. It is unmounted at the end of the test.
func (r *rig) publish(t *testing.T, id string) string {
	t.Helper()
	target := filepath.Join(t.TempDir(), "target")
	t.Cleanup(func() { _ = unbind(target) })
	request := &csi.NodePublishVolumeRequest{VolumeId: id, TargetPath: target, VolumeCapability: capability(oneWriter)}
	if _, err := r.NodePublishVolume(soon(t), request); err != nil {
		t.Fatal(err)
	}
	return target
}
