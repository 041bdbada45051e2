package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// start runs outside of the host. It returns when the host has ended, and kills the host when its owner has ended.
func start(specPath string) error {
	// The death signal below is sent when the thread that created the child ends, so the thread must stay.
	runtime.LockOSThread()
	spec, err := readSpec(specPath)
	if err != nil {
		return err
	}
	if err := enterCgroup(spec.Cgroup); err != nil {
		return err
	}
	child := exec.Command("/proc/self/exe", "init", specPath)
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS |
			syscall.CLONE_NEWIPC | syscall.CLONE_NEWCGROUP,
		Pdeathsig: syscall.SIGKILL,
	}
	if err := child.Start(); err != nil {
		return fmt.Errorf("make the namespaces: %w", err)
	}
	if err := plugIn(spec, child.Process.Pid); err != nil {
		_ = child.Process.Kill()
		_ = child.Wait()
		return err
	}
	// The PID file must appear complete, because other processes take it as the sign that the host runs.
	pid := strconv.Itoa(child.Process.Pid)
	if err := os.WriteFile(spec.PIDFile+".new", []byte(pid), 0o644); err != nil {
		return err
	}
	if err := os.Rename(spec.PIDFile+".new", spec.PIDFile); err != nil {
		return err
	}
	if spec.OwnerPID != 0 {
		go func() {
			waitForEnd(spec.OwnerPID)
			fmt.Printf("the owner, process %d, has ended: ending %s\n", spec.OwnerPID, spec.Hostname)
			_ = child.Process.Kill()
		}()
	}
	_ = child.Wait()
	return unplug(spec)
}

// unplug deletes the host's device, if the kernel has not deleted it yet. It keeps a device of that name in another group, because
// that is not the host's.
func unplug(spec *Spec) error {
	out, err := exec.Command("ip", "-brief", "link", "show", "group", strconv.Itoa(spec.Group)).Output()
	if err != nil {
		return fmt.Errorf("list the devices of the lab: %w", err)
	}
	for _, line := range strings.Split(string(out), "\n") {
		// The line begins with the device's name, then "@" and its peer.
		if name, _, _ := strings.Cut(strings.TrimSpace(line)+" ", " "); strings.Split(name, "@")[0] == spec.Device {
			// An error means that the kernel has deleted the device first.
			_ = exec.Command("ip", "link", "del", "dev", spec.Device).Run()
		}
	}
	return nil
}

// plugIn creates the host's network device and connects it to the bridge.
func plugIn(spec *Spec, pid int) error {
	commands := [][]string{
		{"ip", "link", "add", "dev", spec.Device, "group", strconv.Itoa(spec.Group), "type", "veth", "peer", "name", "eth0", "netns", strconv.Itoa(pid)},
		{"ip", "link", "set", spec.Device, "master", spec.Bridge, "up"},
	}
	for _, argv := range commands {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, out)
		}
	}
	return nil
}

// waitForEnd returns when a process has ended that is not a child of this one. A later process with the same PID has another
// start time.
func waitForEnd(pid int) {
	born := startTime(pid)
	for born != "" && startTime(pid) == born {
		time.Sleep(250 * time.Millisecond)
	}
}

func startTime(pid int) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The program's name is in parentheses and may contain spaces.
	text := string(data)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 20 || fields[0] == "Z" {
		return ""
	}
	return fields[19]
}
