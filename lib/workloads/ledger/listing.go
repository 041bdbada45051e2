package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"strconv"
)

// maxRawBlocks bounds how many corrupt blocks a listing carries whole, to keep it small where everything is corrupt.
const maxRawBlocks = 512

// listingEnd is the last line of a listing; without it the stream was cut.
type listingEnd struct {
	Slots   int    `json:"slots"`
	Records int    `json:"records"`
	SHA256  string `json:"sha256,omitempty"` // over all lines before this one
	Error   string `json:"error,omitempty"`
}

// list writes one JSON array a slot, [slot, sequence, generation, place, hash, state, file, offset] and, for a corrupt
// block, its bytes in base64; then a listingEnd.
func (s *store) list(w io.Writer) error {
	hash := sha256.New()
	out := bufio.NewWriterSize(w, 64<<10)
	lines := io.MultiWriter(out, hash)
	end, raw, line := listingEnd{}, 0, make([]byte, 0, 8<<10)
	err := s.scan(func(found seen) error {
		end.Slots++
		if found.state == stateOK || found.state.corrupt() && found.block != nil {
			end.Records++
		}
		withBlock := found.state.corrupt() && found.block != nil && raw < maxRawBlocks
		if withBlock {
			raw++
		}
		line = appendLine(line[:0], found, withBlock)
		_, err := lines.Write(line)
		return err
	})
	if err != nil {
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
	return append(line, "]\n"...)
}

// digest is one SHA-256 over the place and the bytes of every slot that is not empty.
func (s *store) digest() (string, error) {
	hash := sha256.New()
	err := s.scan(func(found seen) error {
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
