package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"meshdrill/workloads/support/records"
)

// fileKind is the part of the append-only file that a file is.
type fileKind string

const (
	base     fileKind = "base"
	appended fileKind = "incr"
	manifest fileKind = "manifest"
)

// part is one file of the append-only file.
type part struct {
	path string
	kind fileKind
	size int64
}

func kindOf(name string) fileKind {
	switch {
	case strings.HasSuffix(name, ".manifest"):
		return manifest
	case strings.Contains(name, ".base."):
		return base
	case strings.Contains(name, ".incr."):
		return appended
	}
	return ""
}

// filesOf lists the append-only file's parts below the folder of Redis, in the order of their names.
func filesOf(data string) ([]part, error) {
	entries, err := os.ReadDir(filepath.Join(data, appendOnlyFolder))
	if err != nil {
		return nil, err
	}
	parts := []part{}
	for _, entry := range entries {
		kind := kindOf(entry.Name())
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) || kind == "" {
			continue
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{filepath.Join(data, appendOnlyFolder, entry.Name()), kind, info.Size()})
	}
	return parts, nil
}

func sameNames(one, other []part) bool {
	if len(one) != len(other) {
		return false
	}
	for index := range one {
		if one[index].path != other[index].path {
			return false
		}
	}
	return true
}

// checkManifest looks for the manifest: without it a restart begins with an empty store.
func checkManifest(data string, find func(records.Finding) error) error {
	parts, err := filesOf(data)
	if errors.Is(err, fs.ErrNotExist) {
		return find(records.Finding{Kind: "lost", File: appendOnlyFolder, Detail: "the folder of the append-only file is not there"})
	}
	if err != nil {
		return err
	}
	for _, one := range parts {
		if one.kind == manifest {
			return nil
		}
	}
	return find(records.Finding{Kind: "lost", File: appendOnlyFolder, Detail: "the manifest of the append-only file is not there"})
}
