package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"

	"meshdrill/workloads/support/records"
)

// How long a second Redis may take to load the copy.
const loadTimeout = 45 * time.Second

// load starts a second Redis on a copy of the append-only file, and resolves when it has loaded it. What it says when it cannot is
// a finding: unlike a server that shall come up again, it takes no file that was cut.
func load(ctx context.Context, folder string) (loaded *redis.Pool, end func(), problem *records.Finding) {
	socket := filepath.Join(folder, "redis.sock")
	server := exec.Command("redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "yes",
		"--aof-load-truncated", "no", "--auto-aof-rewrite-percentage", "0", "--appendfsync", "no")
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		return nil, nil, &records.Finding{Kind: "lost", File: appendOnlyFolder, Detail: "could not be loaded: " + err.Error()}
	}
	ended := make(chan struct{})
	go func() {
		_ = server.Wait()
		close(ended)
	}()
	loaded = poolOf(socket)
	stop := func() {
		_ = loaded.Close()
		_ = server.Process.Kill()
		<-ended
	}
	for deadline := time.Now().Add(loadTimeout); time.Now().Before(deadline); time.Sleep(pollEvery) {
		select {
		case <-ended:
			_ = loaded.Close()
			return nil, nil, explain(ctx, folder, log.String())
		default:
		}
		if _, err := ask(ctx, loaded, "PING"); err == nil {
			return loaded, stop, nil
		}
	}
	stop()
	return nil, nil, &records.Finding{Kind: "lost", File: appendOnlyFolder, Detail: fmt.Sprintf("could not be loaded within %s: %s", loadTimeout, lastLine(log.String()))}
}

// brokenAt matches what redis-check-aof says of a file that it cannot read to its end.
var brokenAt = regexp.MustCompile(`filename=(\S+), size=\d+, ok_up_to=(\d+)`)

// explain asks redis-check-aof where the file is broken, which the server does not say.
func explain(ctx context.Context, folder, log string) *records.Finding {
	found := records.Finding{Kind: "flipped", File: appendOnlyFolder, Detail: "Redis cannot load it: " + lastLine(log)}
	if strings.Contains(log, "Unexpected end of file") {
		found.Kind = "truncated"
	}
	if strings.Contains(log, "doesn't exist") {
		found.Kind = "lost"
	}
	manifests, err := filepath.Glob(filepath.Join(folder, appendOnlyFolder, "*.manifest"))
	if err != nil || len(manifests) == 0 {
		return &found
	}
	// It fails where it finds something wrong.
	said, _ := exec.CommandContext(ctx, "redis-check-aof", manifests[0]).CombinedOutput()
	if all := brokenAt.FindAllStringSubmatch(string(said), -1); len(all) > 0 {
		last := all[len(all)-1]
		found.File = filepath.Join(appendOnlyFolder, filepath.Base(last[1]))
		found.Offset, _ = strconv.ParseInt(last[2], 10, 64)
	}
	return &found
}

func lastLine(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return lines[len(lines)-1]
}
