// Bank is an HTTP service in front of PostgreSQL, and the commands that damage the database's volume: see support/database.
//
// Each write is one transaction: it replaces a record, moves money between two accounts and records the transfer. It is
// answered after COMMIT.
package main

import "meshdrill/workloads/support/database"

func main() {
	database.Program{
		Name: "bank", Serves: "the bank",
		Data: "/data/pgdata", Socket: "/run/postgresql",
		Open: openBank, Damages: damages,
	}.Run()
}
