package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

const (
	seededPayloadBytes = 4032
	bytesPerRecord     = 4096
	seedBatch          = 256

	// Holds what the store was seeded with. It is written last.
	shopKey       = "shop"
	sessionPrefix = "session:"

	rewriteTimeout = 2 * time.Minute
	pollEvery      = 20 * time.Millisecond
	writeTimeout   = 10 * time.Second
	maxConnections = 16
)

// putSession replaces a session, unless it is of this sequence or a later one.
var putSession = redis.NewScript(1, `
local held = redis.call('HGET', KEYS[1], 'sequence')
if held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'sequence', ARGV[1], 'generation', ARGV[2], 'payload', ARGV[3])
return 1`)

// shop keeps records as sessions in Redis, a hash each.
type shop struct {
	server *redis.Pool
	// Folder of Redis, which is read below the server.
	data string
}

func openShop(socket, data string) (records.Store, error) { return newShop(socket, data), nil }

func newShop(socket, data string) *shop { return &shop{server: poolOf(socket), data: data} }

// poolOf keeps connections to a server. One that the server has left is dropped before a request uses it: a crash leaves some.
func poolOf(socket string) *redis.Pool {
	return &redis.Pool{
		MaxIdle: maxConnections, MaxActive: maxConnections, Wait: true,
		DialContext: func(ctx context.Context) (redis.Conn, error) {
			return redis.DialContext(ctx, "unix", socket, redis.DialWriteTimeout(writeTimeout))
		},
		TestOnBorrowContext: func(ctx context.Context, connection redis.Conn, _ time.Time) error {
			_, err := redis.DoContext(connection, ctx, "PING")
			return err
		},
	}
}

// with runs `use` on a connection of its own. Nothing is ever tried again: a command that failed may have been done.
func with(ctx context.Context, server *redis.Pool, use func(redis.Conn) (any, error)) (any, error) {
	connection, err := server.GetContext(ctx)
	if err != nil {
		return nil, err
	}
	// It can only fail as `use` did.
	defer connection.Close()
	return use(connection)
}

// ask sends one command.
func ask(ctx context.Context, server *redis.Pool, command string, args ...any) (any, error) {
	return with(ctx, server, func(connection redis.Conn) (any, error) {
		return redis.DoContext(connection, ctx, command, args...)
	})
}

func keyOf(slot uint64) string { return sessionPrefix + strconv.FormatUint(slot, 10) }

func (s *shop) Ready(ctx context.Context) error {
	_, err := ask(ctx, s.server, "PING")
	return err
}

func (s *shop) Put(ctx context.Context, r records.Record) error {
	written, err := redis.Int(with(ctx, s.server, func(connection redis.Conn) (any, error) {
		return putSession.DoContext(ctx, connection, keyOf(r.Slot), r.Sequence, r.Generation, r.Payload)
	}))
	if err == nil && written == 0 {
		err = fmt.Errorf("%w: slot %d holds sequence %d or a higher one", records.ErrConflict, r.Slot, r.Sequence)
	}
	// So Redis refuses writes when it could not append to its file.
	if err != nil && strings.HasPrefix(err.Error(), "MISCONF") {
		err = fmt.Errorf("%w: %w", records.ErrFull, err)
	}
	return err
}

func (s *shop) Get(ctx context.Context, slot uint64) (records.Record, bool, error) {
	fields, err := redis.StringMap(ask(ctx, s.server, "HGETALL", keyOf(slot)))
	if err != nil || len(fields) == 0 {
		return records.Record{}, false, err
	}
	found, err := toRecord(slot, fields)
	return found, true, err
}

func toRecord(slot uint64, fields map[string]string) (records.Record, error) {
	sequence, errSequence := strconv.ParseUint(fields["sequence"], 10, 64)
	generation, errGeneration := strconv.ParseUint(fields["generation"], 10, 64)
	if err := errors.Join(errSequence, errGeneration); err != nil {
		return records.Record{}, fmt.Errorf("session %d makes no sense: %w", slot, err)
	}
	return records.Record{Slot: slot, Sequence: sequence, Generation: generation, Payload: []byte(fields["payload"])}, nil
}

// Seed fills the store, and has the append-only file rewritten: its base holds what was seeded, with a checksum.
func (s *shop) Seed(ctx context.Context, bytes, seed uint64) (uint64, error) {
	count := (bytes + bytesPerRecord - 1) / bytesPerRecord
	held, err := redis.StringMap(ask(ctx, s.server, "HGETALL", shopKey))
	if err != nil {
		return 0, err
	}
	want := map[string]string{"seed": strconv.FormatUint(seed, 10), "seeded": strconv.FormatUint(count, 10)}
	if len(held) > 0 {
		if held["seed"] != want["seed"] || held["seeded"] != want["seeded"] {
			return 0, fmt.Errorf("%w: the shop holds %s records of seed %s, asked for were %d of %d", records.ErrConflict, held["seeded"], held["seed"], count, seed)
		}
		return count, nil
	}
	for first := uint64(0); first < count; first += seedBatch {
		if err := s.seedSlots(ctx, seed, first, min(first+seedBatch, count)); err != nil {
			return 0, err
		}
	}
	if _, err := ask(ctx, s.server, "HSET", shopKey, "seed", seed, "seeded", count); err != nil {
		return 0, err
	}
	return count, s.rewrite(ctx)
}

func (s *shop) seedSlots(ctx context.Context, seed, from, below uint64) error {
	_, err := with(ctx, s.server, func(connection redis.Conn) (any, error) {
		for slot := from; slot < below; slot++ {
			payload := make([]byte, seededPayloadBytes)
			volumes.FillRandom(payload, seed, slot)
			if err := connection.Send("HSET", keyOf(slot), "sequence", slot, "generation", 1, "payload", payload); err != nil {
				return nil, err
			}
		}
		// It also returns the first error of those before.
		return redis.DoContext(connection, ctx, "PING")
	})
	return err
}

// rewrite has the append-only file rewritten, and waits for its end.
func (s *shop) rewrite(ctx context.Context) error {
	// One that began by itself does not hold everything.
	if _, err := s.waitFor(ctx, rewriteTimeout, isNotRewriting); err != nil {
		return err
	}
	if _, err := ask(ctx, s.server, "BGREWRITEAOF"); err != nil {
		return err
	}
	state, err := s.waitFor(ctx, rewriteTimeout, isNotRewriting)
	if err == nil && state["aof_last_bgrewrite_status"] != "ok" {
		err = fmt.Errorf("the append-only file could not be rewritten: %s", state["aof_last_bgrewrite_status"])
	}
	return err
}

func isNotRewriting(state map[string]string) bool {
	return state["aof_rewrite_in_progress"] == "0" && state["aof_rewrite_scheduled"] == "0"
}

// waitFor polls what the server says of its files. Errors: it is not so in time, with what the server said last.
func (s *shop) waitFor(ctx context.Context, timeout time.Duration, isSo func(map[string]string) bool) (map[string]string, error) {
	for deadline := time.Now().Add(timeout); ; time.Sleep(pollEvery) {
		text, err := redis.String(ask(ctx, s.server, "INFO", "persistence"))
		if err != nil {
			return nil, err
		}
		state := map[string]string{}
		for _, line := range strings.Split(text, "\r\n") {
			if name, value, isField := strings.Cut(line, ":"); isField {
				state[name] = value
			}
		}
		if isSo(state) {
			return state, nil
		}
		if time.Now().After(deadline) {
			return state, fmt.Errorf("Redis is not done with its append-only file after %s: %v", timeout, state)
		}
	}
}
