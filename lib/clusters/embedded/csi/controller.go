package main

import (
	"context"
	"errors"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func (d *driver) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	response := &csi.ControllerGetCapabilitiesResponse{}
	for _, call := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_LIST_VOLUMES,
		csi.ControllerServiceCapability_RPC_GET_CAPACITY,
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
		csi.ControllerServiceCapability_RPC_LIST_SNAPSHOTS,
		csi.ControllerServiceCapability_RPC_CLONE_VOLUME,
		csi.ControllerServiceCapability_RPC_EXPAND_VOLUME,
		csi.ControllerServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
	} {
		response.Capabilities = append(response.Capabilities, &csi.ControllerServiceCapability{
			Type: &csi.ControllerServiceCapability_Rpc{Rpc: &csi.ControllerServiceCapability_RPC{Type: call}},
		})
	}
	return response, nil
}

func (d *driver) CreateVolume(_ context.Context, request *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	if request.Name == "" {
		return nil, invalid("the request has no name")
	}
	if err := errors.Join(checkCapabilities(request.VolumeCapabilities...), checkParameters(request.Parameters)); err != nil {
		return nil, err
	}
	from, err := sourceOf(request.VolumeContentSource)
	if err != nil {
		return nil, err
	}
	release, err := d.store.lock()
	if err != nil {
		return nil, err
	}
	defer release()
	id := idOf(request.Name)
	volume, exists, err := d.store.get(volumes, id)
	if err == nil && !exists {
		volume, err = d.makeVolume(object{ID: id, Name: request.Name, Source: from}, request.CapacityRange)
	}
	if err != nil {
		return nil, err
	}
	if volume.Source != from || !fits(volume.SizeBytes, request.CapacityRange) {
		return nil, status.Errorf(codes.AlreadyExists, "volume %q exists, with %d bytes and source %q", id, volume.SizeBytes, volume.Source.ID)
	}
	return &csi.CreateVolumeResponse{Volume: describeVolume(volume)}, nil
}

// makeVolume creates a volume that does not exist, and chooses its size. The sum of all sizes may exceed the file system: a
// request is refused only if this volume alone would not fit.
func (d *driver) makeVolume(volume object, wanted *csi.CapacityRange) (object, error) {
	from, sourceBytes := volume.Source, int64(0)
	if from != (source{}) {
		found, err := d.find(from.Kind, from.ID)
		if err != nil {
			return volume, err
		}
		sourceBytes = found.SizeBytes
	}
	size, err := chooseSize(wanted, sourceBytes)
	if err != nil {
		return volume, err
	}
	free, err := d.freeBytes()
	if err != nil {
		return volume, err
	}
	if size > free {
		return volume, status.Errorf(codes.OutOfRange, "volume %q of %d bytes does not fit into the %d that are free", volume.ID, size, free)
	}
	volume.SizeBytes = size
	return volume, d.store.create(volumes, volume, func(path string) error {
		create := createSubvolume
		if from != (source{}) {
			create = func(path string) error { return snapshotSubvolume(d.store.path(from.Kind, from.ID), path, false) }
		}
		if err := create(path); err != nil {
			return err
		}
		return limitSubvolume(path, size)
	})
}

// DeleteVolume also removes the data. Snapshots of the volume stay.
func (d *driver) DeleteVolume(_ context.Context, request *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	if request.VolumeId == "" {
		return nil, invalid("the request has no volume ID")
	}
	release, err := d.store.lock()
	if err != nil {
		return nil, err
	}
	defer release()
	return &csi.DeleteVolumeResponse{}, d.store.remove(volumes, request.VolumeId)
}

func (d *driver) ControllerExpandVolume(_ context.Context, request *csi.ControllerExpandVolumeRequest) (*csi.ControllerExpandVolumeResponse, error) {
	if request.VolumeId == "" || request.CapacityRange == nil {
		return nil, invalid("the request needs a volume ID and a capacity range")
	}
	release, err := d.store.lock()
	if err != nil {
		return nil, err
	}
	defer release()
	volume, err := d.find(volumes, request.VolumeId)
	if err != nil {
		return nil, err
	}
	// A volume never shrinks, so its current size is the minimum, like the size of a source.
	size, err := chooseSize(&csi.CapacityRange{
		RequiredBytes: max(request.CapacityRange.RequiredBytes, volume.SizeBytes),
		LimitBytes:    request.CapacityRange.LimitBytes,
	}, volume.SizeBytes)
	if err != nil {
		return nil, err
	}
	volume.SizeBytes = size
	if err := limitSubvolume(d.store.path(volumes, volume.ID), size); err != nil {
		return nil, err
	}
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: size}, d.store.write(volumes, volume)
}

func (d *driver) ListVolumes(_ context.Context, request *csi.ListVolumesRequest) (*csi.ListVolumesResponse, error) {
	all, err := d.store.list(volumes)
	if err != nil {
		return nil, err
	}
	listed, next, err := page(all, request.StartingToken, request.MaxEntries)
	if err != nil {
		return nil, err
	}
	response := &csi.ListVolumesResponse{NextToken: next}
	for _, volume := range listed {
		response.Entries = append(response.Entries, &csi.ListVolumesResponse_Entry{Volume: describeVolume(volume)})
	}
	return response, nil
}

// GetCapacity returns the size of the largest volume that can be created now.
func (d *driver) GetCapacity(_ context.Context, request *csi.GetCapacityRequest) (*csi.GetCapacityResponse, error) {
	if len(request.VolumeCapabilities) > 0 && checkCapabilities(request.VolumeCapabilities...) != nil {
		return &csi.GetCapacityResponse{}, nil
	}
	free, err := d.freeBytes()
	if err != nil {
		return nil, err
	}
	return &csi.GetCapacityResponse{AvailableCapacity: free, MinimumVolumeSize: wrapperspb.Int64(smallestSize)}, nil
}

func (d *driver) ValidateVolumeCapabilities(_ context.Context, request *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	if request.VolumeId == "" || len(request.VolumeCapabilities) == 0 {
		return nil, invalid("the request needs a volume ID and volume capabilities")
	}
	if _, err := d.find(volumes, request.VolumeId); err != nil {
		return nil, err
	}
	if err := errors.Join(checkCapabilities(request.VolumeCapabilities...), checkParameters(request.Parameters)); err != nil {
		return &csi.ValidateVolumeCapabilitiesResponse{Message: err.Error()}, nil
	}
	return &csi.ValidateVolumeCapabilitiesResponse{Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{
		VolumeContext:      request.VolumeContext,
		VolumeCapabilities: request.VolumeCapabilities,
		Parameters:         request.Parameters,
	}}, nil
}

// find reads an object that must exist.
func (d *driver) find(k kind, id string) (object, error) {
	found, exists, err := d.store.get(k, id)
	if err == nil && !exists {
		err = status.Errorf(codes.NotFound, "no object %q among the %s", id, k)
	}
	return found, err
}

func (d *driver) freeBytes() (int64, error) {
	stat, err := statBtrfs(d.store.root)
	return int64(stat.Bavail) * stat.Bsize, err
}

func sourceOf(content *csi.VolumeContentSource) (source, error) {
	from := source{}
	switch {
	case content == nil:
		return from, nil
	case content.GetSnapshot() != nil:
		from = source{snapshots, content.GetSnapshot().SnapshotId}
	case content.GetVolume() != nil:
		from = source{volumes, content.GetVolume().VolumeId}
	}
	if from.ID == "" {
		return from, invalid("the volume's content source is neither a snapshot nor a volume")
	}
	return from, nil
}

func describeVolume(volume object) *csi.Volume {
	described := &csi.Volume{VolumeId: volume.ID, CapacityBytes: volume.SizeBytes}
	switch volume.Source.Kind {
	case snapshots:
		described.ContentSource = &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Snapshot{
			Snapshot: &csi.VolumeContentSource_SnapshotSource{SnapshotId: volume.Source.ID},
		}}
	case volumes:
		described.ContentSource = &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Volume{
			Volume: &csi.VolumeContentSource_VolumeSource{VolumeId: volume.Source.ID},
		}}
	}
	return described
}
