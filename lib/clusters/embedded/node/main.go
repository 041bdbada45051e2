// Command node-init creates a host from Linux namespaces and is its first process.
//
//	node-init start SPEC   creates the namespaces (mount, PID, net, UTS, IPC, cgroup) and the host's network device, and runs
//	                       until the host has ended. It kills the host when the owner in the spec has ended.
//	node-init pki SPEC     writes a certificate authority and the certificates of a cluster.
//	node-init pause        waits for a signal. It is the program of a pod's sandbox.
//
// One SIGKILL of the host's first process removes all its processes and mounts, like a power cut.
// The spec describes the programs of a host (see spec.go).
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Containers must be able to read files of a host's programs, such as a sandbox's resolv.conf, so the user's umask is replaced.
const umask = 0o022

func main() {
	syscall.Umask(umask)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "node-init:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	// A fault may replace another program with this one, so that pause gets the arguments of that program.
	if len(args) > 0 && args[0] == "pause" {
		pause()
		return nil
	}
	if len(args) != 2 {
		return fmt.Errorf("usage: node-init start|pki SPEC, or node-init pause")
	}
	switch args[0] {
	case "start":
		return start(args[1])
	case "init":
		return initialise(args[1])
	case "pki":
		return writePKI(args[1])
	}
	return fmt.Errorf("unknown command %q", args[0])
}

// pause is the first process of a pod. It reaps orphans of the pod's containers when they share its PID namespace.
func pause() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	orphans := make(chan os.Signal, 1)
	signal.Notify(orphans, syscall.SIGCHLD)
	for {
		select {
		case <-stop:
			return
		case <-orphans:
			reap(nil)
		}
	}
}
