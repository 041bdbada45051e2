package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// Spec describes a host: its mounts, the setup of its network, and its programs.
type Spec struct {
	Hostname string `json:"hostname"`
	// Cgroup is the path of the host's cgroup, relative to the root of each hierarchy.
	Cgroup string `json:"cgroup"`
	// OwnerPID is the process with which the host ends; 0 for a host that outlives its run.
	OwnerPID int `json:"ownerPid"`
	// Device is the host's network device on the machine. Its peer inside the host is eth0. Bridge is the bridge that it is
	// connected to. Group is its link group, by which the lab recognises its devices.
	Device string `json:"device"`
	Group  int    `json:"group"`
	Bridge string `json:"bridge"`
	// PIDFile is written with the PID of the first process when it runs.
	PIDFile string  `json:"pidFile"`
	Mounts  []Mount `json:"mounts"`
	// Setup contains commands that run inside the host, in order, when eth0 exists. A failed command ends the host.
	Setup     [][]string `json:"setup"`
	Processes []Process  `json:"processes"`
}

// Mount is a bind mount of Source onto Target, or a tmpfs if Source is empty. A missing Target is created.
type Mount struct {
	Source string `json:"source"`
	Target string `json:"target"`
}

// Process is a program that is started again when it ends, as long as the host runs.
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
