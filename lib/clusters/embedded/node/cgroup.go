package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const cgroupRoot = "/sys/fs/cgroup"

// controllers of cgroup v1 that Kubernetes uses. Each has a separate hierarchy.
var controllers = []string{"cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids"}

func unified() bool {
	_, err := os.Stat(cgroupRoot + "/cgroup.controllers")
	return err == nil
}

// enterCgroup moves this process into the host's cgroup in every hierarchy. Missing cgroups are created. A cgroup namespace that
// is created afterwards has that cgroup as its root.
func enterCgroup(name string) error {
	if unified() {
		if err := enableAll(cgroupRoot); err != nil {
			return err
		}
		parent := cgroupRoot
		for _, part := range strings.Split(name, "/") {
			parent = filepath.Join(parent, part)
			if err := os.MkdirAll(parent, 0o755); err != nil {
				return err
			}
			if parent != filepath.Join(cgroupRoot, name) {
				if err := enableAll(parent); err != nil {
					return err
				}
			}
		}
		return join(parent)
	}
	for _, controller := range append([]string{"systemd"}, controllers...) {
		root := filepath.Join(cgroupRoot, controller)
		if _, err := os.Stat(root); err != nil {
			continue
		}
		parent := root
		for _, part := range strings.Split(name, "/") {
			child := filepath.Join(parent, part)
			if err := os.MkdirAll(child, 0o755); err != nil {
				return err
			}
			if controller == "cpuset" {
				// A new cpuset is empty, and no process may join an empty cpuset.
				for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
					value, err := os.ReadFile(filepath.Join(parent, file))
					if err != nil {
						return err
					}
					if err := os.WriteFile(filepath.Join(child, file), value, 0o644); err != nil {
						return err
					}
				}
			}
			parent = child
		}
		if err := join(parent); err != nil {
			return err
		}
	}
	return nil
}

func join(dir string) error {
	return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o644)
}

// enableAll enables every controller of a cgroup (v2) for its children.
func enableAll(dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return err
	}
	for _, controller := range strings.Fields(string(data)) {
		if err := os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+controller), 0o644); err != nil {
			return fmt.Errorf("enable controller %s in %s: %w", controller, dir, err)
		}
	}
	return nil
}

// mountCgroups mounts the host's cgroups inside the host, as the root of every hierarchy.
func mountCgroups() error {
	if unified() {
		if err := syscall.Mount("cgroup2", cgroupRoot, "cgroup2", 0, ""); err != nil {
			return fmt.Errorf("mount cgroup2: %w", err)
		}
		// A cgroup that enables controllers for its children must not contain processes.
		leaf := cgroupRoot + "/init"
		if err := os.MkdirAll(leaf, 0o755); err != nil {
			return err
		}
		procs, err := os.ReadFile(cgroupRoot + "/cgroup.procs")
		if err != nil {
			return err
		}
		for _, pid := range strings.Fields(string(procs)) {
			if err := os.WriteFile(leaf+"/cgroup.procs", []byte(pid), 0o644); err != nil {
				return err
			}
		}
		return enableAll(cgroupRoot)
	}
	if err := syscall.Mount("tmpfs", cgroupRoot, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount a tmpfs for the cgroups: %w", err)
	}
	hierarchies := map[string]string{"systemd": "none,name=systemd"}
	for _, controller := range controllers {
		hierarchies[controller] = controller
	}
	for name, options := range hierarchies {
		dir := filepath.Join(cgroupRoot, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount("cgroup", dir, "cgroup", 0, options); err != nil {
			return fmt.Errorf("mount cgroup hierarchy %s: %w", name, err)
		}
	}
	return nil
}
