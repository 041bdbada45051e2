package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// names is what the directory holds: indices of segments in rising order, and files that are none of the ledger's.
type names struct {
	indices []uint64
	others  []string
}

// names reads the directory. Hidden files are left out, as backup tools leave marks in them.
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

// meet learns which files are there now.
func (s *segments) meet() error {
	found, err := s.names()
	for _, index := range found.indices {
		s.met.Store(index, true)
	}
	return err
}

// count is one more than the highest index of a file that is, or was, there.
func (s *segments) count() (uint64, error) {
	found, err := s.names()
	count := uint64(0)
	if n := len(found.indices); n > 0 {
		count = found.indices[n-1] + 1
	}
	s.met.Range(func(index, _ any) bool {
		count = max(count, index.(uint64)+1)
		return true
	})
	return count, err
}

// gone is an error where the file that does not exist was there before.
func (s *segments) gone(index uint64) error {
	if _, met := s.met.Load(index); !met {
		return nil
	}
	return fmt.Errorf("%w: %s was there before and is gone", errCorrupt, segmentName(index))
}
