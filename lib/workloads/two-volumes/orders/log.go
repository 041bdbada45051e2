package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"

	"meshdrill/workloads/support/records"
)

const (
	frameBytes   = 4096
	headBytes    = frameBytes - records.MaxPayloadBytes
	logName      = "orders.log"
	checksumFrom = 4
)

// order is a frame of the log without its payload.
type order struct {
	Sequence, Slot, Generation uint64
	// Offset of its frame in the log.
	offset int64
	length int
}

// orderLog is a file to which orders are only appended, each in a frame of fixed size with a checksum.
type orderLog struct {
	file   *os.File
	orders []order
	end    int64
}

// openLog reads the log. It cuts off a frame at the end that was not written as a whole: no such order was acknowledged.
func openLog(dir string) (*orderLog, error) {
	file, err := os.OpenFile(filepath.Join(dir, logName), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	orders, damaged, end, err := scanOrders(file, 1<<62)
	if last := end - frameBytes; slices.Contains(damaged, last) {
		end = last
	}
	if err := errors.Join(err, file.Truncate(end)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &orderLog{file, orders, end}, nil
}

// scanOrders reads the frames up to `limit`. It returns their orders, the offsets of frames with a wrong checksum, and the end of
// the last whole frame.
func scanOrders(file *os.File, limit int64) (orders []order, damaged []int64, end int64, err error) {
	reader, frame := bufio.NewReaderSize(io.NewSectionReader(file, 0, limit), 1<<20), make([]byte, frameBytes)
	for ; ; end += frameBytes {
		_, err := io.ReadFull(reader, frame)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return orders, damaged, end, nil
		}
		if err != nil {
			return nil, nil, 0, err
		}
		if record, err := decode(frame); err != nil {
			damaged = append(damaged, end)
		} else {
			orders = append(orders, order{record.Sequence, record.Slot, record.Generation, end, len(record.Payload)})
		}
	}
}

// append writes a frame and returns its order. It is on the disk only after sync.
func (l *orderLog) append(record records.Record) (order, error) {
	added := order{record.Sequence, record.Slot, record.Generation, l.end, len(record.Payload)}
	if _, err := l.file.WriteAt(encode(record), l.end); err != nil {
		return added, errors.Join(err, l.file.Truncate(l.end))
	}
	l.end += frameBytes
	l.orders = append(l.orders, added)
	return added, nil
}

func (l *orderLog) read(at order) (records.Record, error) {
	frame := make([]byte, frameBytes)
	if _, err := l.file.ReadAt(frame, at.offset); err != nil {
		return records.Record{}, err
	}
	return decode(frame)
}

func encode(record records.Record) []byte {
	frame := make([]byte, frameBytes)
	binary.LittleEndian.PutUint64(frame[8:], record.Slot)
	binary.LittleEndian.PutUint64(frame[16:], record.Sequence)
	binary.LittleEndian.PutUint64(frame[24:], record.Generation)
	binary.LittleEndian.PutUint64(frame[32:], uint64(len(record.Payload)))
	copy(frame[headBytes:], record.Payload)
	binary.LittleEndian.PutUint32(frame, crc32.ChecksumIEEE(frame[checksumFrom:]))
	return frame
}

func decode(frame []byte) (records.Record, error) {
	length := binary.LittleEndian.Uint64(frame[32:])
	if crc32.ChecksumIEEE(frame[checksumFrom:]) != binary.LittleEndian.Uint32(frame) || length > records.MaxPayloadBytes {
		return records.Record{}, fmt.Errorf("the frame has a wrong checksum")
	}
	payload := make([]byte, length)
	copy(payload, frame[headBytes:])
	return records.Record{
		Slot: binary.LittleEndian.Uint64(frame[8:]), Sequence: binary.LittleEndian.Uint64(frame[16:]),
		Generation: binary.LittleEndian.Uint64(frame[24:]), Payload: payload,
	}, nil
}
