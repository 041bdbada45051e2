package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"meshdrill/workloads/support/volumes"
)

// corruption holds the options of the corrupt command. The seed decides all random choices.
type corruption struct {
	dir  string
	kind string
	seed uint64
	// Number of records to damage, or of files for the kinds that damage whole files.
	records int
	// Damage all files, for the kinds that damage whole files.
	all bool
	// Seed of the volume, to compute the seeded version of a record.
	volumeSeed uint64
}

// change is one output line of the command, with the damaged record.
type change struct {
	volumes.Change
	Slot   uint64 `json:"slot"`
	Detail string `json:"detail,omitempty"`
}

// target is the place of one change: a record, or the file that begins with it.
type target struct {
	slot uint64
	// Slot of the block that is written there, for a misdirected block.
	source uint64
}

// damage is a kind of corruption. It chooses all targets before it changes anything.
type damage struct {
	choose func(victim, int) ([]target, error)
	strike func(victim, target) (change, error)
}

var damages = map[string]damage{
	"flip":        {seededRecords(1), inFile(flipByte)},
	"zero":        {seededRecords(1 + volumes.MaxZeroedSectors*volumes.SectorBytes/recordBytes), inFile(zeroSectors)},
	"truncate":    {seededFiles, inFile(truncateFile)},
	"stale":       {overwrittenRecords, inFile(rollBack)},
	"misdirect":   {recordPairs, inFile(misdirect)},
	"delete":      {seededFiles, deleteFile},
	"permissions": {seededFiles, denyFile},
	"encrypt":     {seededFiles, inFile(encryptFile)},
}

// allFiles lists the kinds that can damage every file.
var allFiles = []string{"delete", "permissions", "encrypt"}

// corrupt damages the volume without the service: seeded records, each once, or files with seeded records.
func corrupt(out io.Writer, order corruption) error {
	damage, known := damages[order.kind]
	switch {
	case !known:
		return fmt.Errorf("unknown kind %q. Kinds: flip, zero, truncate, stale, misdirect, delete, permissions, encrypt", order.kind)
	case order.all && !slices.Contains(allFiles, order.kind):
		return fmt.Errorf("kind %q cannot damage all files. Next: use delete, permissions or encrypt", order.kind)
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
