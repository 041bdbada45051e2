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

// Maximum number of corrupt blocks in a listing, in total and consecutively within a file. The listing of a fully corrupt
// volume stays small and still shows blocks of each file.
const (
	maxRawBlocks = 1024
	maxRawInARow = 24

	maxOthers = 100
)

// listingEnd is the last line of a listing. A stream without it is incomplete.
type listingEnd struct {
	Slots   int      `json:"slots"`
	Records int      `json:"records"`
	Others  []string `json:"others,omitempty"` // the first hundred files that the ledger did not create
	SHA256  string   `json:"sha256,omitempty"` // over all lines before this one
	Error   string   `json:"error,omitempty"`
}

// list writes one JSON array for each slot, then a listingEnd. The array is [slot, sequence, generation, place, hash, state,
// file, offset]. A corrupt block adds its bytes in base64, an unreadable one the reason.
func (s *store) list(w io.Writer) error {
	hash := sha256.New()
	out := bufio.NewWriterSize(w, 64<<10)
	lines := io.MultiWriter(out, hash)
	end, raw, inARow, line := listingEnd{}, 0, 0, make([]byte, 0, 8<<10)
	err := s.scan(func(found scannedSlot) error {
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

func appendLine(line []byte, found scannedSlot, withBlock bool) []byte {
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
		// Encoding a string cannot fail.
		reason, _ := json.Marshal(reasonOf(found.err))
		line = append(append(line, ','), reason...)
	}
	return append(line, "]\n"...)
}

// reasonOf returns the kernel's error if there is one, without the path, which the line has.
func reasonOf(err error) string {
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

// digest returns one SHA-256 of the places and bytes of all slots that are not empty.
func (s *store) digest() (string, error) {
	hash := sha256.New()
	err := s.scan(func(found scannedSlot) error {
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

// check returns the service's own findings. The service does not know what was sent or acknowledged.
func (s *store) check() (ownFindings, error) {
	result := ownFindings{Findings: []ownFinding{}}
	err := s.scan(func(found scannedSlot) error {
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
