package proof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citywalk/db/dbtest"
)

// A machine is a computer with a PostgreSQL server: a network namespace, so
// that its cables can be pulled. Where none can be made the server is stopped
// instead of being cut off, and the test says so.
type machine struct {
	t       testing.TB
	dir     string
	space   string // Its network namespace; "" if there is none.
	address string // As the nodes reach it.
	port    string
	cables  []string // Its ends of them.
	bin     string   // Where the server's programs are.
	log     *record
	server  *exec.Cmd
	gone    chan struct{} // Closed when the server has ended.
}

// numbers tells apart what needs a name of its own on this computer.
var numbers atomic.Int64

// newMachine makes a machine without a server.
func newMachine(t testing.TB) *machine {
	t.Helper()
	dbtest.Skip(t, "postgres")
	dbtest.Skip(t, "root")
	m := &machine{t: t, log: new(record)}
	var err error
	if m.bin, err = dbtest.Programs(); err != nil {
		t.Fatal(err)
	}
	if m.dir, err = os.MkdirTemp("", "citywalk-machine-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(m.dir) })
	m.run("chown", "postgres", m.dir)
	space := fmt.Sprintf("citywalk%d-%d", os.Getpid(), numbers.Add(1))
	if out, err := exec.Command("ip", "netns", "add", space).CombinedOutput(); err != nil {
		t.Logf("no network namespaces here (%v %s): servers are stopped instead of being cut off", err, out)
		m.address, m.port, _ = net.SplitHostPort(FreeAddress(t))
		return m
	}
	t.Cleanup(func() { m.run("ip", "netns", "del", space) })
	m.space, m.port = space, "5432"
	m.address = m.cable(nil)
	return m
}

// cable connects the machine with another, or with this computer, and returns
// its address there. The addresses are those that are set apart for tests of
// networks.
func (m *machine) cable(other *machine) string {
	m.t.Helper()
	n := numbers.Add(1)
	end := func(side int) string { return fmt.Sprintf("cw%d-%d%c", os.Getpid()%100_000, n, 'a'+side) }
	address := func(side int) string { return fmt.Sprintf("198.18.%d.%d", os.Getpid()%256, 4*(n%64)+int64(side)+1) }
	m.run("ip", "link", "add", end(0), "type", "veth", "peer", "name", end(1))
	for side, at := range []*machine{m, other} {
		in := []string{"ip"}
		if at != nil {
			m.run("ip", "link", "set", end(side), "netns", at.space)
			in = append(in, "-n", at.space)
			at.cables = append(at.cables, end(side))
		}
		m.run(append(in, "addr", "add", address(side)+"/30", "dev", end(side))...)
		m.run(append(in, "link", "set", end(side), "up")...)
	}
	return address(0)
}

// run runs a command of the system, which must succeed.
func (m *machine) run(line ...string) {
	m.t.Helper()
	if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
		m.t.Fatalf("%s: %v\n%s", strings.Join(line, " "), err, out)
	}
}

// on is a command that runs on the machine as the server's user, and does not
// outlive the tests.
func (m *machine) on(program string, args ...string) *exec.Cmd {
	var line []string
	if m.space != "" {
		line = []string{"ip", "netns", "exec", m.space}
	}
	line = append(line, "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL", filepath.Join(m.bin, program))
	line = append(line, args...)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Dir, cmd.Env = m.dir, []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=" + m.dir}
	cmd.Stdout, cmd.Stderr = m.log, m.log
	return cmd
}

// found makes an empty server and starts it.
func (m *machine) found() {
	m.t.Helper()
	if err := m.on("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").Run(); err != nil {
		m.t.Fatalf("initdb: %v\n%s", err, m.log)
	}
	access, err := os.OpenFile(filepath.Join(m.dir, "data", "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		m.t.Fatal(err)
	}
	_, err = access.WriteString("host all,replication all all trust\n")
	if err = errors.Join(err, access.Close()); err != nil {
		m.t.Fatal(err)
	}
	m.start()
	m.exec("postgres", `CREATE DATABASE citywalk`)
}

// follow makes the machine's server a standby of another's.
func (m *machine) follow(primary *machine) {
	m.t.Helper()
	address := primary.address
	if m.space != "" {
		address = primary.cable(m)
	}
	cmd := m.on("pg_basebackup", "-h", address, "-p", primary.port, "-U", "postgres", "-D", "data", "-R", "-X", "stream", "-c", "fast", "--no-sync")
	if err := cmd.Run(); err != nil {
		m.t.Fatalf("pg_basebackup: %v\n%s", err, m.log)
	}
	m.start()
}

// start starts the server. It lives no longer than the tests, so it does not
// wait for its disk.
func (m *machine) start() {
	m.t.Helper()
	m.server = m.on("postgres", "-D", "data", "-p", m.port, "-k", m.dir, "-c", "listen_addresses=*", "-c", "fsync=off",
		"-c", "shared_buffers=32MB", "-c", "autovacuum=off", "-c", "max_wal_size=256MB")
	m.gone = make(chan struct{})
	if err := m.server.Start(); err != nil {
		m.t.Fatal(err)
	}
	go func() { m.server.Wait(); close(m.gone) }()
	m.t.Cleanup(m.kill)
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		c, err := m.connect("postgres")
		if err == nil {
			c.Close(context.Background())
			return
		}
		if time.Since(began) > patience {
			m.t.Fatalf("the server does not answer: %v\n%s", err, m.log)
		}
	}
}

// connect goes past the network, so that an operator at the machine is served
// even if it is cut off.
func (m *machine) connect(database string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return pgx.Connect(ctx, fmt.Sprintf("host=%s port=%s user=postgres dbname=%s", m.dir, m.port, database))
}

// exec runs a statement at the machine's console.
func (m *machine) exec(database, sql string) {
	m.t.Helper()
	c, err := m.connect(database)
	if err == nil {
		_, err = c.Exec(context.Background(), sql)
		c.Close(context.Background())
	}
	if err != nil {
		m.t.Fatalf("%s: %v", sql, err)
	}
}

// ask returns the one text that a query says at the machine's console.
func (m *machine) ask(sql string) (text string) {
	m.t.Helper()
	c, err := m.connect("postgres")
	if err == nil {
		err = c.QueryRow(context.Background(), sql).Scan(&text)
		c.Close(context.Background())
	}
	if err != nil {
		m.t.Fatalf("%s: %v", sql, err)
	}
	return text
}

// processes are those of the server.
func (m *machine) processes() []int {
	first := m.server.Process.Pid
	all := []int{first}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", first, first))
	for _, word := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(word); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

func (m *machine) signal(s syscall.Signal) {
	for _, pid := range m.processes() {
		syscall.Kill(pid, s)
	}
}

// stop makes the server fall silent: its connections stay and nobody answers.
func (m *machine) stop() { m.signal(syscall.SIGSTOP) }

// resume ends stop.
func (m *machine) resume() { m.signal(syscall.SIGCONT) }

// kill ends the server as a machine ends that loses its power.
func (m *machine) kill() {
	select {
	case <-m.gone:
	default:
		m.signal(syscall.SIGKILL)
		<-m.gone
	}
}

// cut pulls the machine's cables.
func (m *machine) cut() { m.link("down", m.stop) }

// mend plugs them in again.
func (m *machine) mend() { m.link("up", m.resume) }

func (m *machine) link(state string, instead func()) {
	m.t.Helper()
	if m.space == "" {
		instead()
		return
	}
	for _, cable := range m.cables {
		m.run("ip", "-n", m.space, "link", "set", cable, state)
	}
}

// reach is how nodes reach a database on one of several servers, whichever
// may be written to.
func reach(all ...*machine) string {
	var hosts []string
	for _, m := range all {
		hosts = append(hosts, net.JoinHostPort(m.address, m.port))
	}
	return "postgres://postgres@" + strings.Join(hosts, ",") + "/citywalk?target_session_attrs=read-write"
}
