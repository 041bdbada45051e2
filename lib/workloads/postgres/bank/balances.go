package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"meshdrill/workloads/support/records"
)

// Opening balance of each seeded account. Accounts that the load opens begin with 0.
const openingBalance = 1000

// invariants hold in every committed state. Each query returns a text for each violation.
var invariants = []string{
	`SELECT format('the balances sum up to %s, not to %s', held, due) FROM
		(SELECT (SELECT coalesce(sum(balance), 0) FROM accounts) AS held, (SELECT sum(seeded) * $1 FROM bank) AS due) sums
		WHERE held IS DISTINCT FROM due`,
	`SELECT format('account %s holds %s, its transfers give %s', slot, balance, due) FROM
		(SELECT slot, balance, CASE WHEN slot < (SELECT seeded FROM bank) THEN $1 ELSE 0 END + coalesce(moved, 0) AS due
			FROM accounts FULL JOIN (SELECT slot, sum(amount) AS moved FROM
				(SELECT slot, -amount AS amount FROM transfers UNION ALL SELECT partner, amount FROM transfers) sides
				GROUP BY slot) moves USING (slot)) compared
		WHERE balance IS DISTINCT FROM due LIMIT 20`,
	`SELECT format('account %s is of sequence %s, its newest transfer of %s', slot, sequence, newest) FROM
		(SELECT slot, accounts.sequence, coalesce(newest, slot + 0 * $1) AS newest FROM accounts
			LEFT JOIN (SELECT slot, max(sequence) AS newest FROM transfers GROUP BY slot) last USING (slot)) compared
		WHERE sequence <> newest LIMIT 20`,
}

// checkBalances compares the tables with each other. A state that mixes two moments breaks an invariant, though each page is valid.
func checkBalances(ctx context.Context, tx pgx.Tx, find func(records.Finding) error) error {
	for _, query := range invariants {
		var broken []string
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, query, int64(openingBalance))
			if err != nil {
				return err
			}
			broken, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		if err := findBroken(err, "accounts and transfers", find); err != nil {
			return fmt.Errorf("the balances could not be compared: %w", err)
		}
		for _, detail := range broken {
			if err := find(records.Finding{Kind: "torn", File: "accounts and transfers", Detail: detail}); err != nil {
				return err
			}
		}
	}
	return nil
}
