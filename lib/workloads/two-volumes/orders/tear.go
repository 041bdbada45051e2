package main

import (
	"fmt"
	"maps"
	"slices"

	"meshdrill/workloads/support/records"
)

// tear is a difference between the two volumes that no crash of the service explains.
type tear struct {
	// The fewest orders that show it: one that only the table has, or two that only the log has.
	operations []records.Operation
	words      string
	// Number of slots in which the volumes differ.
	slots int
	// A slot that shows it.
	slot uint64
}

const (
	onOrders = "orders"
	onStock  = "stock"
)

// findTear compares the log, in the order in which it was written, with the table. Null if they are of one moment.
//
// The service writes one order after another: to the log, then to the table. So the table never has an order that the log lacks,
// and of the orders in the log it lacks at most the last one.
func findTear(log []order, stock map[uint64]uint64) *tear {
	latest, last := map[uint64]uint64{}, len(log)-1
	for _, one := range log {
		latest[one.Slot] = one.Sequence
	}
	var ahead *tear
	differing := map[uint64]bool{}
	for _, slot := range slices.Sorted(maps.Keys(stock)) {
		sequence, known := latest[slot]
		if known && stock[slot] <= sequence {
			continue
		}
		differing[slot] = true
		if ahead == nil {
			ahead = &tear{
				operations: []records.Operation{{Sequence: stock[slot], Slot: slot, On: []string{onStock}, NotOn: []string{onOrders}}},
				words:      fmt.Sprintf("order %d (slot %d) is in the stock table, but not in the order log", stock[slot], slot), slot: slot,
			}
		}
	}
	var behind *tear
	for position, one := range log[:max(0, last)] {
		if sequence, known := stock[one.Slot]; known && sequence >= one.Sequence {
			continue
		}
		differing[one.Slot] = true
		if behind == nil {
			behind = behindOf(one, log[position+1], stock)
		}
	}
	found := ahead
	if found == nil {
		found = behind
	}
	if found != nil {
		found.slots = len(differing)
	}
	return found
}

// behindOf describes an order that the table lacks, although the log has a later one.
func behindOf(missing, later order, stock map[uint64]uint64) *tear {
	second := records.Operation{Sequence: later.Sequence, Slot: later.Slot, On: []string{onOrders}, NotOn: []string{onStock}}
	if sequence, known := stock[later.Slot]; known && sequence >= later.Sequence {
		second.On, second.NotOn = []string{onOrders, onStock}, []string{}
	}
	first := records.Operation{Sequence: missing.Sequence, Slot: missing.Slot, On: []string{onOrders}, NotOn: []string{onStock}}
	words := fmt.Sprintf("order %d (slot %d) is not in the stock table, but the order log has it and the later order %d (slot %d)",
		missing.Sequence, missing.Slot, later.Sequence, later.Slot)
	return &tear{operations: []records.Operation{first, second}, words: words, slot: missing.Slot}
}

// finding is the tear for a listing.
func (t *tear) finding() records.Finding {
	detail := t.words
	if t.slots > 1 {
		detail = fmt.Sprintf("%s; the volumes differ in %d slots", detail, t.slots)
	}
	return records.Finding{
		Kind: "torn across volumes", File: onStock + "/" + stockName, Offset: int64(t.slot) * rowBytes, Detail: detail,
		Check: "volumes of one moment", Operations: t.operations,
	}
}
