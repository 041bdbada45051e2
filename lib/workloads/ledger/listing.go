package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"syscall"
)

// How many corrupt blocks a listing carries whole, in all and in a row within a file: it stays small where everything is
// corrupt, and still shows some of each file.
const (
	maxRawBlocks = 1024
	maxRawInARow = 24

	maxOthers = 100
)

// listingEnd is the last line of a listing; without it the stream was cut.
type listingEnd struct {
	Slots   int      `json:"slots"`
	Records int      `json:"records"`
	Others  []string `json:"others,omitempty"` // files that are none of the ledger's, the first hundred
	SHA256  string   `json:"sha256,omitempty"` // over all lines before this one
	Error   string   `json:"error,omitempty"`
}

// list writes one JSON array a slot, [slot, sequence, generation, place, hash, state, file, offset] and, for a corrupt
// block, its bytes in base64, for an unreadable one the reason; then a listingEnd.
func (s *store) list(w io.Writer) error {
	hash := sha256.New()
	out := bufio.NewWriterSize(w, 64<<10)
	lines := io.MultiWriter(out, hash)
	end, raw, inARow, line := listingEnd{}, 0, 0, make([]byte, 0, 8<<10)
	err := s.scan(func(found seen) error {
		end.Slots++
		corrupt := found.state.corrupt() && found.block != nil
		if found.state == stateOK || corrupt {
			end.Records++
		}
		if !corrupt || found.slot%segmentSlots == 0 {
			inARow = 0
		}
		withBlock := corrupt && raw < maxRawBlocks && inARow < maxRawInARow
		if withBlock {
			raw++
			inARow++
		}
		line = appendLine(line[:0], found, withBlock)
		_, err := lines.Write(line)
		return err
	})
	found, errNames := s.files.names()
	end.Others = found.others[:min(len(found.others), maxOthers)]
	if err = errors.Join(err, errNames); err != nil {
		end.Error = err.Error()
	} else {
		end.SHA256 = hex.EncodeToString(hash.Sum(nil))
	}
	encoded, err := json.Marshal(end)
	if err != nil {
		return err
	}
	if _, err := out.Write(append(encoded, '\n')); err != nil {
		return err
	}
	return out.Flush()
}

func appendLine(line []byte, found seen, withBlock bool) []byte {
	line = append(line, '[')
	line = strconv.AppendUint(line, found.slot, 10)
	for _, number := range []uint64{found.record.sequence, uint64(found.record.generation), found.record.slot} {
		line = strconv.AppendUint(append(line, ','), number, 10)
	}
	line = append(line, `,"`...)
	if found.state == stateOK {
		sum := sha256.Sum256(found.record.payload)
		line = hex.AppendEncode(line, sum[:16])
	}
	line = append(append(append(line, `","`...), found.state...), `","`...)
	line = append(append(line, segmentName(found.slot/segmentSlots)...), `",`...)
	line = strconv.AppendInt(line, slotOffset(found.slot), 10)
	if withBlock {
		line = append(base64.StdEncoding.AppendEncode(append(line, `,"`...), found.block), '"')
	}
	if found.err != nil {
		// A string always has an encoding.
		reason, _ := json.Marshal(reasonOf(found.err))
		line = append(append(line, ','), reason...)
	}
	return append(line, "]\n"...)
}

// reasonOf is the kernel's own word where there is one: the path stands beside it.
func reasonOf(err error) string {
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

// digest is one SHA-256 over the place and the bytes of every slot that is not empty.
func (s *store) digest() (string, error) {
	hash := sha256.New()
	err := s.scan(func(found seen) error {
		if found.err != nil {
			return found.err
		}
		if found.state == stateEmpty || found.block == nil {
			return nil
		}
		hash.Write(binary.LittleEndian.AppendUint64(nil, found.slot))
		hash.Write(found.block)
		return nil
	})
	return hex.EncodeToString(hash.Sum(nil)), err
}

type ownFinding struct {
	Slot   uint64 `json:"slot"`
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Detail string `json:"detail"`
}

type ownFindings struct {
	Records  int          `json:"records"`
	Corrupt  int          `json:"corrupt"`
	Findings []ownFinding `json:"findings"` // the first hundred
}

// check is what the service can tell by itself: it knows neither what was sent nor what was acknowledged.
func (s *store) check() (ownFindings, error) {
	result := ownFindings{Findings: []ownFinding{}}
	err := s.scan(func(found seen) error {
		detail := string(found.state)
		switch {
		case found.state == stateEmpty || found.state == stateMissing:
			return nil
		case found.state == stateOK && found.record.slot != found.slot:
			detail = "record of slot " + strconv.FormatUint(found.record.slot, 10)
		case found.state == stateOK:
			result.Records++
			return nil
		case found.err != nil:
			detail = reasonOf(found.err)
		}
		result.Records++
		result.Corrupt++
		if len(result.Findings) < 100 {
			file, offset := segmentName(found.slot/segmentSlots), slotOffset(found.slot)
			result.Findings = append(result.Findings, ownFinding{found.slot, file, offset, detail})
		}
		return nil
	})
	return result, err
}
