package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meshdrill/workloads/support/records"
)

const seed, seededBytes = 7, 40 * frameBytes

type volumesOfShop struct{ orders, stock string }

func twoFolders(t *testing.T) volumesOfShop { return volumesOfShop{t.TempDir(), t.TempDir()} }

func (v volumesOfShop) open(t *testing.T) *shop {
	t.Helper()
	opened, err := openShop(v.orders, v.stock)
	must(t, err)
	return opened
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s *shop, slot, sequence uint64) {
	t.Helper()
	must(t, s.Put(context.Background(), records.Record{Slot: slot, Sequence: sequence, Generation: 2, Payload: []byte(fmt.Sprint(sequence))}))
}

// findingsOf lists the shop. It also returns the number of records.
func findingsOf(t *testing.T, s *shop) ([]records.Finding, int) {
	t.Helper()
	var out bytes.Buffer
	must(t, s.List(context.Background(), &out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	found, last := []records.Finding{}, struct{ Records int }{-1}
	for _, line := range lines[:len(lines)-1] {
		if strings.HasPrefix(line, "{") {
			var one records.Finding
			must(t, json.Unmarshal([]byte(line), &one))
			found = append(found, one)
		}
	}
	must(t, json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	return found, last.Records
}

func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	must(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

func seededShop(t *testing.T) (volumesOfShop, *shop) {
	t.Helper()
	v := twoFolders(t)
	s := v.open(t)
	count, err := s.Seed(context.Background(), seededBytes, seed)
	must(t, err)
	if count != 40 {
		t.Fatalf("%d records", count)
	}
	return v, s
}

func TestShopThatWasOpenedAgainHasEveryOrderAndNoTear(t *testing.T) {
	v, s := seededShop(t)
	put(t, s, 3, 40)
	put(t, s, 41, 41)
	for _, one := range []*shop{s, v.open(t)} {
		if found, count := findingsOf(t, one); len(found) != 0 || count != 41 {
			t.Errorf("%d records, findings %+v", count, found)
		}
		record, there, err := one.Get(context.Background(), 3)
		if err != nil || !there || record.Sequence != 40 || string(record.Payload) != "40" {
			t.Errorf("record %+v, %v, %v", record, there, err)
		}
	}
}

func TestVolumesThatWereCopiedOneAfterAnotherAreTorn(t *testing.T) {
	for _, first := range []string{onOrders, onStock} {
		v, s := seededShop(t)
		put(t, s, 3, 40)
		copied := volumesOfShop{copyFolder(t, v.orders), copyFolder(t, v.stock)}
		for sequence := range uint64(4) {
			put(t, s, 5+sequence, 41+sequence)
		}
		operations := 1
		if first == onOrders {
			copied.stock = copyFolder(t, v.stock)
		} else {
			copied.orders, operations = copyFolder(t, v.orders), 2
		}
		found, _ := findingsOf(t, copied.open(t))
		if len(found) != 1 || found[0].Kind != "torn across volumes" || len(found[0].Operations) != operations || found[0].Operations[0].Sequence != 41 {
			t.Errorf("copied first: %s: findings %+v", first, found)
		}
	}
}

func TestVolumesThatWereCopiedAtOneMomentAreNotTorn(t *testing.T) {
	v, s := seededShop(t)
	put(t, s, 3, 40)
	before := copyFolder(t, v.stock)
	put(t, s, 4, 41)
	copied := volumesOfShop{copyFolder(t, v.orders), copyFolder(t, v.stock)}
	if found, _ := findingsOf(t, copied.open(t)); len(found) != 0 {
		t.Errorf("findings %+v", found)
	}
	// A crash between the two volumes: the table lacks the last order, which the service applies when it starts.
	crashed := volumesOfShop{copyFolder(t, v.orders), before}
	again := crashed.open(t)
	if found, _ := findingsOf(t, again); len(found) != 0 {
		t.Errorf("findings after a crash %+v", found)
	}
	put(t, again, 5, 42)
	if found, _ := findingsOf(t, again); len(found) != 0 {
		t.Errorf("findings after a crash and a later order %+v", found)
	}
}

func TestFrameThatWasNotWrittenAsAWholeIsCutOff(t *testing.T) {
	v, s := seededShop(t)
	put(t, s, 3, 40)
	must(t, os.Truncate(filepath.Join(v.orders, logName), s.log.end+100))
	if found, count := findingsOf(t, v.open(t)); len(found) != 0 || count != 40 {
		t.Errorf("%d records, findings %+v", count, found)
	}
}

func TestDamagedFrameAndDamagedRowAreFoundAndAreNoTear(t *testing.T) {
	v, s := seededShop(t)
	for _, path := range []string{filepath.Join(v.orders, logName), filepath.Join(v.stock, stockName)} {
		content, err := os.ReadFile(path)
		must(t, err)
		content[5]++
		must(t, os.WriteFile(path, content, 0o644))
	}
	found, count := findingsOf(t, s)
	if len(found) != 2 || found[0].Kind != "flipped" || found[1].Kind != "flipped" || count != 39 {
		t.Errorf("%d records, findings %+v", count, found)
	}
}

func TestSeedIsIdempotentAndRefusesAnotherSeed(t *testing.T) {
	_, s := seededShop(t)
	if count, err := s.Seed(context.Background(), seededBytes, seed); count != 40 || err != nil {
		t.Errorf("%d, %v", count, err)
	}
	if _, err := s.Seed(context.Background(), seededBytes, seed+1); !errors.Is(err, records.ErrConflict) {
		t.Errorf("error %v", err)
	}
	if err := s.Put(context.Background(), records.Record{Slot: 3, Sequence: 3, Payload: []byte("x")}); !errors.Is(err, records.ErrConflict) {
		t.Errorf("error %v", err)
	}
}
