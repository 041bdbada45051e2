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

// victim is the volume that is to be damaged, with what the choice is drawn from.
type victim struct {
	files  *segments
	random *rand.Rand
	// What the volume was seeded with.
	volumeSeed uint64
}

// seededRecords draws seeded records that were not written over, for damage that reaches over so many slots from there.
func seededRecords(reach uint64) func(victim, int) ([]target, error) {
	return func(v victim, count int) ([]target, error) { return v.draw(count, 1, reach) }
}

// seededFiles draws distinct files, by such a record in each.
func seededFiles(v victim, count int) ([]target, error) { return v.draw(count, segmentSlots, 1) }

// recordPairs draws such records, and as many others whose blocks take their places.
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

// draw finds seeded records at random places, no two of which are within `apart` times `unit` slots.
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

// everyFile gives all files there are, in an order that is drawn.
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

// overwrittenRecords draws slots whose seeded record was written over, and makes sure that it can be made anew.
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
					return nil, fmt.Errorf("slot %d holds a record that seed %d does not give; nothing was changed. Next: --volume-seed", slot, v.volumeSeed)
				}
				seeded = slot + 1
			}
		}
	}
	// The seeded slots are the first ones: behind the last of them, nothing was there before the load came.
	found = slices.DeleteFunc(found, func(t target) bool { return t.slot >= seeded })
	if len(found) < count {
		return nil, fmt.Errorf("found only %d of %d seeded records that were written over in %q; nothing was changed", len(found), count, v.files.dir)
	}
	v.random.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	return found[:count], nil
}

// end is one more than the last slot that a file has room for.
func (v victim) end() (uint64, error) {
	count, err := v.files.count()
	if err == nil && count == 0 {
		err = fmt.Errorf("no segment files in %q", v.files.dir)
	}
	return count * segmentSlots, err
}

// read gives a slot's record; false where it is none that verifies and belongs there.
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

// seededBlock is what the slot held before anything was written over it.
func (v victim) seededBlock(slot uint64) []byte {
	payload, block := make([]byte, payloadCapacity), make([]byte, recordBytes)
	volumes.FillRandom(payload, v.volumeSeed, slot)
	record{sequence: slot, generation: 1, slot: slot, payload: payload}.encode(block)
	return block
}
