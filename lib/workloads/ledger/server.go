package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"

	"meshdrill/workloads/support/volumes"
)

// maxSlots bounds how far a stray write can stretch the listing.
const maxSlots = 4 << 20

type server struct{ store *store }

func (s server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /records/{slot}", s.putRecord)
	mux.HandleFunc("GET /records/{slot}", s.getRecord)
	mux.HandleFunc("GET /records", s.listRecords)
	mux.HandleFunc("POST /seed", s.seed)
	mux.HandleFunc("GET /digest", s.digest)
	mux.HandleFunc("GET /verify", s.verify)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", s.ready)
	return mux
}

func (s server) putRecord(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	slot, errSlot := number("slot", r.PathValue("slot"), 0, maxSlots-1)
	sequence, errSequence := number("sequence", query.Get("sequence"), 0, maxSequence)
	generation, errGeneration := number("generation", query.Get("generation"), 1, 1<<32-1)
	if err := errors.Join(errSlot, errSequence, errGeneration); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, payloadCapacity))
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		http.Error(w, fmt.Sprintf("payload is longer than %d bytes", payloadCapacity), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "body was cut short: "+err.Error(), http.StatusBadRequest)
		return
	}
	if len(payload) == 0 {
		http.Error(w, "payload is empty", http.StatusBadRequest)
		return
	}
	record := record{sequence: sequence, generation: uint32(generation), slot: slot, payload: payload}
	if err := s.store.put(r.Context(), record); err != nil {
		fail(w, r, err)
	}
}

func (s server) getRecord(w http.ResponseWriter, r *http.Request) {
	slot, err := number("slot", r.PathValue("slot"), 0, maxSlots-1)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	record, state, err := s.store.get(slot)
	switch {
	case err != nil:
		fail(w, r, err)
	case state == stateEmpty:
		http.Error(w, fmt.Sprintf("slot %d is empty", slot), http.StatusNotFound)
	case state != stateOK:
		fail(w, r, fmt.Errorf("%w: slot %d: %s", errCorrupt, slot, state))
	case record.slot != slot:
		fail(w, r, fmt.Errorf("%w: slot %d holds the record of slot %d", errCorrupt, slot, record.slot))
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("X-Sequence", strconv.FormatUint(record.sequence, 10))
		w.Header().Set("X-Generation", strconv.FormatUint(uint64(record.generation), 10))
		_, _ = w.Write(record.payload)
	}
}

func (s server) listRecords(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	if err := s.store.list(w); err != nil {
		log.Printf("listing cut: %v", err)
	}
}

func (s server) seed(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	size, errSize := number("bytes", query.Get("bytes"), 1, maxSlots*recordBytes)
	seed, errSeed := number("seed", query.Get("seed"), 0, maxSequence)
	if err := errors.Join(errSize, errSeed); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	records := (size + recordBytes - 1) / recordBytes
	if err := s.store.seed(records, seed); err != nil {
		fail(w, r, err)
		return
	}
	answer(w, map[string]uint64{"records": records})
}

func (s server) digest(w http.ResponseWriter, r *http.Request) {
	digest, err := s.store.digest()
	if err != nil {
		fail(w, r, err)
		return
	}
	answer(w, map[string]string{"sha256": digest})
}

func (s server) verify(w http.ResponseWriter, r *http.Request) {
	findings, err := s.store.check()
	if err != nil {
		fail(w, r, err)
		return
	}
	answer(w, findings)
}

func (s server) ready(w http.ResponseWriter, r *http.Request) {
	if _, err := os.ReadDir(s.store.files.dir); err != nil {
		fail(w, r, err)
	}
}

func fail(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, errConflict):
		status = http.StatusConflict
	case volumes.IsFull(err):
		status = http.StatusInsufficientStorage
	case errors.Is(err, context.Canceled):
		return
	}
	log.Printf("%s %s: %d: %v", r.Method, r.URL.Path, status, err)
	http.Error(w, err.Error(), status)
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Printf("answer cut: %v", err)
	}
}

func number(name, text string, low, high uint64) (uint64, error) {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil || value < low || value > high {
		return 0, fmt.Errorf("%s must be a number from %d to %d, got %q", name, low, high, text)
	}
	return value, nil
}
