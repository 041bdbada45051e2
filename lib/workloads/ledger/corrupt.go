package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"
)

const (
	zeroedBytes  = 512
	triesPerSlot = 200
	timeLayout   = "2006-01-02T15:04:05.000000000Z07:00"
)

// change is one line of the corrupt command. Before and after are the bytes in hex; for truncate, the file's sizes.
type change struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Slot   uint64 `json:"slot"`
	Before string `json:"before"`
	After  string `json:"after"`
	At     string `json:"at"`
}

// changes is its last line: everything happened between the two times.
type changes struct {
	Changed int    `json:"changed"`
	Kind    string `json:"kind"`
	From    string `json:"from"`
	Until   string `json:"until"`
}

// corrupt changes seeded records behind the service's back, each once.
func corrupt(out io.Writer, dir string, seed uint64, records int, kind string) error {
	damage, known := map[string]func(*os.File, int64, *rand.Rand) (change, error){
		"flip": flipByte, "zero": zeroBytes, "truncate": truncateFile,
	}[kind]
	if !known {
		return fmt.Errorf("unknown kind %q; there are flip, zero and truncate", kind)
	}
	if records < 1 {
		return fmt.Errorf("records must be at least 1, got %d", records)
	}
	files := &segments{dir: dir}
	random := rand.New(rand.NewPCG(seed, 0))
	slots, err := chooseSeeded(files, records, kind == "truncate", random)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	summary := changes{Kind: kind, From: now()}
	for _, slot := range slots {
		done, err := damageSlot(files, slot, random, damage)
		if err != nil {
			return fmt.Errorf("slot %d, after %d changes: %w", slot, summary.Changed, err)
		}
		summary.Changed++
		if err := lines.Encode(done); err != nil {
			return err
		}
	}
	summary.Until = now()
	return lines.Encode(summary)
}

func damageSlot(files *segments, slot uint64, random *rand.Rand, damage func(*os.File, int64, *rand.Rand) (change, error)) (change, error) {
	file, err := os.OpenFile(files.path(slot/segmentSlots), os.O_RDWR, 0)
	if err != nil {
		return change{}, err
	}
	done, err := damage(file, slotOffset(slot), random)
	done.At = now()
	done.File, done.Slot = segmentName(slot/segmentSlots), slot
	return done, errors.Join(err, file.Sync(), file.Close())
}

func now() string { return time.Now().UTC().Format(timeLayout) }

// chooseSeeded draws distinct slots that hold a seeded record which was not written over; of distinct files where asked.
func chooseSeeded(files *segments, records int, distinctFiles bool, random *rand.Rand) ([]uint64, error) {
	count, err := files.count()
	if err != nil {
		return nil, err
	}
	if count == 0 {
		return nil, fmt.Errorf("no segment files in %q", files.dir)
	}
	chosen, taken, block := []uint64{}, map[uint64]bool{}, make([]byte, recordBytes)
	for range records * triesPerSlot {
		slot := random.Uint64N(count * segmentSlots)
		key := slot
		if distinctFiles {
			key = slot / segmentSlots
		}
		if taken[key] {
			continue
		}
		whole, err := files.readSlot(slot, block)
		if err != nil {
			return nil, err
		}
		r, state := parse(block)
		if !whole || state != stateOK || r.slot != slot || r.sequence != slot || r.generation != 1 {
			continue
		}
		taken[key] = true
		if chosen = append(chosen, slot); len(chosen) == records {
			return chosen, nil
		}
	}
	return nil, fmt.Errorf("found only %d of %d seeded records to change in %q; nothing was changed", len(chosen), records, files.dir)
}

// flipByte changes one byte of the hash or the payload, never of the fields that a reader looks at first.
func flipByte(file *os.File, offset int64, random *rand.Rand) (change, error) {
	at := offset + hashOffset + int64(random.IntN(recordBytes-hashOffset))
	one := make([]byte, 1)
	if _, err := file.ReadAt(one, at); err != nil {
		return change{}, err
	}
	return replace(file, at, []byte{one[0] ^ byte(1+random.IntN(255))})
}

func zeroBytes(file *os.File, offset int64, random *rand.Rand) (change, error) {
	at := offset + headerBytes + int64(random.IntN(payloadCapacity-zeroedBytes))
	return replace(file, at, make([]byte, zeroedBytes))
}

func replace(file *os.File, at int64, content []byte) (change, error) {
	before, after := make([]byte, len(content)), make([]byte, len(content))
	if _, err := file.ReadAt(before, at); err != nil {
		return change{}, err
	}
	if _, err := file.WriteAt(content, at); err != nil {
		return change{}, err
	}
	_, err := file.ReadAt(after, at)
	return change{Offset: at, Before: hex.EncodeToString(before), After: hex.EncodeToString(after)}, err
}

func truncateFile(file *os.File, offset int64, _ *rand.Rand) (change, error) {
	info, err := file.Stat()
	if err != nil {
		return change{}, err
	}
	at := offset + recordBytes/2
	return change{Offset: at, Before: fmt.Sprint(info.Size()), After: fmt.Sprint(at)}, file.Truncate(at)
}
