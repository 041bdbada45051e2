// Command node-init makes a host out of Linux namespaces and is its first process.
//
//	node-init start SPEC   makes the namespaces (mount, PID, net, UTS, IPC, cgroup), gives the host its network device,
//	                       and stays until the host is gone. Ends the host when the owner named in the spec ends.
//	node-init pki SPEC     writes a certificate authority and the certificates of a cluster.
//	node-init pause        waits for a signal: the program of a pod's sandbox.
//
// One SIGKILL of the host's first process removes every process and every mount of it, as a power cut would.
// What a host holds is not known here: the spec says it (see spec.go).
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Programs of a host create files that others must read, such as a sandbox's resolv.conf, whatever the umask of the user is.
const umask = 0o022

func main() {
	syscall.Umask(umask)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "node-init:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	// What runs in place of another program, to take it away for a while, keeps that one's arguments.
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

// pause is the first process of a pod: it reaps what the pod's containers orphan when they share its PID namespace.
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
