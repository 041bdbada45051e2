package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"meshdrill/workloads/support/volumes"
)

// victims holds the files that can be damaged, and the generator of random choices.
type victims struct {
	dir    string
	seed   uint64
	random *rand.Rand
	paths  []string
}

// damages holds a function for each kind of damage. It changes one file.
var damages = map[string]func(v victims, path string) (volumes.Change, error){
	"flip":        inFile(flipByte),
	"zero":        inFile(zeroSectors),
	"truncate":    inFile(truncate),
	"stale":       rollBack,
	"misdirect":   misdirect,
	"delete":      remove,
	"permissions": deny,
	"encrypt":     inFile(encrypt),
}

// corrupt damages `count` files. Kind `encrypt` damages all files. If there are fewer than `count`, corrupt changes none.
func corrupt(out io.Writer, dir, kind string, seed uint64, count int) error {
	damage, known := damages[kind]
	if !known {
		return fmt.Errorf("unknown kind %q; there are %s", kind, strings.Join(slices.Sorted(maps.Keys(damages)), ", "))
	}
	v := victims{dir: dir, seed: seed, random: rand.New(rand.NewPCG(seed, 1))}
	if err := v.find(kind); err != nil {
		return err
	}
	if kind == "encrypt" {
		count = len(v.paths)
	}
	if count < 1 || count > len(v.paths) {
		return fmt.Errorf("%d files of %q cannot be damaged by %q: there are %d", count, dir, kind, len(v.paths))
	}
	chosen := slices.Clone(v.paths)
	v.random.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	lines, summary := json.NewEncoder(out), volumes.Changes{Kind: kind, From: volumes.Now()}
	for _, path := range chosen[:count] {
		done, err := damage(v, path)
		if err != nil {
			return fmt.Errorf("%s of %q, after %d changes: %w", kind, path, summary.Changed, err)
		}
		done.File, done.At = v.name(path), volumes.Now()
		if err := lines.Encode(done); err != nil {
			return err
		}
		summary.Changed++
	}
	if kind == "encrypt" {
		if err := volumes.LeaveRansomNote(dir); err != nil {
			return err
		}
	}
	summary.Until = volumes.Now()
	return errors.Join(syncVolume(dir), lines.Encode(summary))
}

func (v victims) name(path string) string { return strings.TrimPrefix(path, v.dir+"/") }

// find lists the files that are not empty. For `stale` it lists the seeded files that were overwritten.
func (v *victims) find(kind string) error {
	sequences := map[string]uint64{}
	err := filepath.WalkDir(v.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		head, err := readHead(path)
		if len(head) > 0 {
			v.paths = append(v.paths, path)
			sequences[path], _ = sequenceOf(head)
		}
		return err
	})
	if kind == "stale" {
		v.paths = overwritten(v.paths, sequences)
	}
	return err
}

func readHead(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, headBytes))
}

// overwritten returns the seeded files with a sequence other than their number. The last file with its number as its sequence
// ends the seeded ones. The load appended the files after it.
func overwritten(paths []string, sequences map[string]uint64) []string {
	last := uint64(0)
	for _, path := range paths {
		if slot, named := slotOf(path); named && sequences[path] == slot {
			last = max(last, slot)
		}
	}
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		slot, named := slotOf(path)
		return !named || slot > last || sequences[path] <= slot
	})
}

func slotOf(path string) (uint64, bool) {
	var slot uint64
	_, err := fmt.Sscanf(filepath.Base(path), "%d", &slot)
	return slot, err == nil
}

// inFile damages an open file. It returns when the change is on the disk.
func inFile(damage func(v victims, file *os.File) (volumes.Change, error)) func(v victims, path string) (volumes.Change, error) {
	return func(v victims, path string) (volumes.Change, error) {
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return volumes.Change{}, err
		}
		done, err := damage(v, file)
		return done, errors.Join(err, file.Sync(), file.Close())
	}
}

func flipByte(v victims, file *os.File) (volumes.Change, error) {
	info, err := file.Stat()
	if err != nil {
		return volumes.Change{}, err
	}
	at, one := v.random.Int64N(info.Size()), make([]byte, 1)
	if _, err := file.ReadAt(one, at); err != nil {
		return volumes.Change{}, err
	}
	return volumes.Replace(file, at, []byte{one[0] ^ byte(1+v.random.IntN(255))})
}

func zeroSectors(v victims, file *os.File) (volumes.Change, error) {
	info, err := file.Stat()
	if err != nil {
		return volumes.Change{}, err
	}
	at := v.random.Int64N(max(1, info.Size()/volumes.SectorBytes)) * volumes.SectorBytes
	length := int64(1+v.random.IntN(volumes.MaxZeroedSectors)) * volumes.SectorBytes
	return volumes.Replace(file, at, make([]byte, min(length, info.Size()-at)))
}

func truncate(v victims, file *os.File) (volumes.Change, error) {
	info, err := file.Stat()
	if err != nil {
		return volumes.Change{}, err
	}
	return volumes.Truncate(file, v.random.Int64N(info.Size()))
}

func encrypt(_ victims, file *os.File) (volumes.Change, error) { return volumes.Encrypt(file) }

func remove(_ victims, path string) (volumes.Change, error) { return volumes.Delete(path) }

func deny(v victims, path string) (volumes.Change, error) { return volumes.Deny(path, v.random) }

// rollBack gives the file its seeded content again.
func rollBack(v victims, path string) (volumes.Change, error) {
	slot, _ := slotOf(path)
	return rewrite(path, contentOf(v.seed, slot, sizeOf(slot)))
}

// misdirect gives the file the content of another one.
func misdirect(v victims, path string) (volumes.Change, error) {
	for range 100 {
		if other := v.paths[v.random.IntN(len(v.paths))]; other != path {
			content, err := os.ReadFile(other)
			if err != nil {
				return volumes.Change{}, err
			}
			return rewrite(path, content)
		}
	}
	return volumes.Change{}, fmt.Errorf("there is no other file")
}

// rewrite replaces the content of the file and keeps its inode.
func rewrite(path string, content []byte) (volumes.Change, error) {
	before, err := os.ReadFile(path)
	if err != nil {
		return volumes.Change{}, err
	}
	if bytes.Equal(before, content) {
		return volumes.Change{}, fmt.Errorf("%q did not change", path)
	}
	if err := os.WriteFile(path, content, fileMode); err != nil {
		return volumes.Change{}, err
	}
	after, err := os.ReadFile(path)
	return volumes.Change{Length: int64(len(after)), Before: volumes.Describe(before), After: volumes.Describe(after)}, errors.Join(err, syncVolume(path))
}
