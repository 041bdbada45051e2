package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"meshdrill/workloads/support/volumes"
)

// corruption is one call of the corrupt command. All that it draws is drawn from the seed.
type corruption struct {
	dir  string
	kind string
	seed uint64
	// How many records to damage; files, for the kinds that damage whole files.
	records int
	// All files, for the kinds that damage whole files.
	all bool
	// What the volume was seeded with: an older version of a record is made anew from it.
	volumeSeed uint64
}

// change is one line of the command, with the record that it struck.
type change struct {
	volumes.Change
	Slot   uint64 `json:"slot"`
	Detail string `json:"detail,omitempty"`
}

// target is what one change strikes: a record, or the file that begins with it.
type target struct {
	slot uint64
	// Whose block is written there, where it is that of another slot.
	source uint64
}

// damage is a way to corrupt: what it strikes is chosen before anything is changed.
type damage struct {
	choose func(victim, int) ([]target, error)
	strike func(victim, target) (change, error)
}

var damages = map[string]damage{
	"flip":        {seededRecords(1), inFile(flipByte)},
	"zero":        {seededRecords(1 + volumes.MostZeroedSectors*volumes.SectorBytes/recordBytes), inFile(zeroSectors)},
	"truncate":    {seededFiles, inFile(truncateFile)},
	"stale":       {overwrittenRecords, inFile(rollBack)},
	"misdirect":   {recordPairs, inFile(misdirect)},
	"delete":      {seededFiles, deleteFile},
	"permissions": {seededFiles, denyFile},
	"encrypt":     {seededFiles, inFile(encryptFile)},
}

// allFiles are the kinds that can strike every file.
var allFiles = []string{"delete", "permissions", "encrypt"}

// corrupt changes the volume behind the service's back: seeded records, each once, or files that hold some.
func corrupt(out io.Writer, order corruption) error {
	damage, known := damages[order.kind]
	switch {
	case !known:
		return fmt.Errorf("unknown kind %q; there are flip, zero, truncate, stale, misdirect, delete, permissions and encrypt", order.kind)
	case order.all && !slices.Contains(allFiles, order.kind):
		return fmt.Errorf("kind %q cannot strike all files; delete, permissions and encrypt can", order.kind)
	case order.records < 1:
		return fmt.Errorf("records must be at least 1, got %d", order.records)
	}
	v := victim{files: &segments{dir: order.dir}, random: rand.New(rand.NewPCG(order.seed, 0)), volumeSeed: order.volumeSeed}
	choose := damage.choose
	if order.all {
		choose = everyFile
	}
	targets, err := choose(v, order.records)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	summary := volumes.Changes{Kind: order.kind, From: volumes.Now()}
	for _, struck := range targets {
		done, err := damage.strike(v, struck)
		if err != nil {
			return fmt.Errorf("%s at slot %d, after %d changes: %w", order.kind, struck.slot, summary.Changed, err)
		}
		done.File, done.Slot, done.At = segmentName(struck.slot/segmentSlots), struck.slot, volumes.Now()
		summary.Changed++
		if err := lines.Encode(done); err != nil {
			return err
		}
	}
	if order.kind == "encrypt" {
		summary.Note = volumes.RansomNote
		if err := volumes.LeaveRansomNote(v.files.dir); err != nil {
			return fmt.Errorf("the ransom note, after %d changes: %w", summary.Changed, err)
		}
	}
	summary.Until = volumes.Now()
	return lines.Encode(summary)
}
