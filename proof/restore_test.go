package proof

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/payment/sandbox"
)

// A reopening is what citywalk reopen prints.
type reopening struct {
	Closed string
	Open   bool
	Found  []found
}

type found struct {
	What, Payment, Payer, Subject string
	Amount                        int64
	Done                          bool
}

// kinds counts what was found.
func (r reopening) kinds() string {
	counts := map[string]int{}
	for _, f := range r.Found {
		counts[f.What]++
	}
	return fmt.Sprint(counts)
}

// reopen runs the command.
func (i *Installation) reopen(flags ...string) reopening {
	i.t.Helper()
	return printed[reopening](i, i.Command(append([]string{"reopen", "--json", "--sandbox-url", i.sandboxURL}, flags...)...))
}

// A way is how an older state gets into the place of the database.
type way struct {
	name string
	why  string // What the database then says of itself.
	copy func(i *Installation, to string)
	back func(i *Installation, from string)
}

// ways are the command; an operator who copies by hand what the database's own
// tools have made; and one who so puts back a whole machine, after which only
// the institution knows what came later.
var ways = []way{
	{"by the command", "restored", func(i *Installation, to string) { i.Command("backup", to) },
		func(i *Installation, from string) { i.Command("restore", from) }},
	{"by hand", "older", (*Installation).copyByHand, (*Installation).backByHand},
	{"with the whole machine", "missing", (*Installation).copyByHand, func(i *Installation, from string) {
		i.backByHand(from)
		i.age()
		if err := os.RemoveAll(filepath.Join(i.dir, "seen")); err != nil {
			i.t.Fatal(err)
		}
	}},
}

// copyByHand copies the database without our command.
func (i *Installation) copyByHand(to string) {
	i.t.Helper()
	if engineOf(i) == db.Postgres {
		i.tool("pg_dump", "--format=custom", "--file="+to, i.DB)
		return
	}
	d := i.Open()
	defer d.Close()
	if err := d.Backup(i.t.Context(), to); err != nil {
		i.t.Fatal(err)
	}
}

// backByHand puts such a copy back over the database.
func (i *Installation) backByHand(from string) {
	i.t.Helper()
	if engineOf(i) == db.Postgres {
		// Under a server that works on, it may lose a deadlock, as it would by hand.
		for turn := 1; ; turn++ {
			out, err := exec.Command("pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname="+i.DB, from).CombinedOutput()
			if err == nil {
				return
			}
			if turn == 20 || !strings.Contains(string(out), "deadlock detected") {
				i.t.Fatalf("pg_restore, turn %d: %v\n%s", turn, err, out)
			}
		}
	}
	i.tool("cp", from, i.DB)
}

func (i *Installation) tool(name string, args ...string) {
	i.t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		i.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// age lets the copy be of a minute earlier.
func (i *Installation) age() {
	i.t.Helper()
	d := i.Open()
	defer d.Close()
	err := d.Update(i.t.Context(), func(tx *db.Tx) error {
		return tx.Change(`UPDATE db_epoch SET beaten = beaten - 60000`)
	})
	if err != nil {
		i.t.Fatal(err)
	}
}

// TestRestoreIsNoticed puts an older state in the place of the database in
// three ways. Each time the server serves nobody and says so, the list names
// what came after, and reopening brings the books to the institution's truth:
// what was paid for something that is there is given, what was given back is
// undone again, and the rest goes back to the payer once.
func TestRestoreIsNoticed(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		n := i.Start()
		city := n.Settle(10)
		for turn, w := range ways {
			l := loss{i: i, city: city, turn: turn}
			l.before(n)
			file := filepath.Join(i.dir, fmt.Sprint("copy", turn))
			w.copy(i, file)
			l.after(n)
			if err := n.Stop(); err != nil {
				t.Error(err)
			}
			w.back(i, file)
			epoch := i.epoch().Epoch
			n = i.Start()
			city.Node = n
			l.closed(n, w)
			if now := i.epoch(); w.why != "restored" && now.Epoch != epoch+1 || now.Closed != w.why {
				t.Errorf("%s: it is %+v", w.name, now)
			}
			l.opens(n, w)
		}
	})
}

// A loss is what one turn of the test makes and loses.
type loss struct {
	i      *Installation
	city   *City
	turn   int
	member Client
	undone Redemption // Committed before the copy, undone after it.
	buyer  Client
	pass   Pass // Bought before the copy, paid after it.
	code   struct{ Code string }
}

func (l *loss) must(err error) {
	l.i.t.Helper()
	if err != nil {
		l.i.t.Fatal(err)
	}
}

// before is what the copy has.
func (l *loss) before(n *Node) {
	l.i.t.Helper()
	ctx := l.i.t.Context()
	l.city.Staff, l.city.Operator = l.city.Staff.At(n), l.city.Operator.At(n)
	var err error
	l.member, err = l.city.Member(ctx, MemberPhone(10*l.turn+1))
	l.must(err)
	l.undone, err = Redeem(ctx, l.member, l.city.Staff, l.city.Shop, 10_000)
	l.must(err)
	l.buyer, err = n.SignIn(ctx, MemberPhone(10*l.turn+2))
	l.must(err)
	l.must(l.buyer.Call(ctx, "POST", "/passes", Object{"plan": "annual"}, &l.pass))
	l.must(l.member.Call(ctx, "POST", "/codes", nil, &l.code))
}

// after is what gets lost.
func (l *loss) after(n *Node) {
	l.i.t.Helper()
	ctx := l.i.t.Context()
	l.must(l.city.Staff.Call(ctx, "POST", "/redemptions/"+l.undone.ID+"/undo", nil, nil))
	l.until(func() bool {
		l.must(l.member.Call(ctx, "GET", "/redemptions/"+l.undone.ID, nil, &l.undone))
		return l.undone.State == "refunded"
	})
	_, err := Redeem(ctx, l.member, l.city.Staff, l.city.Shop, 20_000)
	l.must(err)
	l.must(Pay(ctx, l.pass.PayURL, "agree"))
	l.until(func() bool { return l.has("active") })
	_, err = l.city.Member(ctx, MemberPhone(10*l.turn+3))
	l.must(err)
}

// has reports whether the buyer's pass is in a state.
func (l *loss) has(state string) bool {
	l.i.t.Helper()
	var mine struct{ Passes []Pass }
	l.must(l.buyer.Call(l.i.t.Context(), "GET", "/passes", nil, &mine))
	return len(mine.Passes) == 1 && mine.Passes[0].State == state
}

func (l *loss) until(is func() bool) {
	l.i.t.Helper()
	for give := time.After(time.Minute); !is(); {
		select {
		case <-give:
			l.i.t.Fatal("it did not come about in a minute")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// closed looks what everybody is told while nobody is served.
func (l *loss) closed(n *Node, w way) {
	t := l.i.t
	t.Helper()
	for path, says := range map[string]string{
		"/": "付过的钱不会丢", "/pass": "付过的钱不会丢", "/till/": "请先按平常方式收款", "/console/": "citywalk reopen",
		"/api/v1/codes": `"web.closed"`, "/api/v1/passes": `"web.closed"`, "/readyz": "closed: ",
	} {
		if status, body := page(t, n, path); status != http.StatusServiceUnavailable || !strings.Contains(body, says) {
			t.Errorf("%s: %s is answered %d without %q\n%.300s", w.name, path, status, says, body)
		}
	}
	if status, _ := page(t, n, "/healthz"); status != http.StatusOK {
		t.Errorf("%s: /healthz is answered %d", w.name, status)
	}
	a, err := l.member.At(n).Send(t.Context(), "POST", "/codes", Key(), nil)
	if err != nil || a.Status != 503 || a.Problem().Code != "web.closed" || a.Header.Get("Retry-After") == "" {
		t.Errorf("%s: a code is answered %s (%v)", w.name, a, err)
	}
	if life := l.i.states()["life"]; life.State != "bad" || !strings.Contains(life.Detail, "citywalk reopen") {
		t.Errorf("%s: the doctor says %v", w.name, life)
	}
	if !strings.Contains(n.Log(), "closed: ") {
		t.Errorf("%s: the log does not say it:\n%s", w.name, n.Log())
	}
}

// page is what a browser gets.
func page(t testing.TB, n *Node, path string) (int, string) {
	t.Helper()
	w, err := http.Get(n.Base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.StatusCode, string(b)
}

// opens reopens, and looks what became of everybody's money and whether the
// node that was there all the time serves again.
func (l *loss) opens(n *Node, w way) {
	t := l.i.t
	t.Helper()
	before := l.i.truth()
	const want = "map[lost:2 paid:1 undone:1]"
	if r := l.i.reopen("--dry-run"); r.Closed != w.why || r.Open || r.kinds() != want {
		t.Errorf("%s: the dry run says %+v", w.name, r)
	}
	if now := l.i.truth(); fmt.Sprint(now) != fmt.Sprint(before) || l.i.epoch().Closed == "" {
		t.Errorf("%s: the dry run made of %v %v", w.name, before, now)
	}
	r := l.i.reopen()
	if !r.Open || r.kinds() != want || slices.ContainsFunc(r.Found, func(f found) bool { return !f.Done }) {
		t.Errorf("%s: reopened: %+v", w.name, r)
	}
	l.i.agrees(len(before.Refunds) + 2)
	for status := 0; status != http.StatusOK; {
		status, _ = page(t, n, "/readyz")
	}
	l.member, l.buyer, l.city.Staff = l.member.At(n), l.buyer.At(n), l.city.Staff.At(n)
	l.must(l.member.Call(t.Context(), "GET", "/redemptions/"+l.undone.ID, nil, &l.undone))
	if l.undone.State != "refunded" || !l.has("active") {
		t.Errorf("%s: what was undone is %s, and what was paid is not there", w.name, l.undone.State)
	}
	if a, err := l.city.Staff.Send(t.Context(), "POST", "/shops/"+l.city.Shop+"/scans", Key(), Object{"code": l.code.Code}); err != nil || a.Status != http.StatusGone {
		t.Errorf("%s: a code of the life before is answered %s (%v)", w.name, a, err)
	}
	if _, err := Redeem(t.Context(), l.member, l.city.Staff, l.city.Shop, 10_000); err != nil {
		t.Errorf("%s: after it was opened: %v", w.name, err)
	}
	if again := l.i.reopen(); again.Closed != "" || !again.Open || len(again.Found) > 0 {
		t.Errorf("%s: reopened twice: %+v", w.name, again)
	}
}

func (i *Installation) truth() sandbox.Truth {
	i.t.Helper()
	truth, err := i.Sandbox.Truth(i.t.Context())
	if err != nil {
		i.t.Fatal(err)
	}
	return truth
}

// agrees compares every payment in the books with the institution, which made
// so many refunds, never two of one kind for one charge. Nothing may be open,
// and nothing that was paid may be unknown.
func (i *Installation) agrees(refunds int) {
	i.t.Helper()
	type row struct {
		No, State          string
		Amount, Back, Open int64
	}
	books := map[string]row{}
	d := i.Open()
	defer d.Close()
	err := d.View(i.t.Context(), func(tx *db.Tx) error {
		return db.Each(tx, func(r row) error { books[r.No] = r; return nil }, `
			SELECT p.no, p.state, p.amount, COALESCE(SUM(CASE WHEN r.state = 'refunded' THEN r.amount ELSE 0 END), 0) AS back,
				COUNT(CASE WHEN r.state <> 'refunded' THEN 1 END) AS open
			FROM payment_payments p LEFT JOIN payment_refunds r ON r.payment = p.no GROUP BY p.no, p.state, p.amount`)
	})
	if err != nil {
		i.t.Fatal(err)
	}
	truth := i.truth()
	for _, c := range truth.Charges {
		b := books[c.No]
		delete(books, c.No)
		switch {
		case c.Status != sandbox.Paid && (b.State == "paid" || b.State == "late"):
			i.t.Errorf("%s: the books say %s, the institution %s", c.No, b.State, c.Status)
		case c.Status == sandbox.Paid && (b.Open > 0 || b.Back != int64(c.Refunded) || b.State != "paid" && int64(c.Refunded) != int64(c.Amount)):
			i.t.Errorf("%s: the books say %+v, the institution %+v", c.No, b, c)
		}
	}
	for _, b := range books {
		if b.State != "closed" {
			i.t.Errorf("%s: the books say %s, the institution knows nothing", b.No, b.State)
		}
	}
	if len(truth.Refunds) != refunds {
		i.t.Errorf("the institution made %d refunds, want %d", len(truth.Refunds), refunds)
	}
	if out, err := i.Try("ledger", "prove"); err != nil {
		i.t.Errorf("the books do not prove: %v\n%s", err, out)
	}
}
