// Volume works on a volume of plain files while a service serves them.
//
//	volume seed --dir DIR --seed N --bytes B     fills an empty folder with at least B bytes of files: {"files": n}
//	volume attributes --dir DIR --seed N         makes DIR, a tree with every attribute of files: {"entries": n, "missing": {}}
//	volume tree --dir DIR [--workers N]          every entry below a folder with its attributes, and a hash of each 64 KiB
//	volume corrupt --dir DIR --seed N --files K --kind KIND
//	volume fill --dir DIR --most BYTES           fills the volume to its last byte
//	volume fill --dir DIR --undo
//	volume wait                                  waits until it is stopped, so that the other commands can be run in its pod
//
// Kinds of corruption of K files: flip (one byte), zero (512 bytes to 64 KiB), truncate, stale (an overwritten file gets its
// seeded content again), misdirect (the content of another file), delete, permissions (the service cannot open the file).
// Corruption of all files: encrypt (and leave a ransom note). Each change is a JSON line with the content before and after.
// The last line has totals.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"meshdrill/workloads/support/volumes"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "volume:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no command. Commands: seed, attributes, tree, corrupt, fill, wait")
	}
	command := args[0]
	flags := flag.NewFlagSet("volume "+command, flag.ContinueOnError)
	dir := flags.String("dir", "/data", "folder of the files")
	seed := flags.Uint64("seed", 0, "seed of all content and all random choices")
	bytes := flags.Int64("bytes", 0, "minimum number of bytes to write")
	workers := flags.Int("workers", defaultWorkers(), "number of parallel workers")
	files := flags.Int("files", 1, "number of files to damage")
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
	case "seed":
		return seedFiles(os.Stdout, *dir, *seed, *bytes)
	case "attributes":
		return makeAttributes(os.Stdout, *dir, *seed)
	case "tree":
		return listTree(os.Stdout, *dir, *workers)
	case "corrupt":
		return corrupt(os.Stdout, *dir, *kind, *seed, *files)
	case "fill":
		if *undo {
			return volumes.Empty(os.Stdout, *dir)
		}
		return volumes.Fill(os.Stdout, volumes.Filling{Dir: *dir, Most: *most, Undo: "volume fill --dir " + *dir + " --undo"})
	case "wait":
		stopped := make(chan os.Signal, 1)
		signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT)
		<-stopped
		return nil
	}
	return fmt.Errorf("unknown command %q. Commands: seed, attributes, tree, corrupt, fill, wait", command)
}
