package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"meshdrill/workloads/support/records"
	"meshdrill/workloads/support/servicetest"
)

// programs returns the folder of PostgreSQL's programs in Debian. The test is skipped if it does not exist.
func programs(t *testing.T) string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		t.Skip("no PostgreSQL on this machine. Next: apt-get install postgresql")
	}
	return found[len(found)-1]
}

// server is a real PostgreSQL with its own data folder, and the bank in front of it.
type server struct {
	t            *testing.T
	data, socket string
	process      *exec.Cmd
	bank         *bank
	http         *httptest.Server
}

// command runs one of these programs as the user of the package, because PostgreSQL refuses to run as root.
func command(t *testing.T, name string, args ...string) *exec.Cmd {
	made := exec.Command(filepath.Join(programs(t), name), args...)
	made.Dir, made.Env = "/", []string{"LC_ALL=C"}
	if id, isRoot := serverUser(t); isRoot {
		made.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(id), Gid: uint32(id)}}
	}
	return made
}

func serverUser(t *testing.T) (id int, isRoot bool) {
	if os.Geteuid() != 0 {
		return os.Geteuid(), false
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		t.Skip("PostgreSQL does not run as root, and there is no user postgres")
	}
	id, err = strconv.Atoi(found.Uid)
	if err != nil {
		t.Fatal(err)
	}
	return id, true
}

// template is an empty database. It is made once, because initdb takes seconds.
var template string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "meshdrill-postgres-")
	if err != nil {
		panic(err)
	}
	template = filepath.Join(folder, "template")
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// initialise makes an empty database.
func initialise(t *testing.T) *server {
	programs(t)
	giveToServer(t, filepath.Dir(template))
	if _, err := os.Stat(template); err != nil {
		runCommand(t, command(t, "initdb", "-D", template, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--data-checksums", "--no-sync"))
	}
	// The path of a socket must be short.
	folder, err := os.MkdirTemp("", "meshdrill-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	giveToServer(t, folder)
	s := &server{t: t, data: filepath.Join(folder, "data"), socket: folder}
	copyFolder(t, template, s.data)
	return s
}

func giveToServer(t *testing.T, folder string) {
	if id, isRoot := serverUser(t); isRoot {
		if err := os.Chown(folder, id, id); err != nil {
			t.Fatal(err)
		}
	}
}

func copyFolder(t *testing.T, from, to string) { runCommand(t, exec.Command("cp", "-a", from, to)) }

func runCommand(t *testing.T, made *exec.Cmd) {
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", made, err, out)
	}
}

// start starts the server, and waits until it answers or has ended.
func (s *server) start(settings ...string) error {
	args := []string{"-D", s.data, "-k", s.socket, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=1MB", "-c", "autovacuum=off", "-c", "max_wal_size=32MB", "-c", "min_wal_size=32MB"}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	var log bytes.Buffer
	s.process = command(s.t, "postgres", args...)
	s.process.Stderr = &log
	if err := s.process.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.process.Wait() }()
	s.t.Cleanup(s.kill)
	bank, err := newBank(s.socket, s.data)
	if err != nil {
		return err
	}
	s.bank = bank
	s.t.Cleanup(bank.pool.Close)
	deadline := time.Now().Add(30 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err := bank.Ready(ctx)
		cancel()
		if err == nil {
			break
		}
		select {
		case <-ended:
			return fmt.Errorf("the server ended: %s", log.String())
		default:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the server does not answer: %w: %s", err, log.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.http = httptest.NewServer(records.Routes(bank))
	s.t.Cleanup(s.http.Close)
	return nil
}

// kill stops the server like a crash of its container.
func (s *server) kill() {
	if s.process == nil || s.process.Process == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGQUIT)
	for range 500 {
		if s.process.Process.Signal(syscall.Signal(0)) != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = s.process.Process.Kill()
}

func (s *server) send(method, path, body string) (int, string) {
	s.t.Helper()
	return servicetest.Request(s.t, method, s.http.URL+path, body)
}
