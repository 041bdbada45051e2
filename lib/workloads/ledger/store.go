package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"meshdrill/workloads/support/records"
)

const maxBatch = 256

var errCorrupt = errors.New("corrupt")

// store reads and writes records. One committer does all writes, so that waiting writes share one sync.
type store struct {
	files segments
	queue chan *pendingWrite
	// Excludes reads of a block during its write: the kernel does not promise that a read sees a whole write.
	blocks sync.RWMutex
}

type pendingWrite struct {
	record record
	done   chan error
}

func openStore(dir string) (*store, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%q is not a directory", dir)
	}
	s := &store{files: segments{dir: dir}, queue: make(chan *pendingWrite, maxBatch)}
	if err := errors.Join(s.files.clean(), s.files.recordExisting()); err != nil {
		return nil, err
	}
	go s.commitAll()
	return s, nil
}

// put returns nil when the record is durable. If the context ends while the write waits, the write is skipped.
func (s *store) put(ctx context.Context, r record) error {
	write := &pendingWrite{record: r, done: make(chan error, 1)}
	select {
	case s.queue <- write:
		return <-write.done
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *store) commitAll() {
	for first := range s.queue {
		batch := []*pendingWrite{first}
		for len(batch) < maxBatch && len(s.queue) > 0 {
			batch = append(batch, <-s.queue)
		}
		bySegment := map[uint64][]*pendingWrite{}
		for _, write := range batch {
			index := write.record.slot / segmentSlots
			bySegment[index] = append(bySegment[index], write)
		}
		for index, writes := range bySegment {
			s.commit(index, writes)
		}
	}
}

// commit places the writes of one segment and syncs it once. It syncs the descriptor that wrote, because another one might
// not receive a write error.
func (s *store) commit(index uint64, writes []*pendingWrite) {
	file, err := s.files.open(index)
	if err != nil {
		for _, write := range writes {
			write.done <- err
		}
		return
	}
	defer file.Close()
	placed := writes[:0:0]
	s.blocks.Lock()
	for _, write := range writes {
		if err := place(file, write.record); err != nil {
			write.done <- err
			continue
		}
		placed = append(placed, write)
	}
	s.blocks.Unlock()
	if len(placed) == 0 {
		return
	}
	err = syncData(file)
	for _, write := range placed {
		write.done <- err
	}
}

// place writes one record. It refuses to replace a newer record. It also refuses to replace a corrupt or misplaced one, because
// that would hide the damage.
func place(file blocks, r record) error {
	block, at := make([]byte, recordBytes), slotOffset(r.slot)
	if _, err := file.ReadAt(block, at); err != nil {
		return fmt.Errorf("%w: %s cannot be read at slot %d: %w", errCorrupt, segmentName(r.slot/segmentSlots), r.slot, err)
	}
	stored, state := parse(block)
	if state.corrupt() {
		return fmt.Errorf("%w: slot %d holds a record with %s, which is not overwritten", errCorrupt, r.slot, state)
	}
	if state == stateOK && stored.slot != r.slot {
		return fmt.Errorf("%w: slot %d holds the record of slot %d, which is not overwritten", errCorrupt, r.slot, stored.slot)
	}
	if state == stateOK && stored.sequence > r.sequence {
		return fmt.Errorf("%w: slot %d holds sequence %d, sent was %d", records.ErrConflict, r.slot, stored.sequence, r.sequence)
	}
	written := make([]byte, recordBytes)
	r.encode(written)
	n, err := file.WriteAt(written, at)
	if err != nil && n > 0 {
		// A volume can become full within a block. A refused write must not leave half a record.
		_, undone := file.WriteAt(block[:n], at)
		err = errors.Join(err, undone)
	}
	return err
}

type blocks interface {
	io.ReaderAt
	io.WriterAt
}

// get reads a record from the disk. The state shows if the record is valid.
func (s *store) get(slot uint64) (record, state, error) {
	block := make([]byte, recordBytes)
	s.blocks.RLock()
	whole, err := s.files.readSlot(slot, block)
	s.blocks.RUnlock()
	if err != nil {
		return record{}, "", err
	}
	if !whole {
		return record{}, stateShort, nil
	}
	r, state := parse(block)
	return r, state, nil
}

// scannedSlot is one slot as read from the disk. Its block is valid until the visit returns, and nil if there is none.
type scannedSlot struct {
	slot   uint64
	record record
	state  state
	block  []byte
	err    error // why it is unreadable
}

// scan reads every slot up to the end of the last file from the disk.
func (s *store) scan(visit func(scannedSlot) error) error {
	count, err := s.files.count()
	if err != nil {
		return err
	}
	buffer := make([]byte, segmentBytes)
	for index := range count {
		s.blocks.RLock()
		n, bad := s.files.read(index, buffer)
		s.blocks.RUnlock()
		for i := range segmentSlots {
			found := scannedSlot{slot: index*segmentSlots + uint64(i), state: stateShort}
			switch {
			case n < 0:
				found.state = stateMissing
			case bad != nil && bad[i] != nil:
				found.state, found.err = stateUnreadable, bad[i]
			case (i+1)*recordBytes <= n:
				found.block = buffer[i*recordBytes : (i+1)*recordBytes]
				found.record, found.state = parse(found.block)
			}
			if err := visit(found); err != nil {
				return err
			}
		}
	}
	return nil
}
