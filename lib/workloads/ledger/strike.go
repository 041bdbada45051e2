package main

import (
	"errors"
	"fmt"
	"os"

	"meshdrill/workloads/support/volumes"
)

// inFile damages an open file. It returns when the change is on the disk.
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

// flipByte changes one byte of the hash or the payload, never of the header fields that a reader checks first.
func flipByte(v victim, t target, file *os.File) (change, error) {
	return inChange(volumes.FlipByte(file, slotOffset(t.slot)+hashOffset, recordBytes-hashOffset, v.random))
}

// zeroSectors zeroes 512 bytes to 64 KiB from a sector of the record on, at most to the end of the file.
func zeroSectors(v victim, t target, file *os.File) (change, error) {
	return inChange(volumes.ZeroSectors(file, slotOffset(t.slot), recordBytes, v.random))
}

// truncateFile truncates the file within the record.
func truncateFile(v victim, t target, file *os.File) (change, error) {
	return inChange(volumes.Truncate(file, slotOffset(t.slot)+1+int64(v.random.IntN(recordBytes-1))))
}

// deleteFile unlinks the file.
func deleteFile(v victim, t target) (change, error) {
	return inChange(volumes.Delete(v.files.path(t.slot / segmentSlots)))
}

// denyFile removes the service's permission to open the file.
func denyFile(v victim, t target) (change, error) {
	return inChange(volumes.Deny(v.files.path(t.slot/segmentSlots), v.random))
}

// encryptFile encrypts the whole content in place.
func encryptFile(_ victim, _ target, file *os.File) (change, error) {
	return inChange(volumes.Encrypt(file))
}

func inChange(done volumes.Change, err error) (change, error) { return change{Change: done}, err }

// rollBack replaces an overwritten record by its seeded one. This simulates a disk that lost an acknowledged write.
func rollBack(v victim, t target, file *os.File) (change, error) {
	newer := make([]byte, recordBytes)
	if _, err := file.ReadAt(newer, slotOffset(t.slot)); err != nil {
		return change{}, err
	}
	r, _ := parse(newer)
	done, err := inChange(volumes.Replace(file, slotOffset(t.slot), v.seededBlock(t.slot)))
	done.Detail = fmt.Sprintf("the seeded record in place of sequence %d, generation %d", r.sequence, r.generation)
	return done, err
}

// misdirect writes the whole record of another slot to this slot.
func misdirect(v victim, t target, file *os.File) (change, error) {
	block := make([]byte, recordBytes)
	if _, err := v.files.readSlot(t.source, block); err != nil {
		return change{}, err
	}
	done, err := inChange(volumes.Replace(file, slotOffset(t.slot), block))
	done.Detail = fmt.Sprintf("the record of slot %d", t.source)
	return done, err
}
