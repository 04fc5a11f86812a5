package abuse

import (
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/web/api"
)

var (
	requests = flag.Int("document.requests", 0, "how many requests to make of the document; 0 is few")
	seed     = flag.Uint64("document.seed", 3, "what they are drawn from")
	only     = flag.Int("document.only", -1, "make only this one")
)

// An operation is one of the document's.
type operation struct {
	id, method, path string
	action           account.Action
	query            []*openapi3.Parameter
	keyed            bool             // Whether it needs an Idempotency-Key.
	body             *openapi3.Schema // Nil if it takes none.
	methods          []string         // Of its path.
	callers, others  []string
}

// An inspector makes requests of the document and holds the answers to it.
type inspector struct {
	*crossing
	all        []*operation
	router     routers.Router
	before     *dbtest.Snapshot
	counts     map[int]int // Of answers, by status.
	complaints int
}

// TestDocument makes requests of the OpenAPI document: each operation as it is
// served, then drawn from its schemas, then spoiled in every way there is. No
// answer is ours to be ashamed of (5xx), each is one that the document allows,
// a refusal has no effect and is the same in both languages, and what the
// document forbids is refused. Every request starts from the same state.
func TestDocument(t *testing.T) {
	for engine, few := range map[db.Engine]int{db.SQLite: 2000, db.Postgres: 500} {
		t.Run(string(engine), func(t *testing.T) {
			i := inspect(newTown(t, engine))
			n := few
			if *requests > 0 {
				n = *requests
			}
			for _, op := range i.all {
				i.serves(op)
			}
			for k := range n {
				if *only >= 0 && k != *only {
					continue
				}
				g := grower{rand.New(rand.NewPCG(*seed, uint64(k)))}
				i.play(k, i.draw(g))
				if i.complaints > 20 {
					t.Fatal("and so on")
				}
			}
			t.Logf("%d operations, %d requests, answered %v", len(i.all), n, i.counts)
		})
	}
}

// inspect reads the document that the town serves.
func inspect(w *town) *inspector {
	w.Helper()
	openapi3filter.RegisterBodyDecoder("application/jsonl", openapi3filter.PlainBodyDecoder)
	i := &inspector{crossing: w.cross(), counts: map[int]int{}}
	doc, err := openapi3.NewLoader().LoadFromData(w.nobody().send("GET", "/openapi.json", "").body)
	w.must(err)
	w.must(doc.Validate(w.Context()))
	doc.Servers[0].URL = w.base + api.Prefix
	i.router, err = legacy.NewRouter(doc)
	w.must(err)
	actions := map[string]account.Action{}
	for _, r := range w.edge.Routes() {
		actions[r.Pattern] = r.Action
	}
	callers := slices.Sorted(maps.Keys(i.callers))
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		methods := slices.Sorted(maps.Keys(doc.Paths.Value(path).Operations()))
		for _, method := range methods {
			o := doc.Paths.Value(path).Operations()[method]
			op := &operation{id: o.OperationID, method: method, path: path, action: actions[method+" "+api.Prefix+path], methods: methods, callers: callers, others: i.others}
			for _, p := range o.Parameters {
				switch p.Value.In {
				case "query":
					op.query = append(op.query, p.Value)
				case "header":
					op.keyed = op.keyed || p.Value.Name == "Idempotency-Key"
				}
			}
			if o.RequestBody != nil {
				op.body = o.RequestBody.Value.Content["application/json"].Schema.Value
			}
			i.all = append(i.all, op)
			if _, ok := i.right[op.id]; !ok {
				w.Fatalf("nobody says how %s is asked so that it is served: say it in right_test.go", op.id)
			}
		}
	}
	i.before = dbtest.Snap(w.T, w.db)
	return i
}

// plain is the operation as it is served.
func (i *inspector) plain(op *operation) *call {
	a := i.right[op.id]
	c := &call{op: op, as: a.as, method: op.method, path: maps.Clone(a.path), key: i.key()}
	if a.body != "" {
		c.kind, c.body = "application/json", read(a.body, op.body)
	}
	for _, p := range op.query {
		if p.Required {
			c.ask(p.Name, a.path[p.Name])
		}
	}
	return c
}

// serves fails if the operation is not served when it is asked as it should, as
// then nothing that follows would mean anything, or if its repetition under the
// same key is answered otherwise.
func (i *inspector) serves(op *operation) {
	i.Helper()
	c := i.plain(op)
	defer i.before.Restore()
	first := i.answer(c, fault.Zh)
	if first.status > 299 {
		i.Errorf("%s, asked as it should be: %v", op.id, first)
	}
	if !op.keyed {
		return
	}
	if again := i.answer(c, fault.Zh); again.status != first.status || string(again.body) != string(first.body) {
		i.Errorf("%s, repeated: first %v\nthen %v", op.id, first, again)
	}
}

// draw draws a call: as it is served or of the schema's making, and spoiled up
// to twice.
func (i *inspector) draw(g grower) *call {
	c := i.plain(pick(g, i.all))
	if c.op.body != nil && g.IntN(3) == 0 {
		c.body = g.grow(c.op.body)
		c.did = append(c.did, "grown")
	}
	for _, p := range c.op.query {
		if g.IntN(4) == 0 {
			c.ask(p.Name, strings.Trim(g.grow(p.Schema.Value).text(), `"`))
		}
	}
	for range []int{0, 1, 1, 1, 1, 1, 1, 2, 2, 2}[g.IntN(10)] {
		c.spoil(g)
	}
	return c
}
