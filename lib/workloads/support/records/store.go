// Package records is the HTTP interface of a service that keeps numbered records.
//
//	PUT  /records/{slot}?sequence=&generation=   body is the payload (1 to 4032 bytes). 200 when the store has acknowledged it.
//	                                             409 if the slot holds this sequence or a higher one, 507 if the volume is full.
//	GET  /records/{slot}                         200 with payload, X-Sequence and X-Generation; 404 if there is none.
//	POST /seed?bytes=&seed=                      fills slots 0..n-1, sequence = slot, generation 1: {"records": n}.
//	                                             Idempotent; 409 if the store holds another seed.
//	GET  /records                                a listing, such as WriteListing writes.
//	GET  /readyz                                 the store answers.
package records

import (
	"context"
	"errors"
	"io"
)

const (
	// MaxPayloadBytes bounds the body of one write.
	MaxPayloadBytes = 4032
	// MaxSlots bounds how far a stray write can stretch the store.
	MaxSlots = 4 << 20

	// Of the largest records, so many fill all slots.
	maxSeedBytes = MaxSlots * 4096

	// Numbers must survive JSON readers that hold them as float64.
	maxSequence = 1<<53 - 1
)

var (
	// ErrConflict: the store holds something that the request must not replace.
	ErrConflict = errors.New("conflict")
	// ErrFull: the volume has no room left.
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
	// Put returns nil when the record is as durable as the store promises. Errors: ErrConflict, ErrFull.
	Put(ctx context.Context, record Record) error
	// Get returns false if the slot is empty.
	Get(ctx context.Context, slot uint64) (Record, bool, error)
	// Seed fills the store with at least so many bytes, and returns the number of seeded records. Errors: ErrConflict.
	Seed(ctx context.Context, bytes, seed uint64) (uint64, error)
	// List checks the store, and writes every record and every finding. An error means that the listing was cut.
	List(ctx context.Context, w io.Writer) error
	// Ready returns nil if the store answers.
	Ready(ctx context.Context) error
}
