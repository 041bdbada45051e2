package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

const (
	seedName = "seeded.json"
	// The load's plan does not fit a number of records that is a multiple of it.
	overwriteStride = 7919
)

// shop keeps orders on one volume and stock on another. One write at a time, so that both have them in one order.
type shop struct {
	mutex     sync.Mutex
	ordersDir string
	log       *orderLog
	stock     *stockTable
	// The last order of each slot.
	latest map[uint64]order
	// True if the last order of the log may not be in the table.
	unapplied bool
}

// seeding is the content of the file that says with what the store was filled.
type seeding struct {
	Seed, Records uint64
}

func openShop(ordersDir, stockDir string) (*shop, error) {
	log, err := openLog(ordersDir)
	if err != nil {
		return nil, err
	}
	stock, err := openStock(stockDir)
	if err != nil {
		return nil, err
	}
	s := &shop{ordersDir: ordersDir, log: log, stock: stock, latest: map[uint64]order{}, unapplied: len(log.orders) > 0}
	for _, one := range log.orders {
		s.latest[one.Slot] = one
	}
	return s, s.applyLast()
}

// applyLast applies the last order of the log to the table, if that may not have been done. Older rows are left as they are.
func (s *shop) applyLast() error {
	if !s.unapplied {
		return nil
	}
	last := s.log.orders[len(s.log.orders)-1]
	rows, _, err := s.stock.read()
	if err != nil {
		return err
	}
	if sequence, known := rows[last.Slot]; !known || sequence < last.Sequence {
		if err := errors.Join(s.stock.set(last.Slot, last.Sequence), s.stock.file.Sync()); err != nil {
			return err
		}
	}
	s.unapplied = false
	return nil
}

func (s *shop) Put(_ context.Context, record records.Record) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if held, there := s.latest[record.Slot]; there && held.Sequence >= record.Sequence {
		return fmt.Errorf("%w: slot %d holds sequence %d", records.ErrConflict, record.Slot, held.Sequence)
	}
	if err := s.applyLast(); err != nil {
		return err
	}
	added, err := s.log.append(record)
	if err != nil {
		return err
	}
	s.latest[record.Slot], s.unapplied = added, true
	if err := s.log.file.Sync(); err != nil {
		return err
	}
	if err := errors.Join(s.stock.set(record.Slot, record.Sequence), s.stock.file.Sync()); err != nil {
		return err
	}
	s.unapplied = false
	return nil
}

func (s *shop) Get(_ context.Context, slot uint64) (records.Record, bool, error) {
	s.mutex.Lock()
	held, there := s.latest[slot]
	s.mutex.Unlock()
	if !there {
		return records.Record{}, false, nil
	}
	record, err := s.log.read(held)
	return record, true, err
}

func (s *shop) Seed(_ context.Context, bytes, seed uint64) (uint64, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	count := (bytes + frameBytes - 1) / frameBytes
	if count%overwriteStride == 0 {
		count++
	}
	wanted, path := seeding{seed, count}, filepath.Join(s.ordersDir, seedName)
	if text, err := os.ReadFile(path); err == nil {
		var found seeding
		if err := json.Unmarshal(text, &found); err != nil || found != wanted {
			return 0, fmt.Errorf("%w: the store was seeded with %s", records.ErrConflict, text)
		}
		return count, nil
	}
	if len(s.log.orders) > 0 {
		return 0, fmt.Errorf("%w: the store has %d orders", records.ErrConflict, len(s.log.orders))
	}
	payload := make([]byte, records.MaxPayloadBytes)
	for slot := range count {
		volumes.FillRandom(payload, seed, slot)
		added, err := s.log.append(records.Record{Slot: slot, Sequence: slot, Generation: 1, Payload: payload})
		if err := errors.Join(err, s.stock.set(slot, slot)); err != nil {
			return 0, err
		}
		s.latest[slot] = added
	}
	text, err := json.Marshal(wanted)
	return count, errors.Join(err, s.log.file.Sync(), s.stock.file.Sync(), os.WriteFile(path, text, 0o644), volumes.SyncDirectory(s.ordersDir))
}

// List reads both volumes again, so that it finds what changed below the service. Writes wait only while the table is read: the
// log before its end does not change.
func (s *shop) List(_ context.Context, w io.Writer) error {
	return records.WriteListing(w, func(listing *records.Listing) error {
		volumes.ForgetCached(s.log.file, 0, 0)
		volumes.ForgetCached(s.stock.file, 0, 0)
		rows, damagedRows, end, err := s.freeze()
		if err != nil {
			return err
		}
		orders, damagedFrames, _, err := scanOrders(s.log.file, end)
		if err != nil {
			return err
		}
		if err := s.listNewest(listing, orders); err != nil {
			return err
		}
		if len(damagedFrames)+len(damagedRows) > 0 {
			// A missing order is no tear then: its frame or its row may be a damaged one.
			return listDamage(listing, damagedFrames, damagedRows)
		}
		if found := findTear(orders, rows); found != nil {
			return listing.Find(found.finding())
		}
		return nil
	})
}

// freeze returns the table and the end of the log at one moment.
func (s *shop) freeze() (map[uint64]uint64, []uint64, int64, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := s.applyLast(); err != nil {
		return nil, nil, 0, err
	}
	rows, damaged, err := s.stock.read()
	return rows, damaged, s.log.end, err
}

// listNewest writes the last order of each slot.
func (s *shop) listNewest(listing *records.Listing, orders []order) error {
	newest := map[uint64]order{}
	for _, one := range orders {
		newest[one.Slot] = one
	}
	for _, one := range newest {
		record, err := s.log.read(one)
		if err != nil {
			return err
		}
		if err := listing.Add(record, records.Place{File: onOrders + "/" + logName, Offset: one.offset}); err != nil {
			return err
		}
	}
	return nil
}

func listDamage(listing *records.Listing, frames []int64, slots []uint64) error {
	find := listing.By("checksums")
	for _, at := range frames {
		if err := find(records.Finding{Kind: "flipped", File: onOrders + "/" + logName, Offset: at, Detail: "the frame has a wrong checksum"}); err != nil {
			return err
		}
	}
	for _, slot := range slots {
		detail := fmt.Sprintf("the row of slot %d has a wrong checksum", slot)
		if err := find(records.Finding{Kind: "flipped", File: onStock + "/" + stockName, Offset: int64(slot) * rowBytes, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) Ready(context.Context) error { return nil }
