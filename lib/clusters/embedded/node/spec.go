package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// Spec is a host: what is mounted, how its network is set up, and which programs run on it.
type Spec struct {
	Hostname string `json:"hostname"`
	// Cgroup is the host's place in every cgroup hierarchy, below the hierarchy's root.
	Cgroup string `json:"cgroup"`
	// OwnerPID is the process whose end ends the host; 0 for a host that is kept.
	OwnerPID int `json:"ownerPid"`
	// Device is the network device on the outside; its peer is eth0 inside. Bridge is what it is plugged into.
	// Group is the device's link group, by which the lab knows it as its own.
	Device string `json:"device"`
	Group  int    `json:"group"`
	Bridge string `json:"bridge"`
	// PIDFile gets the first process's PID once it runs.
	PIDFile string  `json:"pidFile"`
	Mounts  []Mount `json:"mounts"`
	// Setup runs inside, in order, once eth0 is there. A command that fails ends the host.
	Setup     [][]string `json:"setup"`
	Processes []Process  `json:"processes"`
}

// Mount is a bind mount of Source onto Target, or a tmpfs where Source is empty. Target is made where it is missing.
type Mount struct {
	Source string `json:"source"`
	Target string `json:"target"`
}

// Process is a program that runs as long as the host does: it is started again when it ends.
type Process struct {
	Name string   `json:"name"`
	Argv []string `json:"argv"`
	Env  []string `json:"env"`
	Log  string   `json:"log"`
}

func readSpec(path string) (*Spec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	spec := &Spec{}
	if err := json.Unmarshal(data, spec); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if spec.Hostname == "" || spec.Cgroup == "" || spec.PIDFile == "" {
		return nil, fmt.Errorf("%s: hostname, cgroup and pidFile are needed", path)
	}
	return spec, nil
}
