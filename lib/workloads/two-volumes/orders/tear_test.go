package main

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// history is a sequence of orders, as the service writes them: the sequences of each slot rise.
func history(random *rand.Rand) []order {
	orders := make([]order, 1+random.IntN(30))
	for index := range orders {
		orders[index] = order{Sequence: uint64(index * (1 + random.IntN(3))), Slot: random.Uint64N(8)}
	}
	slices.SortFunc(orders, func(one, other order) int { return int(one.Sequence) - int(other.Sequence) })
	for index := range orders {
		orders[index].Sequence += uint64(index)
	}
	return orders
}

// stockAfter is the table after the first orders.
func stockAfter(orders []order) map[uint64]uint64 {
	rows := map[uint64]uint64{}
	for _, one := range orders {
		rows[one.Slot] = one.Sequence
	}
	return rows
}

// isOfOneMoment is the definition: the table is that after all orders of the log, or after all but the last.
func isOfOneMoment(log []order, rows map[uint64]uint64) bool {
	return maps.Equal(rows, stockAfter(log)) || len(log) > 0 && maps.Equal(rows, stockAfter(log[:len(log)-1]))
}

// proves says whether the operations of a tear alone show it.
func proves(t *testing.T, found *tear, log []order, rows map[uint64]uint64) {
	t.Helper()
	position := func(sequence uint64) int {
		return slices.IndexFunc(log, func(one order) bool { return one.Sequence == sequence })
	}
	first := found.operations[0]
	switch len(found.operations) {
	case 1:
		if rows[first.Slot] != first.Sequence || position(first.Sequence) >= 0 {
			t.Errorf("%+v is not an order that only the table has", first)
		}
	case 2:
		second := found.operations[1]
		sequence, known := rows[first.Slot]
		if at := position(first.Sequence); at < 0 || position(second.Sequence) <= at || known && sequence >= first.Sequence {
			t.Errorf("%+v and %+v are not an order that the table lacks, and a later one", first, second)
		}
		for slot, sequence := range rows {
			if position(sequence) < 0 {
				t.Errorf("two orders are shown, though order %d of slot %d alone shows the tear", sequence, slot)
			}
		}
	default:
		t.Errorf("%d operations", len(found.operations))
	}
}

func check(t *testing.T, seed uint64, log []order, rows map[uint64]uint64) (torn bool) {
	t.Helper()
	found := findTear(log, rows)
	if torn = !isOfOneMoment(log, rows); torn != (found != nil) {
		t.Fatalf("seed %d: torn %v, found %+v, log %+v, rows %v", seed, torn, found, log, rows)
	}
	if found != nil {
		proves(t, found, log, rows)
	}
	return torn
}

func TestVolumesOfTwoMomentsAreFoundAndThoseOfOneAreNotAccused(t *testing.T) {
	torn := 0
	for seed := range uint64(5000) {
		random := rand.New(rand.NewPCG(seed, 1))
		orders := history(random)
		log := orders[:random.IntN(len(orders)+1)]
		if check(t, seed, log, stockAfter(orders[:random.IntN(len(orders)+1)])) {
			torn++
		}
	}
	if torn < 1000 || torn > 4900 {
		t.Errorf("%d of 5000 histories are torn", torn)
	}
}

func TestTableOfManyMomentsIsFoundAndTheMomentAfterACrashIsNotAccused(t *testing.T) {
	for seed := range uint64(5000) {
		random := rand.New(rand.NewPCG(seed, 2))
		orders := history(random)
		log := orders[:1+random.IntN(len(orders))]
		if check(t, seed, log, stockAfter(log)) || check(t, seed, log, stockAfter(log[:len(log)-1])) {
			t.Fatalf("seed %d: a state of one moment is accused", seed)
		}
		rows := stockAfter(log)
		for slot := range stockAfter(orders) {
			if random.IntN(3) > 0 {
				continue
			}
			// The row of another moment, or none.
			if sequence, known := stockAfter(orders[:random.IntN(len(orders)+1)])[slot]; known {
				rows[slot] = sequence
			} else {
				delete(rows, slot)
			}
		}
		check(t, seed, log, rows)
	}
}
