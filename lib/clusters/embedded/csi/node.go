package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func (d *driver) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: d.nodeID}, nil
}

func (d *driver) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	response := &csi.NodeGetCapabilitiesResponse{}
	for _, call := range []csi.NodeServiceCapability_RPC_Type{
		csi.NodeServiceCapability_RPC_GET_VOLUME_STATS,
		csi.NodeServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
	} {
		response.Capabilities = append(response.Capabilities, &csi.NodeServiceCapability{
			Type: &csi.NodeServiceCapability_Rpc{Rpc: &csi.NodeServiceCapability_RPC{Type: call}},
		})
	}
	return response, nil
}

func (d *driver) NodePublishVolume(_ context.Context, request *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	id, target := request.VolumeId, request.TargetPath
	if id == "" || target == "" {
		return nil, invalid("the request needs a volume ID and a target path")
	}
	if err := checkCapabilities(request.VolumeCapability); err != nil {
		return nil, err
	}
	mode := request.VolumeCapability.AccessMode.Mode
	asReadOnly := request.Readonly || readOnly(mode)
	if _, err := d.find(volumes, id); err != nil {
		return nil, err
	}
	d.mounts.Lock()
	defer d.mounts.Unlock()
	targets, err := targetsOf(id)
	if err != nil {
		return nil, err
	}
	if slices.Contains(targets, target) {
		if mounted, err := isReadOnly(target); err != nil || mounted == asReadOnly {
			return &csi.NodePublishVolumeResponse{}, err
		}
		return nil, status.Errorf(codes.AlreadyExists, "volume %q is published at %q, and not with read-only %t", id, target, asReadOnly)
	}
	if len(targets) > 0 && onePublication(mode) {
		return nil, status.Errorf(codes.FailedPrecondition, "volume %q, of access mode %s, is published already, at %q", id, mode, targets)
	}
	if err := bind(d.store.path(volumes, id), target, asReadOnly); err != nil {
		return nil, fmt.Errorf("publish volume %q: %w", id, err)
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

// NodeUnpublishVolume also removes the mounts of a deleted volume.
func (d *driver) NodeUnpublishVolume(_ context.Context, request *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	if request.VolumeId == "" || request.TargetPath == "" {
		return nil, invalid("the request needs a volume ID and a target path")
	}
	d.mounts.Lock()
	defer d.mounts.Unlock()
	if err := unbind(request.TargetPath); err != nil {
		return nil, fmt.Errorf("unpublish volume %q: %w", request.VolumeId, err)
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

// NodeGetVolumeStats reports bytes only, because btrfs has no fixed number of inodes. It does not use statfs, which reports the
// whole file system.
func (d *driver) NodeGetVolumeStats(_ context.Context, request *csi.NodeGetVolumeStatsRequest) (*csi.NodeGetVolumeStatsResponse, error) {
	if request.VolumeId == "" || request.VolumePath == "" {
		return nil, invalid("the request needs a volume ID and a volume path")
	}
	volume, err := d.find(volumes, request.VolumeId)
	if err != nil {
		return nil, err
	}
	targets, err := targetsOf(request.VolumeId)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(targets, request.VolumePath) {
		return nil, status.Errorf(codes.NotFound, "volume %q is not published at %q, only at %q", request.VolumeId, request.VolumePath, targets)
	}
	used, err := subvolumeUsage(d.store.path(volumes, volume.ID))
	if err != nil {
		return nil, err
	}
	return &csi.NodeGetVolumeStatsResponse{Usage: []*csi.VolumeUsage{{
		Unit:      csi.VolumeUsage_BYTES,
		Total:     volume.SizeBytes,
		Used:      used,
		Available: max(0, volume.SizeBytes-used),
	}}}, nil
}
