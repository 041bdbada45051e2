package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	registerapi "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

func register(t *testing.T, root string) (*rig, registerapi.RegistrationClient, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "csi")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, driverName+"-reg.sock")
	// A killed driver leaves its socket behind.
	stale, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	stale.Close()
	r := startDriver(t, root, "--register", socket, "--kubelet-endpoint", "/plugins/csi.sock")
	calls, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { calls.Close() })
	return r, registerapi.NewRegistrationClient(calls), socket
}

func TestDriverRegistersWithTheKubelet(t *testing.T) {
	r, kubelet, socket := register(t, mountBtrfs(t))
	info, err := kubelet.GetInfo(soon(t), &registerapi.InfoRequest{}, grpc.WaitForReady(true))
	if err != nil {
		t.Fatal(err)
	}
	if info.Type != "CSIPlugin" || info.Name != "btrfs.meshdrill.dev" || info.Endpoint != "/plugins/csi.sock" ||
		strings.Join(info.SupportedVersions, " ") != "1.0.0" {
		t.Errorf("info: %v", info)
	}
	if _, err := kubelet.NotifyRegistrationStatus(soon(t), &registerapi.RegistrationStatus{PluginRegistered: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Probe(soon(t), &csi.ProbeRequest{}); err != nil {
		t.Error(err)
	}
	if err := r.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.process.Wait(); err != nil {
		t.Errorf("the driver ended with %s", err)
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket still exists after the driver's end, so the kubelet would call it")
	}
}

func TestDriverEndsIfKubeletRefusesIt(t *testing.T) {
	r, kubelet, _ := register(t, mountBtrfs(t))
	refusal := &registerapi.RegistrationStatus{Error: "no"}
	if _, err := kubelet.NotifyRegistrationStatus(soon(t), refusal, grpc.WaitForReady(true)); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- r.process.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the driver ended without an error")
		}
	case <-time.After(10 * time.Second):
		t.Error("the driver did not end")
	}
}

func TestDriverDoesNotStartWithInvalidOptions(t *testing.T) {
	dir := t.TempDir()
	for want, args := range map[string][]string{
		"is not a btrfs":       {"--root", dir, "--node-id", "n"},
		"--node-id is missing": {"--root", dir},
		"must be set together": {"--root", dir, "--node-id", "n", "--register", "/x"},
		"must start with":      {"--root", dir, "--node-id", "n", "--endpoint", "/csi.sock"},
	} {
		out, err := exec.Command("/proc/self/exe", append([]string{"driver"}, args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%q: %v, %s", args, err, out)
		}
	}
}
