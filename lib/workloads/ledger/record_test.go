package main

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"meshdrill/workloads/support/volumes"
)

func TestParseNamesTheDamage(t *testing.T) {
	whole := make([]byte, recordBytes)
	record{sequence: 7, generation: 2, slot: 9, payload: []byte("hello")}.encode(whole)
	if r, state := parse(whole); state != stateOK || r.sequence != 7 || r.generation != 2 || r.slot != 9 || string(r.payload) != "hello" {
		t.Fatalf("parse of a whole block: %v %s", r, state)
	}
	for at, want := range map[int]state{
		0: stateBadMagic, 4: stateBadVersion, 8: stateBadHash, 16: stateBadHash, 22: stateBadLength, 24: stateBadHash,
		32: stateBadHash, 63: stateBadHash, 64: stateBadHash, 4095: stateBadHash,
	} {
		block := append([]byte(nil), whole...)
		block[at] ^= 1
		if _, state := parse(block); state != want {
			t.Errorf("byte %d changed: %s, want %s", at, state, want)
		}
	}
	if _, state := parse(make([]byte, recordBytes)); state != stateEmpty {
		t.Errorf("zeros: %s", state)
	}
}

func TestBlockHasTheKnownHash(t *testing.T) {
	// The TypeScript tests have the same hash.
	payload, block := make([]byte, 256), make([]byte, recordBytes)
	volumes.FillRandom(payload, 1, 40000)
	record{sequence: 40000, generation: 2, slot: 9, payload: payload}.encode(block)
	sum := sha256.Sum256(block)
	if got := hex.EncodeToString(sum[:]); got != "4e8ab8145e61daca622eaaa8a90c2f167d4e32bef8aa21200cf51d56915c2b56" {
		t.Errorf("block has SHA-256 %s", got)
	}
}
