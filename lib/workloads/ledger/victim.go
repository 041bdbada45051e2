package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"meshdrill/workloads/support/volumes"
)

const triesPerTarget = 200

// victim holds the volume to damage and the generator of random choices.
type victim struct {
	files  *segments
	random *rand.Rand
	// Seed of the volume.
	volumeSeed uint64
}

// seededRecords chooses seeded records that were not overwritten. The damage affects `reach` slots from each of them.
func seededRecords(reach uint64) func(victim, int) ([]target, error) {
	return func(v victim, count int) ([]target, error) { return v.draw(count, 1, reach) }
}

// seededFiles chooses distinct files by a seeded record in each.
func seededFiles(v victim, count int) ([]target, error) { return v.draw(count, segmentSlots, 1) }

// recordPairs chooses seeded records, and as many others with blocks that replace them.
func recordPairs(v victim, count int) ([]target, error) {
	targets, err := v.draw(2*count, 1, 1)
	if err != nil {
		return nil, err
	}
	for i := range count {
		targets[i].source = targets[count+i].slot
	}
	return targets[:count], nil
}

// draw chooses seeded records at random places. Any two are at least `apart` times `unit` slots apart.
func (v victim) draw(count int, unit, apart uint64) ([]target, error) {
	end, err := v.end()
	if err != nil {
		return nil, err
	}
	targets, taken, looked := []target{}, map[uint64]bool{}, map[uint64]bool{}
	for range count * triesPerTarget {
		slot := v.random.Uint64N(end)
		if looked[slot] || taken[slot/unit] {
			continue
		}
		looked[slot] = true
		r, whole, err := v.read(slot)
		if err != nil {
			return nil, err
		}
		if !whole || !isSeeded(r) {
			continue
		}
		if targets = append(targets, target{slot: slot}); len(targets) == count {
			return targets, nil
		}
		for near := range apart {
			taken[slot/unit+near], taken[slot/unit-near] = true, true
		}
	}
	return nil, fmt.Errorf("found only %d of %d seeded records to change in %q; nothing was changed", len(targets), count, v.files.dir)
}

// everyFile returns all files in random order.
func everyFile(v victim, _ int) ([]target, error) {
	if _, err := v.end(); err != nil {
		return nil, err
	}
	names, err := v.files.names()
	if err != nil {
		return nil, err
	}
	targets := make([]target, len(names.indices))
	for i, at := range v.random.Perm(len(targets)) {
		targets[i].slot = names.indices[at] * segmentSlots
	}
	return targets, nil
}

// overwrittenRecords chooses slots with an overwritten seeded record. It checks that the seed gives the seeded records.
func overwrittenRecords(v victim, count int) ([]target, error) {
	end, err := v.end()
	if err != nil {
		return nil, err
	}
	found, seeded, buffer := []target{}, uint64(0), make([]byte, segmentBytes)
	for first := uint64(0); first < end; first += segmentSlots {
		n, bad := v.files.read(first/segmentSlots, buffer)
		if err := errors.Join(bad...); err != nil {
			return nil, err
		}
		for slot := first; int(slot-first+1)*recordBytes <= n; slot++ {
			block := buffer[(slot-first)*recordBytes:][:recordBytes]
			r, state := parse(block)
			switch {
			case state != stateOK || r.slot != slot:
			case r.generation > 1 && r.sequence > slot:
				found = append(found, target{slot: slot})
			case isSeeded(r):
				if seeded == 0 && !bytes.Equal(block, v.seededBlock(slot)) {
					return nil, fmt.Errorf("slot %d holds a record that does not come from seed %d; nothing was changed. Next: set --volume-seed", slot, v.volumeSeed)
				}
				seeded = slot + 1
			}
		}
	}
	// The seeded slots come first. The slots after them were empty before the load started.
	found = slices.DeleteFunc(found, func(t target) bool { return t.slot >= seeded })
	if len(found) < count {
		return nil, fmt.Errorf("found only %d of %d overwritten seeded records in %q; nothing was changed", len(found), count, v.files.dir)
	}
	v.random.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	return found[:count], nil
}

// end returns one more than the last slot of the last file.
func (v victim) end() (uint64, error) {
	count, err := v.files.count()
	if err == nil && count == 0 {
		err = fmt.Errorf("no segment files in %q", v.files.dir)
	}
	return count * segmentSlots, err
}

// read returns a slot's record, and false if it is invalid or misplaced.
func (v victim) read(slot uint64) (record, bool, error) {
	block := make([]byte, recordBytes)
	whole, err := v.files.readSlot(slot, block)
	if err != nil {
		return record{}, false, err
	}
	r, state := parse(block)
	return r, whole && state == stateOK && r.slot == slot, nil
}

func isSeeded(r record) bool { return r.sequence == r.slot && r.generation == 1 }

// seededBlock returns the slot's seeded block.
func (v victim) seededBlock(slot uint64) []byte {
	payload, block := make([]byte, payloadCapacity), make([]byte, recordBytes)
	volumes.FillRandom(payload, v.volumeSeed, slot)
	record{sequence: slot, generation: 1, slot: slot, payload: payload}.encode(block)
	return block
}
