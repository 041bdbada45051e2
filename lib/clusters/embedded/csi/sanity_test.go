package main

import (
	"path/filepath"
	"testing"

	"github.com/kubernetes-csi/csi-test/v5/pkg/sanity"
)

func TestDriverConformsToCSI(t *testing.T) {
	r := startDriver(t, mountBtrfs(t))
	config := sanity.NewTestConfig()
	config.Address = r.endpoint
	dir := t.TempDir()
	config.TargetPath, config.StagingPath = filepath.Join(dir, "target"), filepath.Join(dir, "staging")
	sanity.Test(t, config)
}
