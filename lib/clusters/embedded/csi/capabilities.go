package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	defaultSize = 1 << 30
	// In a smaller volume, the metadata would leave no space for data.
	smallestSize = 1 << 20
)

type accessMode = csi.VolumeCapability_AccessMode_Mode

// All nodes of a lab share one kernel, so writers on many nodes would work here. Network storage usually does not offer that.
var accessModes = []accessMode{
	csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER,
	csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY,
	csi.VolumeCapability_AccessMode_SINGLE_NODE_SINGLE_WRITER,
	csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER,
	csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY,
}

func readOnly(mode accessMode) bool {
	return mode == csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY ||
		mode == csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY
}

// onePublication reports whether a node may publish a volume of this access mode at one path only.
func onePublication(mode accessMode) bool {
	return mode != csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER &&
		mode != csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY
}

// checkCapabilities returns an error if a volume cannot offer one of these capabilities.
func checkCapabilities(wanted ...*csi.VolumeCapability) error {
	if len(wanted) == 0 {
		return invalid("the request has no volume capabilities")
	}
	for _, capability := range wanted {
		mount, mode := capability.GetMount(), capability.GetAccessMode().GetMode()
		switch {
		case capability.GetBlock() != nil:
			return invalid("block volumes are not offered, only mounted file systems")
		case mount == nil:
			return invalid("the volume capability has no access type")
		case mount.FsType != "" && mount.FsType != "btrfs":
			return invalid("file system %q is not offered, only btrfs", mount.FsType)
		case len(mount.MountFlags) > 0:
			return invalid("mount options are not offered: %s", strings.Join(mount.MountFlags, ","))
		case !slices.Contains(accessModes, mode):
			return invalid("access mode %s is not offered, only %s", mode, fmt.Sprint(accessModes))
		}
	}
	return nil
}

// checkParameters refuses parameters, because they would have no effect. Those of the provisioner are allowed.
func checkParameters(parameters map[string]string) error {
	for name := range parameters {
		if !strings.HasPrefix(name, "csi.storage.k8s.io/") {
			return invalid("unknown parameter %q; this driver has no parameters", name)
		}
	}
	return nil
}

// chooseSize returns the size of a new volume in bytes: the required size, else the size of its source, else a default.
func chooseSize(wanted *csi.CapacityRange, sourceBytes int64) (int64, error) {
	required, limit := wanted.GetRequiredBytes(), wanted.GetLimitBytes()
	if required < 0 || limit < 0 {
		return 0, status.Errorf(codes.OutOfRange, "capacity of %d to %d bytes: negative", required, limit)
	}
	size := required
	if size == 0 {
		size = sourceBytes
	}
	if size == 0 {
		size = defaultSize
		if limit > 0 {
			size = min(size, limit)
		}
	}
	size = max(size, smallestSize)
	if size < sourceBytes {
		return 0, status.Errorf(codes.OutOfRange, "%d bytes required, and the source has %d", size, sourceBytes)
	}
	if limit > 0 && size > limit {
		return 0, status.Errorf(codes.OutOfRange, "%d bytes needed, and the limit is %d", size, limit)
	}
	return size, nil
}

// fits reports whether an existing size is within the wanted range.
func fits(sizeBytes int64, wanted *csi.CapacityRange) bool {
	limit := wanted.GetLimitBytes()
	return sizeBytes >= wanted.GetRequiredBytes() && (limit == 0 || sizeBytes <= limit)
}

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}
