package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"meshdrill/workloads/support/records"
)

// checkFilesExist looks for the file of each table and index by name, because the server may keep a deleted file open.
func (b *bank) checkFilesExist(ctx context.Context, find func(records.Finding) error) error {
	rows, err := b.pool.Query(ctx, "SELECT relname, pg_relation_filepath(oid) FROM pg_class WHERE pg_relation_filepath(oid) IS NOT NULL AND relpersistence = 'p'")
	if err != nil {
		return findBroken(err, "pg_class", find)
	}
	type relation struct{ Name, Path string }
	relations, err := pgx.CollectRows(rows, pgx.RowToStructByPos[relation])
	if err != nil {
		return findBroken(err, "pg_class", find)
	}
	for _, one := range relations {
		_, err := os.Stat(filepath.Join(b.data, one.Path))
		if errors.Is(err, fs.ErrNotExist) {
			err = find(records.Finding{Kind: "lost", File: one.Path, Detail: fmt.Sprintf("the file of %q is not there", one.Name)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkLog reads the part of the write-ahead log that a recovery would need now, and verifies its checksums.
func (b *bank) checkLog(ctx context.Context, find func(records.Finding) error) error {
	const read = `SELECT coalesce((
		SELECT count(*) FROM pg_control_checkpoint() c, LATERAL pg_get_wal_records_info(c.redo_lsn, pg_current_wal_flush_lsn())
		WHERE c.redo_lsn < pg_current_wal_flush_lsn()), 0)`
	return b.tryToCheck(ctx, read, "pg_wal", find)
}

func (b *bank) tryToCheck(ctx context.Context, query, what string, find func(records.Finding) error) error {
	_, err := b.pool.Exec(ctx, query)
	return findBroken(err, what, find)
}

// checkStructure runs the checks of pg_amcheck --heapallindexed: every table of the database, including system catalogs, and
// every B-tree index with all rows that it must contain.
func (b *bank) checkStructure(ctx context.Context, find func(records.Finding) error) error {
	const relations = `SELECT c.oid, coalesce(pg_relation_filepath(c.oid), c.relname), c.relkind = 'i'
		FROM pg_class c JOIN pg_am a ON a.oid = c.relam
		WHERE c.relpersistence = 'p' AND (c.relkind IN ('r', 'm', 't') OR (c.relkind = 'i' AND a.amname = 'btree'))`
	rows, err := b.pool.Query(ctx, relations)
	if err != nil {
		return findBroken(err, "pg_class", find)
	}
	type relation struct {
		ID      uint32
		Path    string
		IsIndex bool
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[relation])
	if err != nil {
		return findBroken(err, "pg_class", find)
	}
	for _, one := range found {
		if one.IsIndex {
			err = b.tryToCheck(ctx, fmt.Sprintf("SELECT bt_index_check(%d, heapallindexed => true)", one.ID), one.Path, find)
		} else {
			err = b.checkHeap(ctx, one.ID, one.Path, find)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bank) checkHeap(ctx context.Context, id uint32, path string, find func(records.Finding) error) error {
	type corruption struct {
		Page    int64
		Message string
	}
	rows, err := b.pool.Query(ctx, fmt.Sprintf("SELECT blkno, msg FROM verify_heapam(%d, check_toast => true) LIMIT 100", id))
	if err != nil {
		return findBroken(err, path, find)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[corruption])
	if err != nil {
		return findBroken(err, path, find)
	}
	for _, one := range found {
		if err := find(records.Finding{Kind: "torn", File: path, Offset: one.Page * pageBytes, Detail: one.Message}); err != nil {
			return err
		}
	}
	return nil
}
