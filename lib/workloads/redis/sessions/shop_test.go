package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/servicetest"
)

// server is a real Redis on a folder of its own, with the shop in front of it.
type server struct {
	t            *testing.T
	data, socket string
	process      *exec.Cmd
	shop         *shop
	http         *httptest.Server
}

func newServer(t *testing.T) *server {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no Redis on this machine. Next: apt-get install redis-server")
	}
	// The path of a socket must be short.
	folder, err := os.MkdirTemp("", "meshdrill-redis-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	s := &server{t: t, data: filepath.Join(folder, "data"), socket: filepath.Join(folder, "redis.sock")}
	if err := os.Mkdir(s.data, 0o700); err != nil {
		t.Fatal(err)
	}
	s.shop = newShop(s.socket, s.data)
	t.Cleanup(func() { _ = s.shop.server.Close() })
	s.http = httptest.NewServer(records.Routes(s.shop))
	t.Cleanup(s.http.Close)
	t.Cleanup(s.kill)
	s.start()
	return s
}

func (s *server) start() {
	s.t.Helper()
	var log bytes.Buffer
	s.process = exec.Command("redis-server", "--port", "0", "--unixsocket", s.socket, "--dir", s.data,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always")
	s.process.Stdout = &log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 500 {
		if s.shop.Ready(s.t.Context()) == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatalf("Redis does not answer: %s", log.String())
}

func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

func (s *server) send(method, path, body string) (int, string) {
	s.t.Helper()
	return servicetest.Request(s.t, method, s.http.URL+path, body)
}

func (s *server) write(slot, sequence uint64) int {
	status, _ := s.send("PUT", fmt.Sprintf("/records/%d?sequence=%d&generation=2", slot, sequence), "the payload")
	return status
}

// list returns the sequences by their slots, and what was found wrong.
func (s *server) list() (map[uint64]uint64, []records.Finding) {
	s.t.Helper()
	_, body := s.send("GET", "/records", "")
	sequences, findings := map[uint64]uint64{}, []records.Finding{}
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		if strings.HasPrefix(line, "[") {
			var fields []any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				s.t.Fatalf("%q: %v", line, err)
			}
			sequences[uint64(fields[0].(float64))] = uint64(fields[1].(float64))
			continue
		}
		var other struct {
			records.Finding
			Error string
		}
		if err := json.Unmarshal([]byte(line), &other); err != nil || other.Error != "" {
			s.t.Fatalf("%q: %v", line, err)
		}
		if other.Kind != "" {
			findings = append(findings, other.Finding)
		}
	}
	return sequences, findings
}

// seeded starts a server that holds 100 records, and 20 that were written over.
func seeded(t *testing.T) *server {
	s := newServer(t)
	if status, body := s.send("POST", "/seed?bytes=409600&seed=7", ""); status != 200 || body != "{\"records\":100}\n" {
		t.Fatalf("seeding answered %d: %s", status, body)
	}
	for sequence := uint64(100); sequence < 120; sequence++ {
		if status := s.write(sequence-100, sequence); status != 200 {
			t.Fatalf("write %d answered %d", sequence, status)
		}
	}
	return s
}

func (s *server) appended() string {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.data, appendOnlyFolder, "*.incr.aof"))
	if err != nil || len(found) != 1 {
		s.t.Fatalf("%v %v", found, err)
	}
	return found[0]
}

func TestSeededStoreIsListedWhole(t *testing.T) {
	s := seeded(t)
	sequences, findings := s.list()
	if len(sequences) != 100 || len(findings) > 0 || sequences[5] != 105 || sequences[50] != 50 {
		t.Errorf("got %v, %v", sequences, findings)
	}
	for path, want := range map[string]int{"bytes=409600&seed=7": 200, "bytes=409600&seed=8": 409} {
		if status, _ := s.send("POST", "/seed?"+path, ""); status != want {
			t.Errorf("seeding again with %s answered %d", path, status)
		}
	}
}

func TestWritesAreReadBackAndOlderOnesRefused(t *testing.T) {
	s := seeded(t)
	if status, body := s.send("GET", "/records/5", ""); status != 200 || body != "the payload" {
		t.Errorf("got %d: %q", status, body)
	}
	if status, _ := s.send("GET", "/records/500", ""); status != 404 {
		t.Errorf("an empty slot answered %d", status)
	}
	if status := s.write(5, 105); status != 409 {
		t.Errorf("an older write answered %d", status)
	}
}

func TestAcknowledgedWritesOutliveACrash(t *testing.T) {
	s := seeded(t)
	s.kill()
	if status := s.write(3, 200); status != 500 {
		t.Errorf("a write without a server answered %d", status)
	}
	s.start()
	if sequences, findings := s.list(); len(sequences) != 100 || len(findings) > 0 || sequences[19] != 119 {
		t.Errorf("got %v, %v", sequences, findings)
	}
}

func TestCutTailOfTheAppendOnlyFileIsFound(t *testing.T) {
	s := seeded(t)
	info, err := os.Stat(s.appended())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(s.appended(), info.Size()-30); err != nil {
		t.Fatal(err)
	}
	_, findings := s.list()
	if len(findings) == 0 || findings[0].Kind != "truncated" {
		t.Errorf("got %v", findings)
	}
}

func TestCutBetweenTwoCommandsIsFoundByItsSize(t *testing.T) {
	s := seeded(t)
	info, err := os.Stat(s.appended())
	if err != nil {
		t.Fatal(err)
	}
	s.write(50, 300)
	if err := os.Truncate(s.appended(), info.Size()); err != nil {
		t.Fatal(err)
	}
	sequences, findings := s.list()
	if len(findings) != 1 || findings[0].Kind != "truncated" || sequences[50] != 50 {
		t.Errorf("got %v", findings)
	}
}

func TestFlippedByteOfACommandIsFoundWithItsFileAndOffset(t *testing.T) {
	s := seeded(t)
	content, err := os.ReadFile(s.appended())
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(content, []byte("$8\r\nsequence"))
	content[at] ^= 1
	if err := os.WriteFile(s.appended(), content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, findings := s.list()
	if len(findings) != 1 || findings[0].Kind != "flipped" || !strings.HasSuffix(findings[0].File, ".incr.aof") || findings[0].Offset == 0 || findings[0].Offset > int64(at) {
		t.Errorf("got %v, flipped was %d", findings, at)
	}
}
