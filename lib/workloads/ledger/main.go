// Ledger is a small durable record store to be lost and got back: an HTTP service over fixed 4096-byte records in plain
// files, which acknowledges a write only when it is on the disk.
//
// Slot s lives in segment-%05d (1024 slots a file) at offset (s%1024)*4096; the layout of a record is at type record, the
// content of seeded records at volumes.FillRandom.
//
//	PUT  /records/{slot}?sequence=&generation=   body is the payload (1 to 4032 bytes). 200 only when durable. 409 where a
//	                                             higher sequence is stored, 400 and 413 bad input, 507 disk or quota full, 500
//	                                             I/O error, a file that is gone, or a corrupt record in the slot, which
//	                                             is not overwritten.
//	GET  /records/{slot}                         from the disk: 200 with payload, X-Sequence and X-Generation; 404 empty;
//	                                             500 with the reason where the record does not verify, belongs elsewhere or
//	                                             cannot be read, or its file is gone.
//	POST /seed?bytes=&seed=                      fills slots 0..n-1, sequence = slot, generation 1: {"records": n}.
//	                                             Idempotent; 409 where the volume holds another seed.
//	GET  /records                                every slot up to the end of the last file, a JSON array a line:
//	                                             [slot, sequence, generation, place, hash, state, file, offset, block?],
//	                                             hash: first 16 bytes of the payload's SHA-256 in hex; block: base64, for
//	                                             corrupt ones (1024 at most, 24 in a row), the reason for unreadable ones.
//	                                             Last line {"slots", "records", "others", "sha256"} (others: files that are
//	                                             none of the ledger's; sha256: of all lines before) or {"error"}; a stream
//	                                             without it was cut.
//	GET  /digest                                 {"sha256"} over all records.
//	GET  /verify                                 the service's own findings: {"records", "corrupt", "findings"}.
//	GET  /healthz, GET /readyz                   the process lives; the data directory can be read.
//
// Commands:
//
//	ledger [serve] [--dir /data] [--listen :8080]
//	ledger corrupt --dir /data --seed N --records K [--kind KIND] [--volume-seed N] [--all]
//	ledger fill --dir /data --leave BYTES --most BYTES
//	ledger fill --dir /data --undo
//
// Kinds of corruption, of K records: flip (one byte), zero (512 bytes to 64 KiB), stale (the seeded record that was written
// over, back in its place), misdirect (the record of another slot); of K files, or all: delete, permissions (the service
// cannot open it), encrypt (a ransom note beside them); of K files: truncate. Each change is a JSON line with what was there
// before and after; a last line sums up. Where the choice cannot be made, nothing is changed.
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
		flags.Uint64Var(&order.seed, "seed", 0, "what the choice of records and bytes is drawn from")
		flags.IntVar(&order.records, "records", 1, "how many seeded records to change; files, for truncate, delete, permissions and encrypt")
		flags.StringVar(&order.kind, "kind", "flip", "flip, zero, truncate, stale, misdirect, delete, permissions or encrypt")
		flags.BoolVar(&order.all, "all", false, "all files, for delete, permissions and encrypt")
		flags.Uint64Var(&order.volumeSeed, "volume-seed", 0, "for stale: what the volume was seeded with (default: the seed)")
		if err := parseAll(flags, args); err != nil {
			return err
		}
		order.dir = *dir
		if !isSet(flags, "volume-seed") {
			order.volumeSeed = order.seed
		}
		return corrupt(os.Stdout, order)
	case "fill":
		leave := flags.Int64("leave", 0, "how many bytes to leave free; 0 fills until nothing fits")
		most := flags.Int64("most", 1<<30, "how many bytes to write at most: a volume that is not full then is left as it was")
		undo := flags.Bool("undo", false, "take away what was filled in")
		if err := parseAll(flags, args); err != nil {
			return err
		}
		if *undo {
			return volumes.Empty(os.Stdout, *dir)
		}
		return volumes.Fill(os.Stdout, volumes.Filling{Dir: *dir, Leave: *leave, Most: *most, Undo: "ledger fill --dir " + *dir + " --undo"})
	}
	return fmt.Errorf("unknown command %q; there are serve, corrupt and fill", command)
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
