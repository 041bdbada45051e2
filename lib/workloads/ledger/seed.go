package main

import (
	"bytes"
	"fmt"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

// seed writes slots 0 to records-1 with the content of (seed, sequence = slot) at generation 1. It keeps overwritten records.
// It refuses a volume with any other content.
func (s *store) seed(records, seed uint64) error {
	for index := uint64(0); index*segmentSlots < records; index++ {
		slots := min(records-index*segmentSlots, segmentSlots)
		if err := s.seedSegment(index, int(slots), seed); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) seedSegment(index uint64, slots int, seed uint64) error {
	file, err := s.files.open(index)
	if err != nil {
		return err
	}
	defer file.Close()
	buffer := make([]byte, slots*recordBytes)
	s.blocks.Lock()
	defer s.blocks.Unlock()
	if _, err := file.ReadAt(buffer, 0); err != nil {
		return fmt.Errorf("%w: %s is truncated: %w", errCorrupt, segmentName(index), err)
	}
	first, payload := slots, make([]byte, payloadCapacity)
	flush := func(end int) error {
		if first >= end {
			return nil
		}
		_, err := file.WriteAt(buffer[first*recordBytes:end*recordBytes], int64(first)*recordBytes)
		first = slots
		return err
	}
	for i := range slots {
		block, slot := buffer[i*recordBytes:(i+1)*recordBytes], index*segmentSlots+uint64(i)
		stored, state := parse(block)
		if state == stateEmpty {
			volumes.FillRandom(payload, seed, slot)
			record{sequence: slot, generation: 1, slot: slot, payload: payload}.encode(block)
			first = min(first, i)
			continue
		}
		if err := flush(i); err != nil {
			return err
		}
		if err := seededBefore(stored, state, slot, seed, payload); err != nil {
			return err
		}
	}
	if err := flush(slots); err != nil {
		return err
	}
	return syncData(file)
}

func seededBefore(stored record, state state, slot, seed uint64, payload []byte) error {
	if state.corrupt() || stored.slot != slot {
		return fmt.Errorf("%w: slot %d holds a record with %s of slot %d", errCorrupt, slot, state, stored.slot)
	}
	if stored.generation > 1 && stored.sequence > slot {
		return nil
	}
	volumes.FillRandom(payload, seed, slot)
	if stored.sequence != slot || !bytes.Equal(stored.payload, payload) {
		return fmt.Errorf("%w: slot %d holds a record that does not come from seed %d", records.ErrConflict, slot, seed)
	}
	return nil
}
