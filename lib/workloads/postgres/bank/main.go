// Bank is an HTTP service in front of PostgreSQL, and the commands that damage the database's volume.
//
//	bank serve --socket DIR --data DIR [--listen :8080]   the service; support/records has its requests
//	bank corrupt --data DIR --seed N --objects K --kind KIND
//	bank fill --dir DIR --most BYTES                      fills the volume to its last byte
//	bank fill --dir DIR --undo
//
// Each write is one transaction: it replaces a record, moves money between two accounts and records the transfer. It is
// answered after COMMIT.
//
// Kinds of corruption of K objects of the tables and indexes: flip (one byte of a page), zero (512 bytes to 64 KiB), truncate
// (a file), misdirect (a page replaces another), delete (a file, or the newest segment of the write-ahead log), permissions
// (the server cannot open a file). Corruption of all files: encrypt (and leave a ransom note). Each change is a JSON line with
// the content before and after. The last line has totals.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

func main() {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bank:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no command. Commands: serve, corrupt, fill")
	}
	command := args[0]
	flags := flag.NewFlagSet("bank "+command, flag.ContinueOnError)
	data := flags.String("data", "/data/pgdata", "data folder of PostgreSQL")
	socket := flags.String("socket", "/run/postgresql", "folder of the server's socket")
	listen := flags.String("listen", ":8080", "address to listen on")
	dir := flags.String("dir", "/data", "folder to fill")
	seed := flags.Uint64("seed", 0, "seed of all random choices")
	objects := flags.Int("objects", 1, "number of objects to damage")
	kind := flags.String("kind", "flip", "kind of damage")
	most := flags.Int64("most", 2<<30, "maximum number of bytes to write; a volume that is not full then is left unchanged")
	undo := flags.Bool("undo", false, "remove the file that fills the volume")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	switch command {
	case "serve":
		bank, err := openBank(*socket, *data)
		if err != nil {
			return err
		}
		return records.Serve(records.Routes(bank), "the bank", *listen)
	case "corrupt":
		return corrupt(os.Stdout, *data, *kind, *seed, *objects)
	case "fill":
		if *undo {
			return volumes.Empty(os.Stdout, *dir)
		}
		return volumes.Fill(os.Stdout, volumes.Filling{Dir: *dir, Most: *most, Undo: "bank fill --dir " + *dir + " --undo"})
	}
	return fmt.Errorf("unknown command %q. Commands: serve, corrupt, fill", command)
}
