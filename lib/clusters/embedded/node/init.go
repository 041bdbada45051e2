package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	restartDelay  = 500 * time.Millisecond
	deviceTimeout = 10 * time.Second
)

// initialise is the host's first process: it mounts, sets up the network, and keeps the host's programs running.
func initialise(specPath string) error {
	spec, err := readSpec(specPath)
	if err != nil {
		return err
	}
	if err := mountAll(spec); err != nil {
		return err
	}
	if err := syscall.Sethostname([]byte(spec.Hostname)); err != nil {
		return err
	}
	if err := waitForDevice("eth0"); err != nil {
		return err
	}
	for _, argv := range spec.Setup {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, out)
		}
	}
	return supervise(spec.Processes)
}

func mountAll(spec *Spec) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make the mounts private: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := mountCgroups(); err != nil {
		return err
	}
	for _, mount := range spec.Mounts {
		if err := os.MkdirAll(mount.Target, 0o755); err != nil {
			return err
		}
		source, kind, flags := mount.Source, "", uintptr(syscall.MS_BIND|syscall.MS_REC)
		if source == "" {
			source, kind, flags = "tmpfs", "tmpfs", 0
		}
		if err := syscall.Mount(source, mount.Target, kind, flags, ""); err != nil {
			return fmt.Errorf("mount %q on %q: %w", mount.Source, mount.Target, err)
		}
	}
	// Volumes that pods mount with propagation need a shared tree.
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_SHARED, ""); err != nil {
		return fmt.Errorf("share the mounts: %w", err)
	}
	return nil
}

func waitForDevice(name string) error {
	for deadline := time.Now().Add(deviceTimeout); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := net.InterfaceByName(name); err == nil {
			return nil
		}
	}
	return fmt.Errorf("no network device %q after %s", name, deviceTimeout)
}

// supervise starts every program, and starts it again when it ends. It also reaps all orphans of the host, so that none stays a
// zombie. It never returns.
func supervise(processes []Process) error {
	running := &table{pids: map[int]Process{}}
	for _, process := range processes {
		if err := running.start(process); err != nil {
			return err
		}
	}
	for {
		pid, status := reap(running)
		process, ours := running.take(pid)
		if !ours {
			continue
		}
		fmt.Printf("%s %s ended (%s), starting it again\n", time.Now().Format(time.RFC3339Nano), process.Name, describe(status))
		go func() {
			time.Sleep(restartDelay)
			if err := running.start(process); err != nil {
				fmt.Println(err)
			}
		}()
	}
}

// table maps PIDs to programs. A program may end before its PID is noted, so a lock covers both the start and the lookup.
type table struct {
	mutex sync.Mutex
	pids  map[int]Process
}

func (t *table) start(process Process) error {
	log, err := os.OpenFile(process.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	t.mutex.Lock()
	defer t.mutex.Unlock()
	path, err := exec.LookPath(process.Argv[0])
	if err != nil {
		return fmt.Errorf("%s: %w", process.Name, err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	pid, err := syscall.ForkExec(path, process.Argv, &syscall.ProcAttr{
		Env:   append(os.Environ(), process.Env...),
		Files: []uintptr{null.Fd(), log.Fd(), log.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return fmt.Errorf("start %s: %w", process.Name, err)
	}
	t.pids[pid] = process
	return nil
}

func (t *table) take(pid int) (Process, bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	process, ours := t.pids[pid]
	delete(t.pids, pid)
	return process, ours
}

// reap waits for one child to end and returns its exit status. Without a table of running programs, it does not wait: it reaps
// all ended children and returns.
func reap(running *table) (int, syscall.WaitStatus) {
	for {
		var status syscall.WaitStatus
		options := 0
		if running == nil {
			options = syscall.WNOHANG
		}
		pid, err := syscall.Wait4(-1, &status, options, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case running == nil && (pid <= 0 || err != nil):
			return 0, status
		case running == nil:
			continue
		case err == syscall.ECHILD:
			// There is no child, because every program has ended and waits for its restart.
			time.Sleep(restartDelay)
			continue
		}
		return pid, status
	}
}

func describe(status syscall.WaitStatus) string {
	if status.Signaled() {
		return "signal " + status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", status.ExitStatus())
}
