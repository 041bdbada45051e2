package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
)

const (
	sectorBytes      = 512
	maxZeroedSectors = 128

	// A change that is longer is shown by its SHA-256: the lines end up in a report.
	longestHex = 64
)

// inFile strikes an open file, and returns when what was changed is on the disk.
func inFile(strike func(victim, target, *os.File) (change, error)) func(victim, target) (change, error) {
	return func(v victim, t target) (change, error) {
		file, err := os.OpenFile(v.files.path(t.slot/segmentSlots), os.O_RDWR, 0)
		if err != nil {
			return change{}, err
		}
		done, err := strike(v, t, file)
		return done, errors.Join(err, file.Sync(), file.Close())
	}
}

// flipByte changes one byte of the hash or the payload, never of the fields that a reader looks at first.
func flipByte(v victim, t target, file *os.File) (change, error) {
	at := slotOffset(t.slot) + hashOffset + int64(v.random.IntN(recordBytes-hashOffset))
	one := make([]byte, 1)
	if _, err := file.ReadAt(one, at); err != nil {
		return change{}, err
	}
	return replace(file, at, []byte{one[0] ^ byte(1+v.random.IntN(255))})
}

// zeroSectors zeroes 512 bytes to 64 KiB from some sector of the record on, as far as the file goes.
func zeroSectors(v victim, t target, file *os.File) (change, error) {
	info, err := file.Stat()
	if err != nil {
		return change{}, err
	}
	at := slotOffset(t.slot) + int64(v.random.IntN(recordBytes/sectorBytes))*sectorBytes
	length := int64(1+v.random.IntN(maxZeroedSectors)) * sectorBytes
	return replace(file, at, make([]byte, min(length, info.Size()-at)))
}

// truncateFile cuts the file inside the record.
func truncateFile(v victim, t target, file *os.File) (change, error) {
	before, err := file.Stat()
	if err != nil {
		return change{}, err
	}
	at := slotOffset(t.slot) + 1 + int64(v.random.IntN(recordBytes-1))
	if err := file.Truncate(at); err != nil {
		return change{}, err
	}
	after, err := file.Stat()
	if err != nil {
		return change{}, err
	}
	return change{Offset: at, Length: before.Size() - at, Before: fmt.Sprint(before.Size()), After: fmt.Sprint(after.Size())}, nil
}

// rollBack puts the seeded record back that was written over: a write that the disk had taken and then forgot.
func rollBack(v victim, t target, file *os.File) (change, error) {
	newer := make([]byte, recordBytes)
	if _, err := file.ReadAt(newer, slotOffset(t.slot)); err != nil {
		return change{}, err
	}
	r, _ := parse(newer)
	done, err := replace(file, slotOffset(t.slot), v.seededBlock(t.slot))
	done.Detail = fmt.Sprintf("the seeded record in place of sequence %d, generation %d", r.sequence, r.generation)
	return done, err
}

// misdirect puts the whole record of another slot in this one's place.
func misdirect(v victim, t target, file *os.File) (change, error) {
	block := make([]byte, recordBytes)
	if _, err := v.files.readSlot(t.source, block); err != nil {
		return change{}, err
	}
	done, err := replace(file, slotOffset(t.slot), block)
	done.Detail = fmt.Sprintf("the record of slot %d", t.source)
	return done, err
}

// replace writes the content and reads back what is there then. What made no difference is an error.
func replace(file *os.File, at int64, content []byte) (change, error) {
	before, after := make([]byte, len(content)), make([]byte, len(content))
	if _, err := file.ReadAt(before, at); err != nil {
		return change{}, err
	}
	if _, err := file.WriteAt(content, at); err != nil {
		return change{}, err
	}
	if _, err := file.ReadAt(after, at); err != nil {
		return change{}, err
	}
	if bytes.Equal(before, after) {
		return change{}, fmt.Errorf("the %d bytes at %d of %q are as before", len(content), at, file.Name())
	}
	return change{Offset: at, Length: int64(len(content)), Before: describe(before), After: describe(after)}, nil
}

func describe(content []byte) string {
	if len(content) <= longestHex {
		return hex.EncodeToString(content)
	}
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:16])
}
