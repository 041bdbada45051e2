// Ledger is a small durable record store for drills: an HTTP service over fixed 4096-byte records in plain files. It
// acknowledges a write only when it is on the disk.
//
// Slot s is stored in segment-%05d (1024 slots per file) at offset (s%1024)*4096. See type record for the layout of a record,
// and volumes.FillRandom for the content of seeded records.
//
//	PUT  /records/{slot}?sequence=&generation=   body is the payload (1 to 4032 bytes). 200: durable. 409: a higher sequence is
//	                                             stored. 400, 413: bad input. 507: disk or quota full. 500: I/O error, lost file,
//	                                             or a corrupt record in the slot, which is not overwritten.
//	GET  /records/{slot}                         reads from the disk. 200: payload, X-Sequence and X-Generation. 404: empty.
//	                                             500: the record is invalid, misplaced or unreadable, or its file is lost.
//	POST /seed?bytes=&seed=                      fills slots 0..n-1, sequence = slot, generation 1: {"records": n}.
//	                                             Idempotent. 409: the volume has another seed.
//	GET  /records                                every slot up to the end of the last file, one JSON array per line:
//	                                             [slot, sequence, generation, place, hash, state, file, offset, block?].
//	                                             hash: first 16 bytes of the payload's SHA-256 in hex. block: base64 of corrupt
//	                                             blocks (at most 1024, and 24 in a row), or the reason of unreadable ones.
//	                                             Last line: {"slots", "records", "others", "sha256"}, or {"error"}. others:
//	                                             files that the ledger did not create. sha256: of all lines before. A stream
//	                                             without the last line is incomplete.
//	GET  /digest                                 {"sha256"} over all records.
//	GET  /verify                                 the service's own findings: {"records", "corrupt", "findings"}.
//	GET  /healthz, GET /readyz                   the process runs; the data directory can be read.
//
// Commands:
//
//	ledger [serve] [--dir /data] [--listen :8080]
//	ledger corrupt --dir /data --seed N --records K [--kind KIND] [--volume-seed N] [--all]
//	ledger fill --dir /data --leave BYTES --most BYTES
//	ledger fill --dir /data --undo
//
// Kinds of corruption of K records: flip (one byte), zero (512 bytes to 64 KiB), stale (an overwritten record gets its seeded
// content again), misdirect (the record of another slot). Of K files: truncate. Of K files or all: delete, permissions (the
// service cannot open the file), encrypt (and leave a ransom note). Each change is a JSON line with the content before and
// after. The last line has totals. If there are too few records or files, nothing is changed.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

func main() {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ledger:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	command := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("ledger "+command, flag.ContinueOnError)
	dir := flags.String("dir", "/data", "directory of the records")
	switch command {
	case "serve":
		listen := flags.String("listen", ":8080", "address to listen on")
		if err := parseAll(flags, args); err != nil {
			return err
		}
		return serve(*dir, *listen)
	case "corrupt":
		order := corruption{}
		flags.Uint64Var(&order.seed, "seed", 0, "seed of all random choices")
		flags.IntVar(&order.records, "records", 1, "number of seeded records to change, or of files for truncate, delete, permissions and encrypt")
		flags.StringVar(&order.kind, "kind", "flip", "flip, zero, truncate, stale, misdirect, delete, permissions or encrypt")
		flags.BoolVar(&order.all, "all", false, "all files, for delete, permissions and encrypt")
		flags.Uint64Var(&order.volumeSeed, "volume-seed", 0, "for stale: seed of the volume (default: the seed)")
		if err := parseAll(flags, args); err != nil {
			return err
		}
		order.dir = *dir
		if !isSet(flags, "volume-seed") {
			order.volumeSeed = order.seed
		}
		return corrupt(os.Stdout, order)
	case "fill":
		leave := flags.Int64("leave", 0, "number of bytes to leave free; 0 fills the volume")
		most := flags.Int64("most", 1<<30, "maximum number of bytes to write; a volume that is not full then is left unchanged")
		undo := flags.Bool("undo", false, "remove the file that fills the volume")
		if err := parseAll(flags, args); err != nil {
			return err
		}
		if *undo {
			return volumes.Empty(os.Stdout, *dir)
		}
		return volumes.Fill(os.Stdout, volumes.Filling{Dir: *dir, Leave: *leave, Most: *most, Undo: "ledger fill --dir " + *dir + " --undo"})
	}
	return fmt.Errorf("unknown command %q. Commands: serve, corrupt, fill", command)
}

func isSet(flags *flag.FlagSet, name string) bool {
	set := false
	flags.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

func parseAll(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return nil
}

func serve(dir, listen string) error {
	store, err := openStore(dir)
	if err != nil {
		return err
	}
	return records.Serve(store.routes(), dir, listen)
}
