package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

const (
	rowBytes  = 16
	stockName = "stock.table"
)

// stockTable has a row of fixed size for each slot: the last order that took from it. It is overwritten in place.
type stockTable struct{ file *os.File }

func openStock(dir string) (*stockTable, error) {
	file, err := os.OpenFile(filepath.Join(dir, stockName), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	return &stockTable{file}, nil
}

// set writes the row of an order. It is on the disk only after sync.
func (t *stockTable) set(slot, sequence uint64) error {
	_, err := t.file.WriteAt(encodeRow(slot, sequence), int64(slot)*rowBytes)
	return err
}

// encodeRow has the sequence, its checksum with the slot, and a mark that tells a row from an empty place.
func encodeRow(slot, sequence uint64) []byte {
	row := make([]byte, rowBytes)
	binary.LittleEndian.PutUint64(row, sequence)
	binary.LittleEndian.PutUint32(row[8:], 1)
	binary.LittleEndian.PutUint32(row[12:], checksumOf(row, slot))
	return row
}

func checksumOf(row []byte, slot uint64) uint32 {
	return crc32.ChecksumIEEE(binary.LittleEndian.AppendUint64(row[:12:12], slot))
}

// read returns the last sequence of each slot, and the slots with a damaged row.
func (t *stockTable) read() (map[uint64]uint64, []uint64, error) {
	rows, damaged := map[uint64]uint64{}, []uint64{}
	reader, row := bufio.NewReaderSize(io.NewSectionReader(t.file, 0, 1<<62), 1<<20), make([]byte, rowBytes)
	for slot := uint64(0); ; slot++ {
		_, err := io.ReadFull(reader, row)
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return rows, damaged, nil
		case err != nil:
			return nil, nil, err
		case [rowBytes]byte(row) == [rowBytes]byte{}:
		case checksumOf(row, slot) != binary.LittleEndian.Uint32(row[12:]):
			damaged = append(damaged, slot)
		default:
			rows[slot] = binary.LittleEndian.Uint64(row)
		}
	}
}
