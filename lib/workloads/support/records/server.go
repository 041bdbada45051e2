package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"meshdrill/workloads/support/volumes"
)

// Serve answers requests until the process receives a signal to stop. `what` names the service in the log.
func Serve(handler http.Handler, what, listen string) error {
	stopped, release := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer release()
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	http := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- http.Serve(listener) }()
	log.Printf("serving %s on %s", what, listener.Addr())
	select {
	case err := <-failed:
		return err
	case <-stopped.Done():
	}
	// Less than the two seconds of the pod's grace period. Requests without an answer by then are not acknowledged.
	deadline, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer cancel()
	if err := http.Shutdown(deadline); errors.Is(err, context.DeadlineExceeded) {
		log.Print("stopped with requests in flight")
	}
	return nil
}

type server struct{ store Store }

// Routes returns the routes of the package. A service may add its own.
func Routes(store Store) *http.ServeMux {
	s := server{store}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /records/{slot}", s.put)
	mux.HandleFunc("GET /records/{slot}", s.get)
	mux.HandleFunc("GET /records", s.list)
	mux.HandleFunc("POST /seed", s.seed)
	mux.HandleFunc("GET /readyz", s.ready)
	return mux
}

func (s server) put(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	slot, errSlot := number("slot", r.PathValue("slot"), 0, MaxSlots-1)
	sequence, errSequence := number("sequence", query.Get("sequence"), 0, maxSequence)
	generation, errGeneration := number("generation", query.Get("generation"), 1, 1<<32-1)
	if err := errors.Join(errSlot, errSequence, errGeneration); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxPayloadBytes))
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		http.Error(w, fmt.Sprintf("payload is longer than %d bytes", MaxPayloadBytes), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "body is incomplete: "+err.Error(), http.StatusBadRequest)
		return
	}
	if len(payload) == 0 {
		http.Error(w, "payload is empty", http.StatusBadRequest)
		return
	}
	if err := s.store.Put(r.Context(), Record{slot, sequence, generation, payload}); err != nil {
		Fail(w, r, err)
	}
}

func (s server) get(w http.ResponseWriter, r *http.Request) {
	slot, err := number("slot", r.PathValue("slot"), 0, MaxSlots-1)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	record, found, err := s.store.Get(r.Context(), slot)
	switch {
	case err != nil:
		Fail(w, r, err)
	case !found:
		http.Error(w, fmt.Sprintf("slot %d is empty", slot), http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("X-Sequence", strconv.FormatUint(record.Sequence, 10))
		w.Header().Set("X-Generation", strconv.FormatUint(record.Generation, 10))
		_, _ = w.Write(record.Payload)
	}
}

func (s server) list(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	if err := s.store.List(r.Context(), w); err != nil {
		log.Printf("listing cut: %v", err)
	}
}

func (s server) seed(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	bytes, errBytes := number("bytes", query.Get("bytes"), 1, maxSeedBytes)
	seed, errSeed := number("seed", query.Get("seed"), 0, maxSequence)
	if err := errors.Join(errBytes, errSeed); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	records, err := s.store.Seed(r.Context(), bytes, seed)
	if err != nil {
		Fail(w, r, err)
		return
	}
	Answer(w, map[string]uint64{"records": records})
}

func (s server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.store.Ready(r.Context()); err != nil {
		Fail(w, r, err)
	}
}

// Answer writes a value as JSON.
func Answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Printf("answer cut: %v", err)
	}
}

// Fail answers with the status of an error, and logs the error. It writes nothing to a client that disconnected.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, ErrConflict):
		status = http.StatusConflict
	case errors.Is(err, ErrFull) || volumes.IsFull(err):
		status = http.StatusInsufficientStorage
	case errors.Is(err, context.Canceled):
		return
	}
	log.Printf("%s %s: %d: %v", r.Method, r.URL.Path, status, err)
	http.Error(w, err.Error(), status)
}

func number(name, text string, low, high uint64) (uint64, error) {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil || value < low || value > high {
		return 0, fmt.Errorf("%s must be a number from %d to %d, got %q", name, low, high, text)
	}
	return value, nil
}
