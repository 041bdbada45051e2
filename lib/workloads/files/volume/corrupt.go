package main

import (
	"crypto/aes"
	"crypto/cipher"
	crypto "crypto/rand"
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
	"syscall"
)

const (
	maxZeroedSectors = 128
	ransomNote       = "READ-ME-TO-GET-YOUR-FILES-BACK.txt"
	ransomNoteText   = "This is a drill. The files beside this one were encrypted with a key that nobody kept. Restore them from the backup.\n"
)

// victims are the files that can be damaged, and what random choices are made with.
type victims struct {
	dir    string
	seed   uint64
	random *rand.Rand
	paths  []string
}

// damages change one file each.
var damages = map[string]func(v victims, path string) (change, error){
	"flip":        flipByte,
	"zero":        zeroSectors,
	"truncate":    truncate,
	"stale":       rollBack,
	"misdirect":   misdirect,
	"delete":      remove,
	"permissions": deny,
	"encrypt":     encrypt,
}

// corrupt damages `count` files, or all to encrypt them. If there are fewer, it changes none.
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
	lines, summary := json.NewEncoder(out), changes{Kind: kind, From: now()}
	for _, path := range chosen[:count] {
		done, err := damage(v, path)
		if err != nil {
			return fmt.Errorf("%s of %q, after %d changes: %w", kind, path, summary.Changed, err)
		}
		done.File, done.At = v.name(path), now()
		if err := lines.Encode(done); err != nil {
			return err
		}
		summary.Changed++
	}
	if kind == "encrypt" {
		if err := os.WriteFile(filepath.Join(dir, ransomNote), []byte(ransomNoteText), fileMode); err != nil {
			return err
		}
	}
	summary.Until = now()
	return errors.Join(syncVolume(dir), lines.Encode(summary))
}

func (v victims) name(path string) string { return strings.TrimPrefix(path, v.dir+"/") }

// find lists the files that are not empty; for `stale`, those that were seeded and written over since.
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

// overwritten are the files with another sequence than their own number, as far as seeded files go: up to the last one with its
// own. Files behind that were appended by the load.
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

func flipByte(v victims, path string) (change, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return change{}, err
	}
	at := v.random.IntN(len(content))
	return replace(path, int64(at), []byte{content[at] ^ byte(1+v.random.IntN(255))})
}

func zeroSectors(v victims, path string) (change, error) {
	info, err := os.Stat(path)
	if err != nil {
		return change{}, err
	}
	sectors := max(1, info.Size()/sectorBytes)
	at := v.random.Int64N(sectors) * sectorBytes
	length := int64(1+v.random.IntN(maxZeroedSectors)) * sectorBytes
	return replace(path, at, make([]byte, min(length, info.Size()-at)))
}

func truncate(v victims, path string) (change, error) {
	before, err := os.Stat(path)
	if err != nil {
		return change{}, err
	}
	at := v.random.Int64N(before.Size())
	if err := os.Truncate(path, at); err != nil {
		return change{}, err
	}
	after, err := os.Stat(path)
	if err != nil {
		return change{}, err
	}
	return change{Offset: at, Length: before.Size() - at, Before: fmt.Sprint(before.Size()), After: fmt.Sprint(after.Size())}, nil
}

// rollBack makes the file what it was when it was seeded.
func rollBack(v victims, path string) (change, error) {
	slot, _ := slotOf(path)
	return rewrite(path, contentOf(v.seed, slot, sizeOf(slot)))
}

// misdirect puts the content of another file in its place.
func misdirect(v victims, path string) (change, error) {
	for range 100 {
		if other := v.paths[v.random.IntN(len(v.paths))]; other != path {
			content, err := os.ReadFile(other)
			if err != nil {
				return change{}, err
			}
			return rewrite(path, content)
		}
	}
	return change{}, fmt.Errorf("there is no other file")
}

func remove(_ victims, path string) (change, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return change{}, err
	}
	return change{Length: info.Size(), Before: fmt.Sprint(info.Size()), After: "deleted"}, os.Remove(path)
}

// deny takes all modes from the file, or, if it may, gives it to root: the service cannot open it after either.
func deny(v victims, path string) (change, error) {
	before, err := modes(path)
	if err != nil {
		return change{}, err
	}
	mode := fs.FileMode(0)
	if os.Geteuid() == 0 && v.random.IntN(2) == 0 {
		mode, err = 0o600, os.Chown(path, 0, 0)
	}
	if err := errors.Join(err, os.Chmod(path, mode)); err != nil {
		return change{}, err
	}
	after, err := modes(path)
	if err == nil && after == before {
		err = fmt.Errorf("%q is as before: %s", path, after)
	}
	return change{Before: before, After: after}, err
}

func modes(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	owner, _ := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%04o %d:%d", info.Mode().Perm(), owner.Uid, owner.Gid), nil
}

// encrypt replaces the whole content in place, by AES-CTR with a key that is kept nowhere.
func encrypt(_ victims, path string) (change, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return change{}, err
	}
	secret := make([]byte, 32+aes.BlockSize)
	if _, err := crypto.Read(secret); err != nil {
		return change{}, err
	}
	key, err := aes.NewCipher(secret[:32])
	if err != nil {
		return change{}, err
	}
	cipher.NewCTR(key, secret[32:]).XORKeyStream(content, content)
	return replace(path, 0, content)
}
