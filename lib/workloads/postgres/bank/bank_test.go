package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meshdrill/workloads/support/records"
)

// listed holds a parsed listing.
type listed struct {
	sequences map[uint64]uint64
	findings  []records.Finding
	stopped   string
}

func (s *server) list() listed {
	s.t.Helper()
	_, body := s.send("GET", "/records", "")
	found := listed{sequences: map[uint64]uint64{}}
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		if strings.HasPrefix(line, "[") {
			var fields []any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				s.t.Fatalf("%q: %v", line, err)
			}
			found.sequences[uint64(fields[0].(float64))] = uint64(fields[1].(float64))
			continue
		}
		var other struct {
			records.Finding
			Error string
		}
		if err := json.Unmarshal([]byte(line), &other); err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		if other.Kind != "" {
			found.findings = append(found.findings, other.Finding)
		}
		found.stopped = other.Error
	}
	return found
}

// seeded starts a server that holds 200 records.
func seeded(t *testing.T, settings ...string) *server {
	s := initialise(t)
	if err := s.start(settings...); err != nil {
		t.Fatal(err)
	}
	if status, body := s.send("POST", "/seed?bytes=409600&seed=7", ""); status != 200 || body != "{\"records\":200}\n" {
		t.Fatalf("seeding answered %d: %s", status, body)
	}
	return s
}

func (s *server) write(slot, sequence uint64) int {
	status, _ := s.send("PUT", fmt.Sprintf("/records/%d?sequence=%d&generation=2", slot, sequence), "the payload")
	return status
}

func (s *server) mustBeWhole(count int) listed {
	s.t.Helper()
	found := s.list()
	if found.stopped != "" || len(found.findings) > 0 || len(found.sequences) != count {
		s.t.Fatalf("want %d records and no finding, got %d, %q and %v", count, len(found.sequences), found.stopped, found.findings)
	}
	return found
}

func TestSeededDatabaseIsListedCompletely(t *testing.T) {
	s := seeded(t)
	s.mustBeWhole(200)
	if status, _ := s.send("POST", "/seed?bytes=409600&seed=7", ""); status != 200 {
		t.Errorf("seeding again answered %d", status)
	}
	if status, _ := s.send("POST", "/seed?bytes=409600&seed=8", ""); status != 409 {
		t.Errorf("seeding with another seed answered %d", status)
	}
}

func TestAcknowledgedWritesSurviveACrash(t *testing.T) {
	s := seeded(t)
	for sequence := uint64(200); sequence < 260; sequence++ {
		if status := s.write(sequence*31%230, sequence); status != 200 {
			t.Fatalf("write %d answered %d", sequence, status)
		}
	}
	if status := s.write(259*31%230, 250); status != 409 {
		t.Errorf("an older write answered %d", status)
	}
	before := s.list()
	s.kill()
	if status := s.write(3, 260); status != 500 {
		t.Errorf("a write without a server answered %d", status)
	}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	after := s.mustBeWhole(len(before.sequences))
	for slot, sequence := range before.sequences {
		if after.sequences[slot] != sequence {
			t.Errorf("slot %d holds sequence %d after the crash, held %d", slot, after.sequences[slot], sequence)
		}
	}
}

func TestReadReturnsTheWrittenPayload(t *testing.T) {
	s := seeded(t)
	s.write(5, 200)
	if status, body := s.send("GET", "/records/5", ""); status != 200 || body != "the payload" {
		t.Errorf("got %d: %q", status, body)
	}
	if status, _ := s.send("GET", "/records/200", ""); status != 404 {
		t.Errorf("an empty slot answered %d", status)
	}
}

func TestMixedMomentsBreakAnInvariantThoughEachPageIsValid(t *testing.T) {
	for name, statement := range map[string]string{
		"an account of an older moment":    "UPDATE accounts SET balance = balance + 5 WHERE slot = 17",
		"a transfer that is not there":     "DELETE FROM transfers WHERE sequence = 201",
		"an account without its transfer":  "UPDATE accounts SET sequence = 900 WHERE slot = 18",
		"an account that is gone":          "DELETE FROM accounts WHERE slot = 150",
		"money that two accounts exchange": "UPDATE accounts SET balance = balance + CASE slot WHEN 30 THEN 7 ELSE -7 END WHERE slot IN (30, 31)",
	} {
		t.Run(name, func(t *testing.T) {
			s := seeded(t)
			s.write(17, 200)
			s.write(18, 201)
			s.mustBeWhole(200)
			if _, err := s.bank.pool.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
			found := s.list()
			if len(found.findings) == 0 || found.findings[0].Kind != "torn" {
				t.Errorf("got %v", found.findings)
			}
		})
	}
}

func TestChecksumsEqualThoseOfPostgreSQL(t *testing.T) {
	s := seeded(t)
	s.kill()
	out, err := command(t, "pg_checksums", "--check", "-D", s.data).CombinedOutput()
	if err != nil && !strings.Contains(string(out), "cluster must be shut down") {
		t.Fatalf("%v: %s", err, out)
	}
	pages := 0
	err = filepath.WalkDir(filepath.Join(s.data, "base"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !relationFile.MatchString(entry.Name()) {
			return err
		}
		content, err := os.ReadFile(path)
		for at := 0; at+pageBytes <= len(content); at += pageBytes {
			page := content[at : at+pageBytes]
			if !isWhole(page, uint32(at/pageBytes)) {
				t.Errorf("page %d of %s does not verify", at/pageBytes, path)
			}
			if !isZero(page) && isWhole(page, uint32(at/pageBytes+1)) {
				t.Errorf("page %d of %s verifies in another place", at/pageBytes, path)
			}
			pages++
		}
		return err
	})
	if err != nil || pages < 500 {
		t.Errorf("read %d pages: %v", pages, err)
	}
}
