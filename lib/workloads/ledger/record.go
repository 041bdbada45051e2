package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

const (
	recordBytes     = 4096
	headerBytes     = 64
	hashOffset      = 32
	payloadCapacity = recordBytes - headerBytes
	recordVersion   = 1
)

var (
	magic      = []byte("LDGR")
	emptyBlock = make([]byte, recordBytes)
)

// record is one entry of the ledger. Its block, little-endian:
//
//	0  4  magic "LDGR"      16  4  generation       32 32  SHA-256 over the other 4064 bytes
//	4  4  version           20  4  payload length   64  …  payload, padded with zeros
//	8  8  sequence          24  8  slot, the record's place
type record struct {
	sequence   uint64
	generation uint32
	slot       uint64
	payload    []byte
}

type state string

const (
	stateOK         state = "ok"
	stateEmpty      state = "empty"
	stateBadMagic   state = "bad magic"
	stateBadVersion state = "bad version"
	stateBadLength  state = "bad length"
	stateBadHash    state = "bad hash"
	stateShort      state = "short"   // the file ends within the slot
	stateMissing    state = "missing" // the file does not exist, but a later one does, or it existed before
	stateUnreadable state = "unreadable"
)

func (s state) corrupt() bool {
	return s != stateOK && s != stateEmpty && s != stateMissing
}

// encode fills a block of recordBytes.
func (r record) encode(block []byte) {
	clear(block)
	copy(block, magic)
	binary.LittleEndian.PutUint32(block[4:], recordVersion)
	binary.LittleEndian.PutUint64(block[8:], r.sequence)
	binary.LittleEndian.PutUint32(block[16:], r.generation)
	binary.LittleEndian.PutUint32(block[20:], uint32(len(r.payload)))
	binary.LittleEndian.PutUint64(block[24:], r.slot)
	copy(block[headerBytes:], r.payload)
	hash := hashBlock(block)
	copy(block[hashOffset:], hash[:])
}

// parse reads a block. It fills in the header's fields even if the block is corrupt. The payload aliases the block.
func parse(block []byte) (record, state) {
	r := record{
		sequence:   binary.LittleEndian.Uint64(block[8:]),
		generation: binary.LittleEndian.Uint32(block[16:]),
		slot:       binary.LittleEndian.Uint64(block[24:]),
	}
	length := binary.LittleEndian.Uint32(block[20:])
	switch {
	case bytes.Equal(block, emptyBlock):
		return r, stateEmpty
	case !bytes.Equal(block[:4], magic):
		return r, stateBadMagic
	case binary.LittleEndian.Uint32(block[4:]) != recordVersion:
		return r, stateBadVersion
	case length > payloadCapacity:
		return r, stateBadLength
	}
	r.payload = block[headerBytes : headerBytes+length]
	if hash := hashBlock(block); !bytes.Equal(hash[:], block[hashOffset:headerBytes]) {
		return r, stateBadHash
	}
	return r, stateOK
}

func hashBlock(block []byte) [sha256.Size]byte {
	hash := sha256.New()
	hash.Write(block[:hashOffset])
	hash.Write(block[headerBytes:])
	return [sha256.Size]byte(hash.Sum(nil))
}
