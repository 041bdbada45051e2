package main

import (
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func objects(ids ...string) []object {
	made := []object{}
	for _, id := range ids {
		made = append(made, object{ID: id})
	}
	return made
}

func TestPagesNeitherRepeatNorSkipObjectsDuringChanges(t *testing.T) {
	first, next, err := page(objects("b", "d", "f"), "", 2)
	if err != nil || len(first) != 2 || first[1].ID != "d" {
		t.Fatalf("first page %v, %v", first, err)
	}
	// "d", the last object of the first page, is deleted. "a" and "e" are created.
	second, next, err := page(objects("a", "b", "e", "f"), next, 2)
	if err != nil || len(second) != 2 || second[0].ID != "e" || second[1].ID != "f" || next != "" {
		t.Errorf("second page %v, next %q, %v", second, next, err)
	}
	if past, next, err := page(objects("a"), "after:z", 1); len(past) > 0 || next != "" || err != nil {
		t.Errorf("past the end: %v, %q, %v", past, next, err)
	}
	if _, _, err := page(objects("a"), "3", 0); status.Code(err) != codes.Aborted {
		t.Errorf("foreign token: %v", err)
	}
	if _, _, err := page(objects("a"), "", -1); status.Code(err) != codes.InvalidArgument {
		t.Errorf("negative count: %v", err)
	}
}

func TestSizeOfANewVolume(t *testing.T) {
	const mib = mebibyte
	for _, test := range []struct{ required, limit, source, want int64 }{
		{0, 0, 0, defaultSize},
		{0, 5 * mib, 0, 5 * mib},
		{1, 0, 0, smallestSize},
		{1, 2, 0, 0},
		{7*mib + 1, 0, 0, 7*mib + 1},
		{0, 0, 9 * mib, 9 * mib},
		{0, 8 * mib, 9 * mib, 0},
		{8 * mib, 0, 9 * mib, 0},
		{10 * mib, 10 * mib, 9 * mib, 10 * mib},
		{-1, 0, 0, 0},
	} {
		size, err := chooseSize(&csi.CapacityRange{RequiredBytes: test.required, LimitBytes: test.limit}, test.source)
		if test.want == 0 && status.Code(err) != codes.OutOfRange || test.want > 0 && (err != nil || size != test.want) {
			t.Errorf("%+v: %d, %v", test, size, err)
		}
	}
}

func TestUnsupportedCapabilitiesAndParametersAreRefused(t *testing.T) {
	wanted := func(change func(*csi.VolumeCapability)) *csi.VolumeCapability {
		c := capability(oneWriter)
		change(c)
		return c
	}
	mount := func(m *csi.VolumeCapability_MountVolume) *csi.VolumeCapability {
		return wanted(func(c *csi.VolumeCapability) { c.AccessType = &csi.VolumeCapability_Mount{Mount: m} })
	}
	for name, refused := range map[string]*csi.VolumeCapability{
		"block": wanted(func(c *csi.VolumeCapability) {
			c.AccessType = &csi.VolumeCapability_Block{Block: &csi.VolumeCapability_BlockVolume{}}
		}),
		"no type":       wanted(func(c *csi.VolumeCapability) { c.AccessType = nil }),
		"no mode":       wanted(func(c *csi.VolumeCapability) { c.AccessMode = nil }),
		"many writers":  capability(csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER),
		"ext4":          mount(&csi.VolumeCapability_MountVolume{FsType: "ext4"}),
		"mount options": mount(&csi.VolumeCapability_MountVolume{MountFlags: []string{"noatime"}}),
		"none":          nil,
	} {
		if err := checkCapabilities(refused); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, mode := range accessModes {
		if err := checkCapabilities(capability(mode)); err != nil {
			t.Errorf("%s: %s", mode, err)
		}
	}
	if err := checkParameters(map[string]string{"csi.storage.k8s.io/pv/name": "x"}); err != nil {
		t.Errorf("the provisioner's own parameter: %s", err)
	}
	if err := checkParameters(map[string]string{"compression": "zstd"}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("unknown parameter: %v", err)
	}
}
