package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"

	"meshdrill/workloads/support/database"
	"meshdrill/workloads/support/volumes"
)

const blockBytes = 4096

// victims are the files that can be damaged, and what random choices are made with.
type victims struct {
	parts  []part
	random *rand.Rand
}

// damages strike the parts of the append-only file that have content. Errors: there is none.
func damages(data string, random *rand.Rand) (database.Damages, error) {
	parts, err := filesOf(data)
	if err != nil {
		return database.Damages{}, err
	}
	v := victims{slices.DeleteFunc(parts, func(one part) bool { return one.size == 0 }), random}
	if len(v.parts) == 0 {
		return database.Damages{}, fmt.Errorf("no append-only file with content in %q; nothing was changed", data)
	}
	all := make([]string, len(v.parts))
	for index, one := range v.parts {
		all[index] = one.path
	}
	pickFile := func() string { return all[random.IntN(len(all))] }
	return database.Damages{All: all, Kinds: map[string]database.Damage{
		"flip":        database.InFile(v.pick, v.flipByte),
		"zero":        database.InFile(v.pick, v.zeroSectors),
		"truncate":    database.InFile(v.pick, volumes.Truncate),
		"misdirect":   database.InFile(v.pick, v.misdirect),
		"delete":      database.WholeFile(pickFile, volumes.Delete),
		"permissions": database.WholeFile(pickFile, database.Denying(random)),
	}}, nil
}

// pick draws a byte of all files. Half of the damages strike what was appended last, which is small beside the base.
func (v victims) pick() (path string, at int64, err error) {
	candidates := v.parts
	if v.random.IntN(2) == 0 {
		if index := slices.IndexFunc(v.parts, func(one part) bool { return one.kind == appended }); index >= 0 {
			candidates = v.parts[index : index+1]
		}
	}
	// Another damage may have cut a file.
	sizes, total := make([]int64, len(candidates)), int64(0)
	for index, one := range candidates {
		info, err := os.Stat(one.path)
		if err != nil {
			return one.path, 0, err
		}
		sizes[index] = info.Size()
		total += info.Size()
	}
	drawn := v.random.Int64N(max(1, total))
	for index, size := range sizes {
		if drawn < size {
			return candidates[index].path, drawn, nil
		}
		drawn -= size
	}
	return "", 0, errors.New("the append-only file has no content left")
}

func (v victims) flipByte(file *os.File, at int64) (volumes.Change, error) {
	return volumes.FlipByte(file, at, 1, v.random)
}

func (v victims) zeroSectors(file *os.File, at int64) (volumes.Change, error) {
	return volumes.ZeroSectors(file, at/volumes.SectorBytes*volumes.SectorBytes, 1, v.random)
}

func (v victims) misdirect(file *os.File, at int64) (volumes.Change, error) {
	info, err := file.Stat()
	if err != nil {
		return volumes.Change{}, err
	}
	size := info.Size()
	blocks := (size + blockBytes - 1) / blockBytes
	from, to := v.random.Int64N(blocks)*blockBytes, at/blockBytes*blockBytes
	content := make([]byte, min(blockBytes, size-from, size-to))
	if _, err := file.ReadAt(content, from); err != nil {
		return volumes.Change{}, err
	}
	// A file of one block has no other place: its bytes come in another order.
	if from == to {
		slices.Reverse(content)
	}
	return volumes.ReplaceWithin(file, to, content)
}
