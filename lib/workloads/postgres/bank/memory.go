package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"meshdrill/workloads/support/records"
)

// heldPages holds the log sequence numbers of a file's pages in the server's memory. After a checkpoint, those on the disk must
// be equal or higher.
type heldPages map[string][]uint64

// pagesInMemory asks the server for each page of the bank's tables and indexes. The server loads pages that are not in memory.
func (b *bank) pagesInMemory(ctx context.Context, find func(records.Finding) error) (heldPages, error) {
	const relations = `SELECT oid, pg_relation_filepath(oid) FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`
	held := heldPages{}
	rows, err := b.pool.Query(ctx, relations)
	if err != nil {
		return held, findBroken(err, "pg_class", find)
	}
	type relation struct {
		ID   uint32
		Path string
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[relation])
	if err != nil {
		return held, findBroken(err, "pg_class", find)
	}
	for _, one := range found {
		query := fmt.Sprintf(`SELECT (lsn - '0/0'::pg_lsn)::bigint FROM generate_series(0, pg_relation_size(%[1]d) / %[2]d - 1) page,
			LATERAL page_header(get_raw_page(%[1]d::regclass::text, page)) ORDER BY page`, one.ID, pageBytes)
		rows, err := b.pool.Query(ctx, query)
		if err != nil {
			return held, findBroken(err, one.Path, find)
		}
		if held[one.Path], err = pgx.CollectRows(rows, pgx.RowTo[uint64]); err != nil {
			if err := findBroken(err, one.Path, find); err != nil {
				return held, err
			}
		}
	}
	return held, nil
}

// isOlder returns true if the page on the disk is older than in the server's memory.
func (h heldPages) isOlder(name string, number uint32, lsn uint64) bool {
	pages := h[name]
	return int(number) < len(pages) && lsn < pages[number]
}
