package main

import (
	"context"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func (d *driver) CreateSnapshot(_ context.Context, request *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	if request.Name == "" || request.SourceVolumeId == "" {
		return nil, invalid("the request needs a name and a source volume ID")
	}
	if err := checkParameters(request.Parameters); err != nil {
		return nil, err
	}
	release, err := d.store.lock()
	if err != nil {
		return nil, err
	}
	defer release()
	from := source{volumes, request.SourceVolumeId}
	id := idOf(request.Name)
	snapshot, exists, err := d.store.get(snapshots, id)
	if err == nil && !exists {
		snapshot, err = d.makeSnapshot(object{ID: id, Name: request.Name, Source: from})
	}
	if err != nil {
		return nil, err
	}
	if snapshot.Source != from {
		return nil, status.Errorf(codes.AlreadyExists, "snapshot %q exists, of volume %q", id, snapshot.Source.ID)
	}
	described, err := d.describeSnapshot(snapshot)
	return &csi.CreateSnapshotResponse{Snapshot: described}, err
}

func (d *driver) makeSnapshot(snapshot object) (object, error) {
	from := snapshot.Source
	volume, err := d.find(from.Kind, from.ID)
	if err != nil {
		return snapshot, err
	}
	// The minimum size of a volume that is created from the snapshot.
	snapshot.SizeBytes = volume.SizeBytes
	return snapshot, d.store.create(snapshots, snapshot, func(path string) error {
		return snapshotSubvolume(d.store.path(from.Kind, from.ID), path, true)
	})
}

func (d *driver) DeleteSnapshot(_ context.Context, request *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	if request.SnapshotId == "" {
		return nil, invalid("the request has no snapshot ID")
	}
	release, err := d.store.lock()
	if err != nil {
		return nil, err
	}
	defer release()
	return &csi.DeleteSnapshotResponse{}, d.store.remove(snapshots, request.SnapshotId)
}

func (d *driver) ListSnapshots(_ context.Context, request *csi.ListSnapshotsRequest) (*csi.ListSnapshotsResponse, error) {
	all, err := d.store.list(snapshots)
	if err != nil {
		return nil, err
	}
	matching := []object{}
	for _, snapshot := range all {
		ofID := request.SnapshotId == "" || request.SnapshotId == snapshot.ID
		ofSource := request.SourceVolumeId == "" || request.SourceVolumeId == snapshot.Source.ID
		if ofID && ofSource {
			matching = append(matching, snapshot)
		}
	}
	listed, next, err := page(matching, request.StartingToken, request.MaxEntries)
	if err != nil {
		return nil, err
	}
	response := &csi.ListSnapshotsResponse{NextToken: next}
	for _, snapshot := range listed {
		described, err := d.describeSnapshot(snapshot)
		if err != nil {
			return nil, err
		}
		response.Entries = append(response.Entries, &csi.ListSnapshotsResponse_Entry{Snapshot: described})
	}
	return response, nil
}

func (d *driver) describeSnapshot(snapshot object) (*csi.Snapshot, error) {
	created, err := subvolumeCreated(d.store.path(snapshots, snapshot.ID))
	return &csi.Snapshot{
		SnapshotId:     snapshot.ID,
		SourceVolumeId: snapshot.Source.ID,
		SizeBytes:      snapshot.SizeBytes,
		CreationTime:   timestamppb.New(created),
		ReadyToUse:     true,
	}, err
}
