package proof

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/payment"
)

// A race is an installation with two nodes and a city, where many requests
// begin at one moment.
type race struct {
	*Installation
	t       *testing.T
	nodes   []*Node
	city    *City
	db      *db.DB
	members int
}

// races runs fn on each engine with an installation of its own.
func races(t *testing.T, fn func(r *race)) {
	t.Helper()
	each(t, func(t *testing.T, i *Installation) {
		r := &race{Installation: i, t: t, nodes: []*Node{i.Start(), i.Start()}, db: i.Open()}
		r.city = r.nodes[0].Settle(10)
		fn(r)
	})
}

// must ends the test for an error that is not what it is about.
func (r *race) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// node spreads what is numbered over the nodes.
func (r *race) node(n int) *Node { return r.nodes[n%len(r.nodes)] }

// join makes n members with passes and agreements, several at a time.
func (r *race) join(n int) []Client {
	r.t.Helper()
	all := make([]Client, n)
	first := r.members
	r.members += n
	r.each(n, func(i int) (err error) {
		all[i], err = r.city.Member(r.t.Context(), MemberPhone(first+i+1))
		return err
	})
	return all
}

// each runs fn for 0 to n-1, eight at a time, for what only prepares a race.
func (r *race) each(n int, fn func(i int) error) {
	r.t.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() { errs[i] = fn(i); <-slots })
	}
	all.Wait()
	for _, err := range errs {
		r.must(err)
	}
}

// priced brings a member as far as a price.
func (r *race) priced(member Client, bill int64) Redemption {
	r.t.Helper()
	got, err := Scan(r.t.Context(), member, r.city.Staff, r.city.Shop)
	r.must(err)
	got, err = r.city.Staff.Price(r.t.Context(), got, bill)
	r.must(err)
	return got
}

// A shot is one request of a volley.
type shot struct {
	Client
	method, path, key string // POST and a new key if they are empty.
	body              any
}

// confirms is the request that confirms what r shows.
func confirms(member Client, r Redemption) shot {
	return shot{Client: member, path: "/redemptions/" + r.ID + "/confirm", body: Object{"version": r.Quote.Version, "hash": r.Quote.Hash}}
}

// command is a request without a body about a redemption: accept, decline, undo.
func command(c Client, r Redemption, what string) shot {
	return shot{Client: c, path: "/redemptions/" + r.ID + "/" + what}
}

// times repeats a shot n times by turns at the nodes.
func (r *race) times(n int, s shot) []shot {
	all := make([]shot, n)
	for i := range all {
		all[i] = s
		all[i].Client = s.At(r.node(i))
	}
	return all
}

// volley sends requests at one moment and returns their answers in order. Each
// has a connection of its own, which is open before. A node that is too busy
// may turn a request away, if it says when to come back; then it is sent again.
func (r *race) volley(shots []shot) []Answer {
	r.t.Helper()
	answers, errs := make([]Answer, len(shots)), make([]error, len(shots))
	barrier := make(chan struct{})
	var ready, done sync.WaitGroup
	for i, s := range shots {
		ready.Add(1)
		done.Go(func() {
			transport := &http.Transport{MaxConnsPerHost: 1}
			defer transport.CloseIdleConnections()
			s.HTTP = &http.Client{Transport: transport, Timeout: time.Minute}
			errs[i] = warm(r.t.Context(), s.Client)
			ready.Done()
			<-barrier
			if errs[i] == nil {
				answers[i], errs[i] = s.fire(r.t.Context())
			}
		})
	}
	ready.Wait()
	close(barrier)
	done.Wait()
	for _, err := range errs {
		r.must(err)
	}
	return answers
}

// warm opens the client's connection.
func warm(ctx context.Context, c Client) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Node.Base+"/healthz", nil)
	if err != nil {
		return err
	}
	w, err := c.HTTP.Do(q)
	if err != nil {
		return err
	}
	return w.Body.Close()
}

// fire sends the shot until a node hears it.
func (s shot) fire(ctx context.Context) (Answer, error) {
	if s.key == "" {
		s.key = Key()
	}
	if s.method == "" {
		s.method = http.MethodPost
	}
	doubted := false
	for {
		a, err := s.Send(ctx, s.method, s.path, s.key, s.body)
		a.Doubted = doubted
		if err != nil || a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
			return a, err
		}
		code := a.Problem().Code
		doubted = doubted || code == "web.slow" || code == "web.outcome_unknown" || code == payment.ErrProvider.Code
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// tally counts answers by what they say: "200", "200 replayed",
// "409 redeem.used".
func tally(answers []Answer) map[string]int {
	all := map[string]int{}
	for _, a := range answers {
		all[said(a)]++
	}
	return all
}

func said(a Answer) string {
	words := []string{strconv.Itoa(a.Status)}
	if code := a.Problem().Code; code != "" && a.Status >= 400 {
		words = append(words, code)
	}
	if a.Header.Get("Idempotent-Replayed") != "" && !a.Doubted {
		words = append(words, "replayed")
	}
	return strings.Join(words, " ")
}

// answered compares a tally.
func (r *race) answered(what string, answers []Answer, want map[string]int) {
	r.t.Helper()
	if got := tally(answers); !maps.Equal(got, want) {
		r.t.Errorf("%s: answered %v, want %v", what, got, want)
	}
}

// A count is how many rows a table has.
type count struct {
	Name string
	N    int
}

// rows counts what commands of people leave behind.
func (r *race) rows() map[string]int {
	r.t.Helper()
	var all []count
	r.must(r.db.View(r.t.Context(), func(tx *db.Tx) (err error) {
		all, err = db.All[count](tx, `
			SELECT 'redemptions' AS name, COUNT(*) AS n FROM redeem_redemptions
			UNION ALL SELECT 'steps', COUNT(*) FROM redeem_steps
			UNION ALL SELECT 'open', COUNT(*) FROM redeem_open
			UNION ALL SELECT 'slots', COUNT(*) FROM redeem_slots
			UNION ALL SELECT 'codes', COUNT(*) FROM redeem_codes
			UNION ALL SELECT 'codes used', COUNT(*) FROM redeem_codes WHERE used > 0
			UNION ALL SELECT 'misses', COUNT(*) FROM redeem_misses
			UNION ALL SELECT 'budgets', COUNT(*) FROM redeem_budgets
			UNION ALL SELECT 'passes', COUNT(*) FROM pass_passes
			UNION ALL SELECT 'uses', CAST(COALESCE(SUM(uses), 0) AS BIGINT) FROM pass_passes
			UNION ALL SELECT 'payments', COUNT(*) FROM payment_payments
			UNION ALL SELECT 'successes', COUNT(*) FROM payment_events
			UNION ALL SELECT 'refunds', COUNT(*) FROM payment_refunds
			UNION ALL SELECT 'doubts', COUNT(*) FROM payment_doubts
			UNION ALL SELECT 'entries', COUNT(*) FROM ledger_entries
			UNION ALL SELECT 'postings', COUNT(*) FROM ledger_postings
			UNION ALL SELECT 'audits', COUNT(*) FROM account_audits
			UNION ALL SELECT 'people', COUNT(*) FROM account_people
			UNION ALL SELECT 'sessions', COUNT(*) FROM account_sessions
			UNION ALL SELECT 'grants', COUNT(*) FROM account_grants
			UNION ALL SELECT 'statements', COUNT(*) FROM settle_statements
			UNION ALL SELECT 'lines', COUNT(*) FROM settle_lines
			UNION ALL SELECT 'keys', COUNT(*) FROM once_keys`)
		return err
	}))
	rows := map[string]int{}
	for _, c := range all {
		rows[c.Name] = c.N
	}
	return rows
}

// grew is changed for some kinds of rows only.
func (r *race) grew(what string, before, want map[string]int) {
	r.t.Helper()
	now := r.rows()
	for name, n := range want {
		if now[name]-before[name] != n {
			r.t.Errorf("%s: %s grew by %d, want %d", what, name, now[name]-before[name], n)
		}
	}
}

// changed fails the test unless exactly so many rows came (or, negative, went)
// since before, and none of any other kind.
func (r *race) changed(what string, before, want map[string]int) {
	r.t.Helper()
	got := map[string]int{}
	for name, n := range r.rows() {
		if n != before[name] {
			got[name] = n - before[name]
		}
	}
	if !maps.Equal(got, want) {
		r.t.Errorf("%s: rows changed by %s, want %s", what, inOrder(got), inOrder(want))
	}
}

func inOrder(m map[string]int) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		words = append(words, fmt.Sprintf("%s %+d", name, m[name]))
	}
	return "{" + strings.Join(words, ", ") + "}"
}

// rested waits until a redemption is on its way to nowhere.
func (r *race) rested(c Client, id string) Redemption {
	r.t.Helper()
	for {
		var now Redemption
		r.must(c.Call(r.t.Context(), http.MethodGet, "/redemptions/"+id, nil, &now))
		if !now.Passing() {
			return now
		}
		select {
		case <-r.t.Context().Done():
			r.t.Fatalf("%s stays %s", id, now.State)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// exec changes the database past the product, for what would take too long:
// waiting until midnight, or until something is forgotten.
func (r *race) exec(fn func(tx *db.Tx) error) {
	r.t.Helper()
	r.must(r.db.Update(r.t.Context(), fn))
}
