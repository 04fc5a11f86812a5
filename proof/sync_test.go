package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"citywalk/db"
)

// TestAcknowledgedIsOnDisk runs a node under strace with one customer who does
// one thing after the other. Between each command and its acknowledgement the
// journal of the SQLite file is synced at least once. With synchronous=NORMAL
// none is.
func TestAcknowledgedIsOnDisk(t *testing.T) {
	i := Found(t, db.SQLite)
	w := watch(t, i)
	member, err := w.node.Settle(10).Member(t.Context(), MemberPhone(1))
	if err != nil {
		t.Fatal(err)
	}
	commands := 100
	if *long {
		commands = 1000
	}
	before := w.count(t)
	for n := range commands {
		was := w.count(t)
		Do[Object](member, "POST", "/codes", nil)
		if w.count(t) == was {
			t.Fatalf("command %d was acknowledged and nothing was synced", n)
		}
	}
	t.Logf("%d commands acknowledged, %d times fsync or fdatasync of the journal", commands, w.count(t)-before)
	if err := w.node.Stop(); err != nil {
		t.Errorf("stop: %v\n%s", err, w.node.Log())
	}
}

// A watched node tells strace of each sync.
type watched struct {
	node *Node
	said string // strace's file.
}

// watch starts a node under strace, which writes a line before the node goes
// on.
func watch(t *testing.T, i *Installation) watched {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is not installed: apt-get install strace")
	}
	said := filepath.Join(t.TempDir(), "syncs")
	if out, err := exec.Command(strace, "-o", said, "true").CombinedOutput(); err != nil {
		t.Fatalf("strace may not trace here (ptrace): %v\n%s", err, out)
	}
	// With -D the node is our own child, so that it gets our signals.
	return watched{i.StartUnder([]string{strace, "-D", "-f", "-y", "-o", said, "-e", "trace=fsync,fdatasync"}), said}
}

// synced is a line of strace about the database's journal. A call that another
// thread's line interrupts ends in a line that names no file.
var synced = regexp.MustCompile(`(?m)^\d+ +(?:f(?:data)?sync\(\d+<[^>]*\.db-wal>\) += 0|<\.\.\. f(?:data)?sync resumed>\) += 0)`)

func (w watched) count(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(w.said)
	if err != nil {
		t.Fatal(err)
	}
	return len(synced.FindAll(text, -1))
}
