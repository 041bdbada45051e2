package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// names holds the content of the directory: indices of segments in rising order, and files that the ledger did not create.
type names struct {
	indices []uint64
	others  []string
}

// names reads the directory. It ignores hidden files, because backup tools create some.
func (s *segments) names() (names, error) {
	entries, err := os.ReadDir(s.dir)
	found := names{}
	for _, entry := range entries {
		name := entry.Name()
		var index uint64
		if n, _ := fmt.Sscanf(name, "segment-%05d", &index); n == 1 && name == segmentName(index) {
			found.indices = append(found.indices, index)
		} else if entry.Type().IsRegular() && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, newSuffix) {
			found.others = append(found.others, name)
		}
	}
	slices.Sort(found.indices)
	return found, err
}

// recordExisting records which files exist now.
func (s *segments) recordExisting() error {
	found, err := s.names()
	for _, index := range found.indices {
		s.existed.Store(index, true)
	}
	return err
}

// count returns one more than the highest index of a file that exists or existed.
func (s *segments) count() (uint64, error) {
	found, err := s.names()
	count := uint64(0)
	if n := len(found.indices); n > 0 {
		count = found.indices[n-1] + 1
	}
	s.existed.Range(func(index, _ any) bool {
		count = max(count, index.(uint64)+1)
		return true
	})
	return count, err
}

// checkNotLost fails if the missing file existed before.
func (s *segments) checkNotLost(index uint64) error {
	if _, existed := s.existed.Load(index); !existed {
		return nil
	}
	return fmt.Errorf("%w: %s existed before and is gone", errCorrupt, segmentName(index))
}
