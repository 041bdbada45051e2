package records

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"log"
	"strconv"
)

// Finding is damage that the store itself found. Its kinds are those of the drills' integrity check.
type Finding struct {
	Kind   string `json:"kind"`
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Detail string `json:"detail"`
	// Name of the check that found it.
	Check string `json:"check,omitempty"`
	// The fewest operations that show it.
	Operations []Operation `json:"operations,omitempty"`
}

// Operation is a write, with the volumes that hold it and those that lack it.
type Operation struct {
	Sequence uint64   `json:"sequence"`
	Slot     uint64   `json:"slot"`
	On       []string `json:"on"`
	NotOn    []string `json:"notOn"`
}

// Place is the file and offset of a record.
type Place struct {
	File   string
	Offset int64
}

// Listing writes one JSON line for each record, [slot, sequence, generation, size, hash, file, offset], and one for each finding.
// The hash is the first 16 bytes of the payload's SHA-256 in hex. The last line is {"records", "sha256"} (of all lines before), or
// {"error"}. A stream without it is incomplete.
type Listing struct {
	out     *bufio.Writer
	lines   io.Writer
	sum     hash.Hash
	records int
	line    []byte
}

// WriteListing writes the lines that `list` adds, then the last line, with the error of `list` if there is one.
func WriteListing(w io.Writer, list func(*Listing) error) error {
	out, sum := bufio.NewWriterSize(w, 64<<10), sha256.New()
	listing := &Listing{out: out, lines: io.MultiWriter(out, sum), sum: sum}
	stopped := list(listing)
	if stopped != nil {
		log.Printf("listing stopped: %v", stopped)
	}
	return listing.end(stopped)
}

// Add writes one record.
func (l *Listing) Add(record Record, place Place) error {
	line := append(l.line[:0], '[')
	for _, number := range []uint64{record.Slot, record.Sequence, record.Generation, uint64(len(record.Payload))} {
		line = append(strconv.AppendUint(line, number, 10), ',')
	}
	sum := sha256.Sum256(record.Payload)
	line = append(hex.AppendEncode(append(line, '"'), sum[:16]), `",`...)
	line = strconv.AppendQuoteToASCII(line, place.File)
	line = append(strconv.AppendInt(append(line, ','), place.Offset, 10), "]\n"...)
	l.line = line
	l.records++
	_, err := l.lines.Write(line)
	return err
}

// Find writes one finding.
func (l *Listing) Find(finding Finding) error {
	line, err := json.Marshal(finding)
	if err != nil {
		return err
	}
	_, err = l.lines.Write(append(line, '\n'))
	return err
}

// By returns Find for the findings of one check.
func (l *Listing) By(check string) func(Finding) error {
	return func(finding Finding) error {
		finding.Check = check
		return l.Find(finding)
	}
}

// end writes the last line.
func (l *Listing) end(stopped error) error {
	last := map[string]any{"records": l.records, "sha256": hex.EncodeToString(l.sum.Sum(nil))}
	if stopped != nil {
		last = map[string]any{"error": stopped.Error()}
	}
	line, err := json.Marshal(last)
	if err != nil {
		return err
	}
	if _, err := l.out.Write(append(line, '\n')); err != nil {
		return err
	}
	return l.out.Flush()
}
