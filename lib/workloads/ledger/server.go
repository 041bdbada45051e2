package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"meshdrill/workloads/support/records"
)

// routes returns the routes of all record services and those of the ledger alone.
func (s *store) routes() http.Handler {
	mux := records.Routes(s)
	mux.HandleFunc("GET /digest", s.serveDigest)
	mux.HandleFunc("GET /verify", s.serveCheck)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	return mux
}

func (s *store) Put(ctx context.Context, r records.Record) error {
	return s.put(ctx, record{sequence: r.Sequence, generation: uint32(r.Generation), slot: r.Slot, payload: r.Payload})
}

func (s *store) Get(_ context.Context, slot uint64) (records.Record, bool, error) {
	r, state, err := s.get(slot)
	switch {
	case err != nil:
	case state == stateEmpty:
		return records.Record{}, false, nil
	case state != stateOK:
		err = fmt.Errorf("%w: slot %d: %s", errCorrupt, slot, state)
	case r.slot != slot:
		err = fmt.Errorf("%w: slot %d holds the record of slot %d", errCorrupt, slot, r.slot)
	}
	return records.Record{Slot: slot, Sequence: r.sequence, Generation: uint64(r.generation), Payload: r.payload}, true, err
}

func (s *store) Seed(_ context.Context, bytes, seed uint64) (uint64, error) {
	count := (bytes + recordBytes - 1) / recordBytes
	return count, s.seed(count, seed)
}

func (s *store) List(_ context.Context, w io.Writer) error { return s.list(w) }

func (s *store) Ready(context.Context) error {
	_, err := os.ReadDir(s.files.dir)
	return err
}

func (s *store) serveDigest(w http.ResponseWriter, r *http.Request) {
	digest, err := s.digest()
	if err != nil {
		records.Fail(w, r, err)
		return
	}
	records.Answer(w, map[string]string{"sha256": digest})
}

func (s *store) serveCheck(w http.ResponseWriter, r *http.Request) {
	findings, err := s.check()
	if err != nil {
		records.Fail(w, r, err)
		return
	}
	records.Answer(w, findings)
}
