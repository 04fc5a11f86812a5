// Package proof tests Citywalk from outside: the real binary in processes of
// its own, one or several nodes on one database, reached over HTTP and nothing
// else, with another party's payment institution and message service beside
// it. What is promised and which test holds it to that stands in
// docs/reliability.md.
//
//	 test process                       processes under test
//	┌──────────────────────┐  HTTP    ┌──────────────┐
//	│ Client, Clients      │ ───────▶ │ Node, Node … │ ──┐ SQLite file or
//	│ Messages (SMS)       │ ◀─────── │ citywalk     │   ├ PostgreSQL
//	│ sandbox institution  │ ◀──────▶ │ serve        │ ──┘
//	└──────────────────────┘          └──────────────┘
//
// The institution lives in the test process, so that killing a node never
// kills the other party's truth. A test that looks into the database opens it
// for itself, as an operator's tool would.
package proof

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/payment/sandbox"
)

// program is the binary under test; Main builds it.
var program string

// breakable builds the binary with failpoints, for the tests that want it.
var breakable = sync.OnceValues(func() (string, error) {
	path := program + "-failpoint"
	out, err := exec.Command("go", "build", "-tags", "failpoint", "-o", path, "citywalk/cmd/citywalk").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("build the program with failpoints: %w\n%s", err, out)
	}
	return path, err
})

// Main builds the binary, runs the tests of a package and takes it away again.
// It is what TestMain calls.
func Main(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "citywalk-proof-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "citywalk")
	build := exec.Command("go", "build", "-o", program, "citywalk/cmd/citywalk")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the program under test:", err)
		return 1
	}
	return m.Run()
}

// An Installation is Citywalk as an operator runs it: a database, a file of
// keys, and the parties beside it. It starts without a node.
type Installation struct {
	t        testing.TB
	dir      string
	DB       string // What --db takes.
	Secrets  string // The file of keys.
	SMS      *Messages
	Sandbox  *sandbox.Server
	Operator string // Phone number of the first operator.

	sandboxURL string
	front      string // The address that the nodes share, where the institution calls back.
	failpoints string // With which nodes start, if not empty.
	mu         sync.Mutex
	nodes      []*Node
}

// Found makes an installation over an empty database of an engine. Everything
// of it ends with the test, and then its books are proved.
func Found(t testing.TB, engine db.Engine) *Installation {
	t.Helper()
	return FoundOn(t, dbtest.URL(t, engine))
}

// FoundOn is Found over an empty database of the caller's.
func FoundOn(t testing.TB, where string) *Installation {
	t.Helper()
	i := &Installation{t: t, dir: t.TempDir(), DB: where, Operator: "13900000001"}
	i.Secrets = filepath.Join(i.dir, "secrets.json")
	i.SMS = receiveMessages(t)
	i.Command("operator", "add", i.Operator, "--name", "Operator")
	i.startSandbox()
	i.startFront()
	t.Cleanup(i.end)
	return i
}

// startFront runs the proxy that an operator has before the nodes: one address
// for all of them, whichever are running. A charge names it, so that a second
// node asks for the same charge and not for another one under its number.
func (i *Installation) startFront() {
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if n := i.running(); n != nil {
				r.SetURL(&url.URL{Scheme: "http", Host: strings.TrimPrefix(n.Base, "http://")})
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	i.front = server.URL
	i.t.Cleanup(server.Close)
}

// running returns the youngest node that runs, or nil.
func (i *Installation) running() *Node {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, n := range slices.Backward(i.nodes) {
		select {
		case <-n.gone:
		default:
			return n
		}
	}
	return nil
}

// end stops what still runs and proves the books.
func (i *Installation) end() {
	for _, n := range i.nodes {
		n.Kill()
	}
	if out, err := i.Try("ledger", "prove"); err != nil {
		i.t.Errorf("the books do not prove: %v\n%s", err, out)
	}
}

// startSandbox runs the institution, with the key that the installation made.
func (i *Installation) startSandbox() {
	i.t.Helper()
	raw, err := os.ReadFile(i.Secrets)
	if err != nil {
		i.t.Fatal(err)
	}
	var keys struct{ Sandbox []byte }
	if err := json.Unmarshal(raw, &keys); err != nil {
		i.t.Fatal(err)
	}
	d, err := db.Open(context.Background(), filepath.Join(i.dir, "institution.db"), db.Options{})
	if err != nil {
		i.t.Fatal(err)
	}
	if i.Sandbox, err = sandbox.New(context.Background(), sandbox.Options{DB: d, Key: keys.Sandbox}); err != nil {
		i.t.Fatal(err)
	}
	server := httptest.NewServer(i.Sandbox)
	i.sandboxURL = server.URL
	ctx, stop := context.WithCancel(context.Background())
	sending := make(chan struct{})
	go func() { defer close(sending); i.Sandbox.Run(ctx) }()
	i.t.Cleanup(func() {
		stop()
		<-sending
		server.Close()
		d.Close()
	})
}

// Command runs a command of the binary against the installation, which must
// succeed, and returns what it printed.
func (i *Installation) Command(args ...string) string {
	i.t.Helper()
	out, err := i.Try(args...)
	if err != nil {
		i.t.Fatalf("citywalk %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// Try runs a command of the binary against the installation. The output of a
// failed one holds what it said on its error stream too.
func (i *Installation) Try(args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	cmd.Env = append(i.environment(), "CITYWALK_DB="+i.DB, "CITYWALK_SECRETS="+i.Secrets) // Not every command takes both as flags.
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String() + errs.String(), err
	}
	return out.String(), nil
}

// environment is bare, so that no setting of the machine's gets in.
func (i *Installation) environment() []string {
	return []string{"PATH=/usr/bin:/bin", "HOME=" + i.dir, "TMPDIR=" + i.dir}
}

// Open opens the installation's database to look into it.
func (i *Installation) Open() *db.DB {
	i.t.Helper()
	d, err := db.Open(context.Background(), i.DB, db.Options{})
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { d.Close() })
	return d
}

// Arm has nodes that start from now on be the binary with failpoints, set as
// package failpoint reads it; "" is the binary without any again.
func (i *Installation) Arm(failpoints string) { i.failpoints = failpoints }

// A Node is one running server process.
type Node struct {
	Base string // http://address:port
	i    *Installation
	cmd  *exec.Cmd
	said *record
	gone chan struct{}
	err  error // How it ended; after gone.
}

// Start starts a node and waits until it is ready. More flags of serve may be
// given; a wrapper such as strace is put before the program with StartUnder.
func (i *Installation) Start(flags ...string) *Node {
	i.t.Helper()
	return i.StartUnder(nil, flags...)
}

// StartUnder starts a node under another program: its name and its arguments.
func (i *Installation) StartUnder(wrapper []string, flags ...string) *Node {
	i.t.Helper()
	n, err := i.TryStart(wrapper, flags...)
	if err != nil {
		i.t.Fatal(err)
	}
	return n
}

// TryStart is StartUnder for a node that may refuse to start; the error holds
// what it said.
func (i *Installation) TryStart(wrapper []string, flags ...string) (*Node, error) {
	listen := FreeAddress(i.t)
	args := append([]string{"serve", "--db", i.DB, "--secrets", i.Secrets, "--listen", listen, "--base-url", i.front,
		"--sandbox-url", i.sandboxURL, "--sms-webhook", i.SMS.URL, "--sms-secret", i.SMS.secret,
		"--codes-per-address=-1", "--codes-per-prefix=-1", "--codes-per-device=-1"}, flags...)
	binary, env := program, i.environment()
	if i.failpoints != "" {
		var err error
		if binary, err = breakable(); err != nil {
			return nil, err
		}
		env = append(env, "CITYWALK_FAILPOINTS="+i.failpoints)
	}
	line := append(append([]string{}, wrapper...), append([]string{binary}, args...)...)
	n := &Node{Base: "http://" + listen, i: i, cmd: exec.Command(line[0], line[1:]...), said: new(record), gone: make(chan struct{})}
	n.cmd.Env, n.cmd.Stdout, n.cmd.Stderr = env, n.said, n.said
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // Should the tests be killed.
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	i.mu.Lock()
	i.nodes = append(i.nodes, n)
	i.mu.Unlock()
	go func() { n.err = n.cmd.Wait(); close(n.gone) }()
	return n, n.await()
}

// patience is how long a start may take on a busy machine.
const patience = 60 * time.Second

// await waits until the node says that it is ready and listens.
func (n *Node) await() error {
	give := time.After(patience)
	for {
		if n.said.has(" is ready.\n") {
			if c, err := net.Dial("tcp", strings.TrimPrefix(n.Base, "http://")); err == nil {
				return c.Close()
			}
		}
		select {
		case <-n.gone:
			return fmt.Errorf("the node ended at once: %v\n%s", n.err, n.Log())
		case <-give:
			return errors.New("the node did not get ready\n" + n.Log())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Log is what the node has written so far.
func (n *Node) Log() string { return n.said.String() }

// PID is the node's process, or its wrapper's.
func (n *Node) PID() int { return n.cmd.Process.Pid }

// Kill ends the node as kill -9 does and waits until it is gone.
func (n *Node) Kill() {
	n.cmd.Process.Kill()
	<-n.gone
}

// Signal sends the node a signal.
func (n *Node) Signal(s os.Signal) error { return n.cmd.Process.Signal(s) }

// Stop asks the node to end and waits until it has.
func (n *Node) Stop() error {
	if err := n.Signal(os.Interrupt); err != nil {
		return err
	}
	<-n.gone
	return n.err
}

// Gone is closed when the node's process has ended.
func (n *Node) Gone() <-chan struct{} { return n.gone }

// FreeAddress finds a loopback address that nobody listens on.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A record keeps what a process writes.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

func (r *record) has(words string) bool { return strings.Contains(r.String(), words) }

// webhookSecret signs what the nodes post to Messages.
var webhookSecret = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("m"), 32))
