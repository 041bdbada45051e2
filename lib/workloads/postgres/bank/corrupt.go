package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"meshdrill/workloads/support/database"
	"meshdrill/workloads/support/volumes"
)

const (
	// Smaller file numbers belong to the system catalogs.
	firstUserFile = 16384
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

// damages returns the ways to damage tables and indexes. Errors: the database has none.
func damages(data string, random *rand.Rand) (database.Damages, error) {
	v := victims{data: data, random: random}
	if err := v.find(); err != nil {
		return database.Damages{}, err
	}
	return database.Damages{All: v.all, Kinds: map[string]database.Damage{
		"flip":        database.InFile(v.pick, v.flipByte),
		"zero":        database.InFile(v.pick, v.zeroSectors),
		"truncate":    database.InFile(v.pick, v.truncate),
		"misdirect":   database.InFile(v.pick, v.misdirect),
		"delete":      database.WholeFile(v.pickFileOrLog, volumes.Delete),
		"permissions": database.WholeFile(v.pickFile, database.Denying(random)),
	}}, nil
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

func (v victims) pickFile() string { return v.relations[v.random.IntN(len(v.relations))] }

func (v victims) pickFileOrLog() string {
	path := v.pickFile()
	if v.log != "" && v.random.IntN(logEvery) == 0 {
		return v.log
	}
	return path
}

func (v victims) flipByte(file *os.File, page int64) (volumes.Change, error) {
	return volumes.FlipByte(file, page, pageBytes, v.random)
}

func (v victims) zeroSectors(file *os.File, page int64) (volumes.Change, error) {
	return volumes.ZeroSectors(file, page, pageBytes, v.random)
}

func (v victims) truncate(file *os.File, page int64) (volumes.Change, error) {
	return volumes.Truncate(file, page+v.random.Int64N(pageBytes))
}

func (v victims) misdirect(file *os.File, page int64) (volumes.Change, error) {
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
	return volumes.ReplaceWithin(file, page, content)
}
