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
	"regexp"
	"slices"
	"strconv"
	"strings"

	"meshdrill/workloads/support/volumes"
)

const (
	// Smaller file numbers belong to the system catalogs.
	firstUserFile = 16384
	// Maximum number of places to try until a change makes a difference. Much of a page may be zeros already.
	maxTries = 1000
	// Every sixth deletion strikes the write-ahead log.
	logEvery = 6
)

var (
	mainFork   = regexp.MustCompile(`^(\d+)(?:\.\d+)?$`)
	logSegment = regexp.MustCompile(`^[0-9A-F]{24}$`)
)

// victims holds the files that can be damaged, and the generator of random choices.
type victims struct {
	data   string
	random *rand.Rand
	// Files of tables and indexes, and all files.
	relations, all []string
	// The newest segment of the write-ahead log.
	log string
}

var damages = map[string]func(v victims) (string, volumes.Change, error){
	"flip":        inPage(flipByte),
	"zero":        inPage(zeroSectors),
	"truncate":    inPage(truncate),
	"misdirect":   inPage(misdirect),
	"delete":      remove,
	"permissions": deny,
}

// corrupt damages `count` objects of the database without the server.
func corrupt(out io.Writer, data, kind string, seed uint64, count int) error {
	damage, known := damages[kind]
	if !known && kind != "encrypt" {
		return fmt.Errorf("unknown kind %q. Kinds: encrypt, %s", kind, strings.Join(slices.Sorted(maps.Keys(damages)), ", "))
	}
	v := victims{data: data, random: rand.New(rand.NewPCG(seed, 2))}
	if err := v.find(); err != nil {
		return err
	}
	lines, summary := json.NewEncoder(out), volumes.Changes{Kind: kind, From: volumes.Now()}
	note := func(path string, done volumes.Change) error {
		done.File, done.At = strings.TrimPrefix(path, data+"/"), volumes.Now()
		summary.Changed++
		return lines.Encode(done)
	}
	if kind == "encrypt" {
		summary.Note = volumes.RansomNote
		if err := errors.Join(v.encrypt(note), volumes.LeaveRansomNote(data)); err != nil {
			return err
		}
		count = 0
	}
	for range count {
		path, done, err := damage(v)
		if err == nil {
			err = note(path, done)
		}
		if err != nil {
			return fmt.Errorf("%s of %q, after %d changes: %w", kind, path, summary.Changed, err)
		}
	}
	summary.Until = volumes.Now()
	return lines.Encode(summary)
}

// find lists the files. Tables and indexes are those that users created and that have at least one page.
func (v *victims) find() error {
	var newest int64
	err := filepath.WalkDir(v.data, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || (err == nil && !entry.Type().IsRegular()) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return nil
		}
		v.all = append(v.all, path)
		name := filepath.Base(path)
		if number := mainFork.FindStringSubmatch(name); number != nil && strings.HasPrefix(path, filepath.Join(v.data, "base")) {
			if id, err := strconv.Atoi(number[1]); err == nil && id >= firstUserFile && info.Size() >= pageBytes {
				v.relations = append(v.relations, path)
			}
		}
		if written := info.ModTime().UnixNano(); logSegment.MatchString(name) && written > newest {
			newest, v.log = written, path
		}
		return nil
	})
	if err == nil && len(v.relations) == 0 {
		err = fmt.Errorf("no tables in %q; nothing was changed", v.data)
	}
	return err
}

// pick chooses a page of all tables and indexes.
func (v victims) pick() (path string, offset int64, err error) {
	sizes, pages := make([]int64, len(v.relations)), int64(0)
	for index, path := range v.relations {
		info, err := os.Stat(path)
		if err != nil {
			return path, 0, err
		}
		sizes[index] = info.Size() / pageBytes
		pages += sizes[index]
	}
	drawn := v.random.Int64N(max(1, pages))
	for index, size := range sizes {
		if drawn < size {
			return v.relations[index], drawn * pageBytes, nil
		}
		drawn -= size
	}
	return "", 0, fmt.Errorf("the tables in %q have no page", v.data)
}

var errNoChange = errors.New("nothing would change")

// inPage damages a page of an open file. It returns when the change is on the disk.
func inPage(damage func(v victims, file *os.File, at int64) (volumes.Change, error)) func(v victims) (string, volumes.Change, error) {
	return func(v victims) (string, volumes.Change, error) {
		for range maxTries {
			path, at, err := v.pick()
			if err != nil {
				return path, volumes.Change{}, err
			}
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return path, volumes.Change{}, err
			}
			done, err := damage(v, file, at)
			err = errors.Join(err, file.Sync(), file.Close())
			if !errors.Is(err, errNoChange) {
				return path, done, err
			}
		}
		return "", volumes.Change{}, fmt.Errorf("tried %d places, and no change would make a difference", maxTries)
	}
}

func flipByte(v victims, file *os.File, page int64) (volumes.Change, error) {
	at, one := page+v.random.Int64N(pageBytes), make([]byte, 1)
	if _, err := file.ReadAt(one, at); err != nil {
		return volumes.Change{}, err
	}
	return volumes.Replace(file, at, []byte{one[0] ^ byte(1+v.random.IntN(255))})
}

func zeroSectors(v victims, file *os.File, page int64) (volumes.Change, error) {
	at := page + v.random.Int64N(pageBytes/volumes.SectorBytes)*volumes.SectorBytes
	return replace(file, at, make([]byte, (1+v.random.IntN(volumes.MaxZeroedSectors))*volumes.SectorBytes))
}

// replace keeps the file's size. Errors: errNoChange.
func replace(file *os.File, at int64, content []byte) (volumes.Change, error) {
	info, err := file.Stat()
	if err != nil {
		return volumes.Change{}, err
	}
	content = content[:min(int64(len(content)), info.Size()-at)]
	before := make([]byte, len(content))
	if _, err := file.ReadAt(before, at); err != nil {
		return volumes.Change{}, err
	}
	if bytes.Equal(before, content) {
		return volumes.Change{}, errNoChange
	}
	return volumes.Replace(file, at, content)
}

func truncate(v victims, file *os.File, page int64) (volumes.Change, error) {
	return volumes.Truncate(file, page+v.random.Int64N(pageBytes))
}

func misdirect(v victims, file *os.File, page int64) (volumes.Change, error) {
	path, from, err := v.pick()
	if err != nil {
		return volumes.Change{}, err
	}
	other, err := os.Open(path)
	if err != nil {
		return volumes.Change{}, err
	}
	defer other.Close()
	content := make([]byte, pageBytes)
	if _, err := other.ReadAt(content, from); err != nil {
		return volumes.Change{}, err
	}
	return replace(file, page, content)
}

func remove(v victims) (string, volumes.Change, error) {
	path := v.relations[v.random.IntN(len(v.relations))]
	if v.log != "" && v.random.IntN(logEvery) == 0 {
		path = v.log
	}
	done, err := volumes.Delete(path)
	return path, done, err
}

func deny(v victims) (string, volumes.Change, error) {
	path := v.relations[v.random.IntN(len(v.relations))]
	done, err := volumes.Deny(path, v.random)
	return path, done, err
}

func (v victims) encrypt(note func(string, volumes.Change) error) error {
	for _, path := range v.all {
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		info, err := file.Stat()
		if err != nil || info.Size() == 0 {
			if err := errors.Join(err, file.Close()); err != nil {
				return err
			}
			continue
		}
		done, err := volumes.Encrypt(file)
		if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
			return err
		}
		if err := note(path, done); err != nil {
			return err
		}
	}
	return nil
}
