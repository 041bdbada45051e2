package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"

	"meshdrill/workloads/support/records"
)

const (
	appendOnlyFolder = "appendonlydir"
	flushTimeout     = 5 * time.Second
	// A rewrite may replace the files while they are copied.
	mostCopies = 5
	scanBatch  = 500
)

// List reads the sessions as a restart would bring them back: a second Redis loads a copy of the append-only file. Redis itself
// reads the file only when it starts. If the copy cannot be loaded, the sessions are those in memory.
func (s *shop) List(ctx context.Context, w io.Writer) error {
	return records.WriteListing(w, func(listing *records.Listing) error { return s.list(ctx, listing) })
}

func (s *shop) list(ctx context.Context, listing *records.Listing) error {
	// What was acknowledged may still be on its way to the file.
	state, err := s.waitFor(ctx, flushTimeout, func(state map[string]string) bool {
		return isNotRewriting(state) && state["aof_buffer_length"] == "0"
	})
	if err != nil {
		return err
	}
	if err := checkManifest(s.data, listing.By("manifest")); err != nil {
		return err
	}
	folder, err := s.copyFiles()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		finding := records.Finding{Kind: "lost", File: appendOnlyFolder, Detail: "cannot be read: " + err.Error()}
		return errors.Join(listing.By("copy")(finding), listSessions(ctx, s.server, listing))
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := checkSize(folder, state["aof_current_size"], listing.By("size")); err != nil {
		return err
	}
	loaded, end, problem := load(ctx, folder)
	if problem != nil {
		return errors.Join(listing.By("load")(*problem), listSessions(ctx, s.server, listing))
	}
	defer end()
	return listSessions(ctx, loaded, listing)
}

// checkSize compares the size of the files with the bytes that the server has written: the load only makes it grow.
func checkSize(folder, written string, find func(records.Finding) error) error {
	due, err := strconv.ParseInt(written, 10, 64)
	if err != nil {
		return fmt.Errorf("Redis says that its append-only file has %q bytes: %w", written, err)
	}
	files, err := filesOf(folder)
	if err != nil {
		return err
	}
	held := int64(0)
	for _, file := range files {
		if file.kind != manifest {
			held += file.size
		}
	}
	if held >= due {
		return nil
	}
	detail := fmt.Sprintf("the append-only file has %d bytes, Redis has written %d", held, due)
	return find(records.Finding{Kind: "truncated", File: appendOnlyFolder, Offset: held, Detail: detail})
}

// copyFiles copies the append-only file into a folder of its own, all of one rewrite.
func (s *shop) copyFiles() (string, error) {
	from := filepath.Join(s.data, appendOnlyFolder)
	for range mostCopies {
		folder, err := os.MkdirTemp("", "sessions-")
		if err != nil {
			return "", err
		}
		before, errBefore := filesOf(s.data)
		errCopy := os.CopyFS(filepath.Join(folder, appendOnlyFolder), os.DirFS(from))
		after, errAfter := filesOf(s.data)
		err = errors.Join(errBefore, errCopy, errAfter)
		if err == nil && sameNames(before, after) {
			return folder, nil
		}
		if err := errors.Join(err, os.RemoveAll(folder)); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("the append-only file was rewritten during each of %d copies", mostCopies)
}

func listSessions(ctx context.Context, server *redis.Pool, listing *records.Listing) error {
	// A scan may return a key twice.
	seen := map[string]bool{shopKey: true}
	for cursor := "0"; ; {
		reply, err := redis.Values(ask(ctx, server, "SCAN", cursor, "COUNT", scanBatch))
		if err != nil {
			return err
		}
		var found []string
		if _, err := redis.Scan(reply, &cursor, &found); err != nil {
			return err
		}
		keys := slices.DeleteFunc(found, func(key string) bool {
			isKnown := seen[key]
			seen[key] = true
			return isKnown
		})
		if err := addSessions(ctx, server, keys, listing); err != nil || cursor == "0" {
			return err
		}
	}
}

func addSessions(ctx context.Context, server *redis.Pool, keys []string, listing *records.Listing) error {
	if len(keys) == 0 {
		return nil
	}
	answers, err := redis.Values(with(ctx, server, func(connection redis.Conn) (any, error) {
		for _, key := range keys {
			if err := connection.Send("HGETALL", key); err != nil {
				return nil, err
			}
		}
		// All replies at once; a refusal is one of them.
		return redis.DoContext(connection, ctx, "")
	}))
	if err != nil {
		return err
	}
	for index, key := range keys {
		fields, err := redis.StringMap(answers[index], nil)
		if err := addSession(key, fields, err, listing); err != nil {
			return err
		}
	}
	return nil
}

// addSession makes a finding of a key that is no session. `refused` is why the server gave no fields.
func addSession(key string, fields map[string]string, refused error, listing *records.Listing) error {
	digits, isSession := strings.CutPrefix(key, sessionPrefix)
	slot, err := strconv.ParseUint(digits, 10, 32)
	if refused == nil && err == nil && isSession && keyOf(slot) == key && len(fields) == 3 {
		record, err := toRecord(slot, fields)
		if err == nil {
			return listing.Add(record, records.Place{File: key})
		}
	}
	return listing.By("sessions")(records.Finding{Kind: "phantom", File: key, Detail: "a key that is no session of the shop"})
}
