package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// A yardstick is what the same machine does without us: on SQLite a bare
// transaction of as many rows on the same driver, on PostgreSQL pgbench's
// simple-update on the same server.
type yardstick struct {
	engine string
	url    string // Of the database to measure.
	dir    string
	server *throwaway
}

// newYardstick measures the given database, or if it is "" one of its own.
func newYardstick(ctx context.Context, engine, given, dir string) (*yardstick, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	y := &yardstick{engine: engine, url: given, dir: dir}
	if engine == "sqlite" && given == "" {
		y.url = filepath.Join(dir, "bench.db")
	}
	if y.url != "" {
		return y, nil
	}
	var err error
	if y.server, err = startThrowaway(ctx, dir); err != nil {
		return nil, err
	}
	y.url = y.server.url
	return y, nil
}

func (y *yardstick) close() {
	if y.server != nil {
		y.server.stop()
	}
}

// measure returns the yardstick's name and how many transactions a second it
// does with so many callers.
func (y *yardstick) measure(ctx context.Context, callers, rows int, d time.Duration) (string, float64, error) {
	if y.engine == "sqlite" {
		n, err := y.bare(ctx, callers, rows, d)
		return fmt.Sprintf("bare tx of %d rows", rows), n, err
	}
	n, err := y.pgbench(ctx, callers, d)
	return "pgbench simple-update", n, err
}

// bare commits transactions of plain inserts, one a caller at a time, with the
// durability that the product has.
func (y *yardstick) bare(ctx context.Context, callers, rows int, d time.Duration) (float64, error) {
	path := filepath.Join(y.dir, fmt.Sprintf("bare-%d.db", callers))
	conn, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	conn.SetMaxOpenConns(1)
	if _, err := conn.ExecContext(ctx, `CREATE TABLE bare (id INTEGER PRIMARY KEY, k TEXT NOT NULL UNIQUE, body TEXT NOT NULL)`); err != nil {
		return 0, err
	}
	body := strings.Repeat("x", 160)
	counts := make([]int, callers)
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i := range callers {
		g.Go(func() error {
			for time.Since(began) < d {
				if err := bareOnce(ctx, conn, fmt.Sprintf("%d/%d", i, counts[i]), body, rows); err != nil {
					return err
				}
				counts[i]++
			}
			return nil
		})
	}
	err = g.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(began).Seconds(), err
}

func bareOnce(ctx context.Context, conn *sql.DB, key, body string, rows int) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for n := range rows {
		if _, err := tx.ExecContext(ctx, `INSERT INTO bare (k, body) VALUES ($1, $2)`, key+"/"+strconv.Itoa(n), body); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// A throwaway is a PostgreSQL server of the bench's own, with its durability
// on.
type throwaway struct {
	bin  string
	cmd  *exec.Cmd
	url  string
	host string
	port string
	as   *syscall.SysProcAttr
}

// startThrowaway makes a cluster below dir and starts its server on loopback.
func startThrowaway(ctx context.Context, dir string) (*throwaway, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return nil, errors.New("no PostgreSQL server here; install the package postgresql, or leave it out with --engines sqlite")
	}
	t := &throwaway{bin: filepath.Dir(found[len(found)-1]), host: "127.0.0.1", as: &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}}
	if err := t.unprivileged(dir); err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if out, err := t.command(ctx, "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, t.port, _ = net.SplitHostPort(address)
	t.cmd = t.command(context.WithoutCancel(ctx), "postgres", "-D", data, "-p", t.port, "-k", dir, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200")
	if err := t.cmd.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		if t.command(ctx, "pg_isready", "-h", t.host, "-p", t.port, "-U", "bench", "-d", "postgres").Run() == nil {
			t.url = t.database("postgres")
			return t, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.stop()
	return nil, errors.New("the throw-away PostgreSQL did not start")
}

// unprivileged makes root run the server as the user postgres, which is the
// only way it runs.
func (t *throwaway) unprivileged(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	t.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	return os.Chown(dir, uid, gid)
}

func (t *throwaway) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(t.bin, name), args...)
	c.SysProcAttr = t.as
	c.Dir = "/"
	return c
}

// database is the URL of one of the server's databases.
func (t *throwaway) database(name string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("bench"), Host: t.host + ":" + t.port, Path: "/" + name, RawQuery: "sslmode=disable"}).String()
}

func (t *throwaway) stop() {
	t.cmd.Process.Signal(syscall.SIGINT)
	t.cmd.Wait()
}

var tps = regexp.MustCompile(`tps = ([0-9.]+) \(without initial`)

// pgbench runs simple-update with so many clients: in a database of its own, or
// in its own tables of the database that was given.
func (y *yardstick) pgbench(ctx context.Context, clients int, d time.Duration) (float64, error) {
	run := func(name string, args ...string) *exec.Cmd { return exec.CommandContext(ctx, name, args...) }
	target := y.url
	if t := y.server; t != nil {
		run = func(name string, args ...string) *exec.Cmd { return t.command(ctx, name, args...) }
		name := fmt.Sprintf("pgbench_%d", clients)
		if out, err := run("createdb", "-h", t.host, "-p", t.port, "-U", "bench", name).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("createdb: %w: %s", err, out)
		}
		target = t.database(name)
	}
	if out, err := run("pgbench", "-q", "-i", "-s", "10", target).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("pgbench -i: %w: %s", err, out)
	}
	out, err := run("pgbench", "-b", "simple-update", "-c", strconv.Itoa(clients), "-j", "2",
		"-T", strconv.Itoa(int(d/time.Second)), target).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	m := tps.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("pgbench did not say how fast it was: %s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
