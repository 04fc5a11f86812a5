package proof

import (
	"bytes"
	"math/rand/v2"
	"os"
	"regexp"
	"sync"
	"testing"
)

// A fleet is nodes that are started again whenever they end.
type fleet struct {
	i     *Installation
	kills int

	mu     sync.Mutex
	nodes  []*Node
	all    []*Node
	landed bool
	keep   sync.WaitGroup
}

// launch starts so many nodes.
func launch(i *Installation, nodes int) *fleet {
	i.t.Helper()
	f := &fleet{i: i, nodes: make([]*Node, nodes)}
	for k := range nodes {
		f.start(k)
		f.keep.Go(func() {
			for f.start(k) {
			}
		})
	}
	return f
}

// start waits until the k-th node is gone and starts another, as often as it
// takes; it reports false if none is wanted any more.
func (f *fleet) start(k int) bool {
	if n := f.node(k); n != nil {
		<-n.Gone()
	}
	for {
		n, err := f.i.TryStart(nil)
		f.mu.Lock()
		if n != nil {
			f.nodes[k], f.all = n, append(f.all, n)
		}
		landed := f.landed
		f.mu.Unlock()
		if landed && n != nil {
			n.Kill()
		}
		if landed || err == nil {
			return !landed
		}
	}
}

func (f *fleet) node(k int) *Node {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.nodes[k]
}

// any is one of the nodes, which may just have ended.
func (f *fleet) any() *Node { return f.node(rand.IntN(len(f.nodes))) }

// kill ends one of the nodes as kill -9 does.
func (f *fleet) kill() {
	f.any().Kill()
	f.kills++
}

// land ends all nodes for good.
func (f *fleet) land() {
	f.mu.Lock()
	f.landed = true
	nodes := f.nodes
	f.mu.Unlock()
	for _, n := range nodes {
		n.Kill()
	}
	f.keep.Wait()
}

var hit = regexp.MustCompile(`(?m)^failpoint (\S+): (\S+)$`)

// hits counts what the nodes said of their failpoints.
func (f *fleet) hits() map[string]int {
	hits := map[string]int{}
	for _, n := range f.all {
		for _, m := range hit.FindAllStringSubmatch(n.Log(), -1) {
			hits[m[1]+" "+m[2]]++
		}
	}
	return hits
}

// TestTheShippedBinaryHasNoFailpoints looks for the name of their setting in the
// binary, which the one with failpoints has.
func TestTheShippedBinaryHasNoFailpoints(t *testing.T) {
	armed, err := breakable()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{program: false, armed: true} {
		binary, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(binary, []byte("CITYWALK_FAILPOINTS")); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
