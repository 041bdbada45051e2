// Package records is the HTTP interface of a service that stores numbered records.
//
//	PUT  /records/{slot}?sequence=&generation=   body is the payload (1 to 4032 bytes). 200: the store acknowledged it.
//	                                             409: the slot holds this sequence or a higher one. 507: the volume is full.
//	GET  /records/{slot}                         200: payload, X-Sequence and X-Generation. 404: there is no record.
//	POST /seed?bytes=&seed=                      fills slots 0..n-1, sequence = slot, generation 1: {"records": n}.
//	                                             Idempotent. 409: the store has another seed.
//	GET  /records                                a listing: see WriteListing.
//	GET  /readyz                                 the store answers.
package records

import (
	"context"
	"errors"
	"io"
)

const (
	// MaxPayloadBytes limits the body of one write.
	MaxPayloadBytes = 4032
	// MaxSlots limits the size to which a write to a wrong slot can grow the store.
	MaxSlots = 4 << 20

	// Bytes of all slots with records of the maximum size.
	maxSeedBytes = MaxSlots * 4096

	// JSON readers may store numbers as float64.
	maxSequence = 1<<53 - 1
)

var (
	// ErrConflict: the store holds data that the request must not replace.
	ErrConflict = errors.New("conflict")
	// ErrFull: the volume has no free space.
	ErrFull = errors.New("the volume is full")
)

// Record is one numbered record with its place.
type Record struct {
	Slot       uint64
	Sequence   uint64
	Generation uint64
	Payload    []byte
}

// Store keeps records.
type Store interface {
	// Put returns nil when the record has the durability that the store promises. Errors: ErrConflict, ErrFull.
	Put(ctx context.Context, record Record) error
	// Get returns false if the slot is empty.
	Get(ctx context.Context, slot uint64) (Record, bool, error)
	// Seed fills the store with at least `bytes` bytes and returns the number of seeded records. Errors: ErrConflict.
	Seed(ctx context.Context, bytes, seed uint64) (uint64, error)
	// List checks the store and writes every record and every finding. An error means that the listing is incomplete.
	List(ctx context.Context, w io.Writer) error
	// Ready returns nil if the store answers.
	Ready(ctx context.Context) error
}
