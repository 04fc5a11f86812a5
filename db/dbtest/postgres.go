package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// supervise runs a server until its own standard input ends, which is when the
// test process ends, however it ends. Then it stops the server and removes its
// folder. $1 is the folder of the server's programs, $2 the server's folder,
// $3 whether it is to write to disk what it promises.
const supervise = `
trap '' INT TERM HUP
cd "$2" || exit 1
"$1/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions || exit 1
"$1/postgres" -D data -k "$2" -c listen_addresses= -c fsync="$3" -c synchronous_commit="$3" \
	-c full_page_writes="$3" -c max_connections=200 -c shared_buffers=32MB -c autovacuum=off \
	-c max_wal_size=256MB -c checkpoint_timeout=1h &
read -r _
kill -QUIT $!
wait $!
cd / && rm -rf "$2"
`

const (
	template = "citywalk_empty"
	patience = 60 * time.Second // How long a server may take to start on a busy machine.
)

var errNoPostgres = errors.New("PostgreSQL is not installed: apt-get install postgresql, or leave these tests out with CITYWALK_TEST_SKIP=postgres")

// A server is the throw-away PostgreSQL of this test process.
type server struct {
	dir  string
	life io.Closer // Held open and never closed: the end of the process does that.

	mu    sync.Mutex // Guards admin.
	admin *pgx.Conn
	count int
}

var theServer = sync.OnceValues(startServer)

func postgresURL(t testing.TB, from string) string {
	t.Helper()
	Skip(t, "postgres")
	s, err := theServer()
	if err != nil {
		t.Fatalf("start a throw-away PostgreSQL: %v", err)
	}
	name, err := s.create(from)
	if err != nil {
		t.Fatalf("make an empty PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return s.url(name)
}

func startServer() (*server, error) {
	bin, err := Programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "citywalk-pg-")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	fsync := "off"
	if os.Getenv("CITYWALK_TEST_FSYNC") != "" {
		fsync = "on"
	}
	cmd := exec.Command("/bin/sh", "-c", supervise, "sh", bin, dir, fsync)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=" + dir}
	// Its own process group, so that an interrupt at the terminal reaches only
	// the tests and the server goes when they are gone.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		if cmd.SysProcAttr.Credential, err = unprivileged(dir); err != nil {
			return nil, err
		}
	}
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	gone := make(chan struct{})
	go func() { cmd.Wait(); close(gone) }()
	s := &server{dir: dir, life: life}
	if err := s.await(gone); err != nil {
		said, _ := os.ReadFile(log.Name())
		life.Close()
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, said), os.RemoveAll(dir))
	}
	if err := s.exec("CREATE DATABASE " + template); err != nil {
		return nil, err
	}
	return s, migrate(s.url(template))
}

// Programs returns the folder of the newest PostgreSQL server installed.
func Programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	version := func(i int) int {
		n, _ := strconv.Atoi(strings.Split(found[i], "/")[4])
		return n
	}
	sort.Slice(found, func(i, j int) bool { return version(i) > version(j) })
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errNoPostgres
}

// unprivileged gives dir to the user postgres, since the server refuses to run
// as root.
func unprivileged(dir string) (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errNoPostgres
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func (s *server) url(database string) string {
	q := url.Values{"host": {s.dir}, "user": {"postgres"}}
	return "postgres:///" + database + "?" + q.Encode()
}

// await connects as soon as the server answers, unless it is gone.
func (s *server) await(gone <-chan struct{}) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		if s.admin, err = pgx.Connect(ctx, s.url("postgres")); err == nil {
			return nil
		}
		select {
		case <-gone:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// create clones a database.
func (s *server) create(from string) (string, error) {
	s.mu.Lock()
	s.count++
	name := "test" + strconv.Itoa(s.count)
	s.mu.Unlock()
	return name, s.exec("CREATE DATABASE " + name + " TEMPLATE " + from)
}

func (s *server) exec(sql string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.admin.Exec(context.Background(), sql)
	return err
}
