package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

const (
	// Four records fill one page of 8 KiB.
	seededPayloadBytes = 1960
	bytesPerRecord     = 2048

	maxConnections = 12
	connectTimeout = time.Second

	diskFull = "53100"
)

//go:embed schema.sql
var schema string

// bank stores records in PostgreSQL. It also reads the server's data folder directly, to check pages.
type bank struct {
	pool *pgxpool.Pool
	data string
}

func openBank(socket, data string) (records.Store, error) { return newBank(socket, data) }

func newBank(socket, data string) (*bank, error) {
	config, err := pgxpool.ParseConfig("user=postgres dbname=postgres host=" + socket)
	if err != nil {
		return nil, err
	}
	config.MaxConns = maxConnections
	config.ConnConfig.ConnectTimeout = connectTimeout
	// A crashed server leaves connections that look open. Ping each connection before a request uses it.
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return true }
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	return &bank{pool, data}, err
}

func (b *bank) Ready(ctx context.Context) error {
	_, err := b.pool.Exec(ctx, "SELECT 1")
	return explain(err)
}

func (b *bank) Put(ctx context.Context, r records.Record) error {
	var written bool
	err := b.pool.QueryRow(ctx, "SELECT write_record($1, $2, $3, $4)", r.Slot, r.Sequence, r.Generation, r.Payload).Scan(&written)
	if err == nil && !written {
		err = fmt.Errorf("%w: slot %d holds sequence %d or a higher one", records.ErrConflict, r.Slot, r.Sequence)
	}
	return explain(err)
}

func (b *bank) Get(ctx context.Context, slot uint64) (records.Record, bool, error) {
	found := records.Record{Slot: slot}
	err := b.pool.QueryRow(ctx, "SELECT sequence, generation, payload FROM accounts WHERE slot = $1", slot).
		Scan(&found.Sequence, &found.Generation, &found.Payload)
	if errors.Is(err, pgx.ErrNoRows) {
		return found, false, nil
	}
	return found, true, explain(err)
}

// Seed creates and fills the tables in one transaction, so that they exist completely or not at all.
func (b *bank) Seed(ctx context.Context, bytes, seed uint64) (uint64, error) {
	count := (bytes + bytesPerRecord - 1) / bytesPerRecord
	err := pgx.BeginFunc(ctx, b.pool, func(tx pgx.Tx) error {
		var isSeeded bool
		if err := tx.QueryRow(ctx, "SELECT to_regclass('bank') IS NOT NULL").Scan(&isSeeded); err != nil || isSeeded {
			return errors.Join(err, seededAlike(ctx, tx, count, seed))
		}
		if _, err := tx.Exec(ctx, schema); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO bank VALUES ($1, $2)", seed, count); err != nil {
			return err
		}
		next, payload := uint64(0), make([]byte, seededPayloadBytes)
		rows := pgx.CopyFromFunc(func() ([]any, error) {
			if next == count {
				return nil, nil
			}
			slot := next
			next++
			volumes.FillRandom(payload, seed, slot)
			return []any{slot, slot, 1, openingBalance, payload}, nil
		})
		columns := []string{"slot", "sequence", "generation", "balance", "payload"}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"accounts"}, columns, rows)
		return err
	})
	if err != nil {
		return 0, explain(err)
	}
	// A used database has statistics. After the checkpoint, all pages are on the disk.
	for _, statement := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
		if _, err := b.pool.Exec(ctx, statement); err != nil {
			return 0, explain(err)
		}
	}
	return count, nil
}

func seededAlike(ctx context.Context, tx pgx.Tx, count, seed uint64) error {
	var heldSeed, heldCount uint64
	if err := tx.QueryRow(ctx, "SELECT seed, seeded FROM bank").Scan(&heldSeed, &heldCount); err != nil {
		return err
	}
	if heldSeed != seed || heldCount != count {
		return fmt.Errorf("%w: the bank holds %d records of seed %d, requested were %d of seed %d", records.ErrConflict, heldCount, heldSeed, count, seed)
	}
	return nil
}

// explain translates an error of PostgreSQL for a client.
func explain(err error) error {
	if refused := new(pgconn.PgError); errors.As(err, &refused) && refused.Code == diskFull {
		return fmt.Errorf("%w: %w", records.ErrFull, err)
	}
	return err
}
