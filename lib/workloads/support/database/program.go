// Package database is the command line of a service in front of a database, and how the database's files are damaged.
//
//	NAME serve --socket PATH --data DIR [--listen :8080]     the service; support/records has its requests
//	NAME corrupt --data DIR --seed N --objects K --kind KIND
//	NAME fill --dir DIR --most BYTES                         fills the volume to its last byte
//	NAME fill --dir DIR --undo
//
// Kinds of corruption are those of Damages. Each change is a JSON line with what was there before and after; a last line sums up.
package database

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/volumes"
)

// Program is the service of one database.
type Program struct {
	Name string
	// What it serves, for its log.
	Serves string
	// Where the database has its files, and its socket or the folder of it.
	Data, Socket string
	Open         func(socket, data string) (records.Store, error)
	Damages      func(data string, random *rand.Rand) (Damages, error)
}

// Run executes the command of the process, and ends it if that fails.
func (p Program) Run() {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)
	if err := p.run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Name, err)
		os.Exit(1)
	}
}

func (p Program) run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no command; there are serve, corrupt and fill")
	}
	command := args[0]
	flags := flag.NewFlagSet(p.Name+" "+command, flag.ContinueOnError)
	data := flags.String("data", p.Data, "folder of the database")
	socket := flags.String("socket", p.Socket, "the server's socket")
	listen := flags.String("listen", ":8080", "address to listen on")
	dir := flags.String("dir", "/data", "folder to fill")
	seed := flags.Uint64("seed", 0, "seed of all random choices")
	objects := flags.Int("objects", 1, "how many objects to damage")
	kind := flags.String("kind", "flip", "how they are damaged")
	most := flags.Int64("most", 2<<30, "how many bytes to write at most: a volume that is not full then is left as it was")
	undo := flags.Bool("undo", false, "removes what was filled in")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	switch command {
	case "serve":
		store, err := p.Open(*socket, *data)
		if err != nil {
			return err
		}
		return records.Serve(records.Routes(store), p.Serves, *listen)
	case "corrupt":
		damages, err := p.Damages(*data, rand.New(rand.NewPCG(*seed, 0)))
		if err != nil {
			return err
		}
		return damages.strike(os.Stdout, *data, *kind, *objects)
	case "fill":
		if *undo {
			return volumes.Empty(os.Stdout, *dir)
		}
		return volumes.Fill(os.Stdout, volumes.Filling{Dir: *dir, Most: *most, Undo: p.Name + " fill --dir " + *dir + " --undo"})
	}
	return fmt.Errorf("unknown command %q; there are serve, corrupt and fill", command)
}
