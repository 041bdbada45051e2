package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

const keepEvery = 2 * time.Second

// runProxy runs Envoy until it ends or the pod is stopped.
func runProxy(ctx context.Context) error {
	pod, err := readSettings()
	if err != nil {
		return err
	}
	stopped, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	catalog := newCatalog(pod.server)
	catalog.waitForLeader(stopped)
	if stopped.Err() != nil {
		return nil
	}
	// The server may have lost its data since the pod was initialised.
	if err := catalog.register(stopped, pod); err != nil {
		return err
	}
	envoy := exec.Command("consul", envoyArguments(pod)...)
	envoy.Stdout, envoy.Stderr = os.Stdout, os.Stderr
	if err := envoy.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- envoy.Wait() }()
	ticks := time.NewTicker(keepEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ended:
			return fmt.Errorf("Envoy has ended: %s", envoy.ProcessState)
		case <-stopped.Done():
			return leave(ctx, catalog, pod, envoy, ended)
		case <-ticks.C:
			if err := catalog.keepOnce(stopped, pod); err != nil && stopped.Err() == nil {
				fmt.Fprintln(os.Stderr, "consul-pod:", err)
			}
		}
	}
}

// leave removes the pod from the catalog before its proxy ends, so that no caller is sent to it any more.
func leave(ctx context.Context, catalog *catalog, pod podSettings, envoy *exec.Cmd, ended <-chan error) error {
	failed := catalog.deregister(ctx, pod.name)
	if err := envoy.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-ended
	return failed
}

func envoyArguments(pod podSettings) []string {
	arguments := []string{
		"connect", "envoy",
		"-http-addr", pod.server, "-grpc-addr", pod.xds,
		"-node-name", pod.name, "-proxy-id", pod.proxyID(), "-admin-bind", admin,
		// Consul's list of versions ends before this Envoy, and its configuration still fits.
		"-ignore-envoy-compatibility", "-envoy-binary", "/usr/local/bin/envoy",
	}
	return append(arguments,
		"--", "-l", "warning", "--component-log-level", "misc:error", "--concurrency", "2",
		// Envoy drains the connections of a changed listener for 10 minutes by default, with the old permissions.
		"--drain-time-s", "1", "--drain-strategy", "immediate")
}
