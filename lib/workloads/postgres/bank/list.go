package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"meshdrill/workloads/support/records"
)

// Number of pages that one statement reads. After an error they are read again one by one.
const pagesPerStatement = 64

// Name of the check that reads every row.
const readingCheck = "rows"

// List runs PostgreSQL's own checks, then checks the files, and reads every account. It reads all tables in one snapshot, so
// that the load may go on.
func (b *bank) List(ctx context.Context, w io.Writer) error {
	return records.WriteListing(w, func(listing *records.Listing) error { return b.list(ctx, listing) })
}

func (b *bank) list(ctx context.Context, listing *records.Listing) error {
	held, err := b.pagesInMemory(ctx, listing.By("pages in memory"))
	if err != nil {
		return explain(err)
	}
	steps := []func() error{
		// Writes the server's memory to the disk, so that both can be compared.
		func() error { return b.tryTo(ctx, "CHECKPOINT", listing.By("checkpoint")) },
		func() error { return checkPages(b.data, held, listing.By("pages on the disk")) },
		func() error { return b.checkFilesExist(ctx, listing.By("files")) },
		func() error { return b.checkLog(ctx, listing.By("write-ahead log")) },
		func() error { return b.checkStructure(ctx, listing.By("structure")) },
		func() error { return b.readTables(ctx, listing) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return explain(err)
		}
	}
	return nil
}

func (b *bank) readTables(ctx context.Context, listing *records.Listing) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, b.pool, options, func(tx pgx.Tx) error {
		if err := checkBalances(ctx, tx, listing.By("balances")); err != nil {
			return err
		}
		return readAccounts(ctx, tx, listing)
	})
}

// readAccounts reads the table page by page, in the order on the disk, so that one bad page does not hide the others.
func readAccounts(ctx context.Context, tx pgx.Tx, listing *records.Listing) error {
	var file string
	var pages uint32
	size := fmt.Sprintf("SELECT pg_relation_filepath('accounts'), pg_relation_size('accounts') / %d", pageBytes)
	if err := tx.QueryRow(ctx, size).Scan(&file, &pages); err != nil {
		return findBroken(err, "accounts", listing.By(readingCheck))
	}
	for first := uint32(0); first < pages; first += pagesPerStatement {
		found, err := accountsOf(ctx, tx, first, first+pagesPerStatement)
		if err == nil {
			err = addAccounts(listing, file, found)
		} else if isBroken(err) {
			err = readEachPage(ctx, tx, file, first, listing)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readEachPage(ctx context.Context, tx pgx.Tx, file string, first uint32, listing *records.Listing) error {
	for page := first; page < first+pagesPerStatement; page++ {
		found, err := accountsOf(ctx, tx, page, page+1)
		if err == nil {
			err = addAccounts(listing, file, found)
		} else if isBroken(err) {
			detail := fmt.Sprintf("page %d of the accounts cannot be read: %v", page, err)
			err = listing.By(readingCheck)(records.Finding{Kind: "lost", File: file, Offset: int64(page) * pageBytes, Detail: detail})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type account struct {
	place  pgtype.TID
	record records.Record
}

// accountsOf reads within a savepoint, because an unreadable page must not end the snapshot.
func accountsOf(ctx context.Context, tx pgx.Tx, from, below uint32) ([]account, error) {
	var found []account
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		query := fmt.Sprintf("SELECT ctid, slot, sequence, generation, payload FROM accounts WHERE ctid >= '(%d,0)' AND ctid < '(%d,0)'", from, below)
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (account, error) {
			var one account
			err := row.Scan(&one.place, &one.record.Slot, &one.record.Sequence, &one.record.Generation, &one.record.Payload)
			return one, err
		})
		return err
	})
	return found, err
}

func addAccounts(listing *records.Listing, file string, found []account) error {
	for _, one := range found {
		place := records.Place{File: file, Offset: int64(one.place.BlockNumber) * pageBytes}
		if err := listing.Add(one.record, place); err != nil {
			return err
		}
	}
	return nil
}

// tryTo executes a statement. If it fails because stored data is broken, that is a finding.
func (b *bank) tryTo(ctx context.Context, statement string, find func(records.Finding) error) error {
	_, err := b.pool.Exec(ctx, statement)
	return findBroken(err, statement, find)
}

// findBroken turns an error about broken stored data into a finding. It returns any other error.
func findBroken(err error, what string, find func(records.Finding) error) error {
	if err == nil || !isBroken(err) {
		return err
	}
	return find(records.Finding{Kind: "lost", File: what, Detail: err.Error()})
}

// isBroken returns true for errors about stored data, not about the connection or the client: corrupted data or indexes, a
// lost or unreadable file, or an invalid value in a broken row.
func isBroken(err error) bool {
	said := new(pgconn.PgError)
	if !errors.As(err, &said) {
		// A value that is outside its type's range, such as a negative number.
		scan := pgx.ScanArgError{}
		return errors.As(err, &scan)
	}
	for _, class := range []string{"XX", "58", "22", "54"} {
		if strings.HasPrefix(said.Code, class) {
			return true
		}
	}
	// A catalog without some of its rows: an undefined table, column or function. Also a file without permission.
	return strings.HasPrefix(said.Code, "42")
}
