package abuse

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/discover"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/payment/sandbox/sandboxtest"
	"citywalk/redeem"
	"citywalk/settle"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/api"
	"citywalk/web/console"
	"citywalk/web/member"
	"citywalk/web/till"
)

// A town is the whole product in this process: all services, all apps, real
// HTTP, and a sandbox institution that is reached only over HTTP. Its clock
// stands still until a case moves it, and background work runs when a case
// says so (work), so that whatever changes is the case's doing.
type town struct {
	*testing.T
	db      *db.DB
	clock   *dbtest.Clock
	box     sandboxtest.Sandbox
	account *account.Service
	redeem  *redeem.Service
	settle  *settle.Service
	edge    *web.Edge
	runner  *jobs.Runner
	base    string
	host    string // Address and port of base.
	codes   *inbox
	log     *logbook
	held    *dbtest.Snapshot
	keys    int
	people  int
}

// newTown starts a town over an empty database. change may set what the
// services and the edge are to differ in.
func newTown(t *testing.T, engine db.Engine, change ...func(*web.Options)) *town {
	t.Helper()
	d, clock := dbtest.Open(t, engine)
	return newTownOn(t, d, clock, change...)
}

func newTownOn(t *testing.T, d *db.DB, clock *dbtest.Clock, change ...func(*web.Options)) *town {
	t.Helper()
	secret := func(c string) []byte { return []byte(strings.Repeat(c, 32)) }
	w := &town{T: t, db: d, clock: clock, box: sandboxtest.Start(t, clock.Now), codes: &inbox{}, log: &logbook{}, runner: jobs.NewRunner(d, 2)}
	server := httptest.NewUnstartedServer(nil)
	w.host = server.Listener.Addr().String()
	w.base = "http://" + w.host

	w.account = &account.Service{DB: d, Keys: account.Keys{Seal: secret("a"), Index: secret("b"), Code: secret("c")}, Sender: w.codes}
	shops := &shop.Service{DB: d, Zone: dbtest.Zone}
	pay := &payment.Service{DB: d, Provider: w.box.Provider, Currency: "CNY", BaseURL: w.base, Secret: secret("p"), Zone: dbtest.Zone}
	passes := &pass.Service{DB: d, Payment: pay, Zone: dbtest.Zone, InUse: redeem.InUse}
	w.redeem = &redeem.Service{DB: d, Payment: pay, Zone: dbtest.Zone, Keys: redeem.Keys{Code: secret("k"), Receipt: ed25519.NewKeyFromSeed(secret("r"))}}
	w.settle = &settle.Service{DB: d, Zone: dbtest.Zone}
	notes := &curate.Service{DB: d, Key: secret("n"), Zone: dbtest.Zone, Visited: redeem.LastAt}
	talk, find := &community.Service{DB: d, Curate: notes, Zone: dbtest.Zone}, &discover.Service{DB: d, Zone: dbtest.Zone}
	pay.On("pass", passes.Outcome())
	pay.On(redeem.Purpose, w.redeem.Outcome())
	w.account.Register(w.runner)
	pay.Register(w.runner)
	w.redeem.Register(w.runner)

	options := web.Options{Account: w.account, Log: slog.New(slog.NewTextHandler(w.log, nil)), Cashier: []string{w.box.Provider.Origin()}}
	for _, c := range change {
		c(&options)
	}
	e := web.New(options)
	w.edge = e
	prove := func(ctx context.Context) (found []ledger.Finding, err error) {
		err = d.View(ctx, func(tx *db.Tx) error {
			found, err = ledger.Prove(tx, append(w.settle.Controls(), passes.Control(), pay.Control())...)
			return err
		})
		return found, err
	}
	const programme, city = "城市漫步卡", "上海"
	member.New(member.Parts{Edge: e, DB: d, Account: w.account, Shop: shops, Payment: pay, Pass: passes, Curate: notes, Community: talk, Discover: find, Redeem: w.redeem,
		Zone: dbtest.Zone, Now: clock.Now, Programme: programme, City: city}).Mount(e)
	till.New(till.Parts{Edge: e, Account: w.account, Shop: shops, Redeem: w.redeem,
		Zone: dbtest.Zone, Now: clock.Now, Programme: programme, BaseURL: w.base}).Mount(e)
	console.New(console.Parts{Edge: e, DB: d, Account: w.account, Shop: shops, Pass: passes, Curate: notes, Community: talk, Discover: find, Redeem: w.redeem, Settle: w.settle, Runner: w.runner,
		Prove: prove, Zone: dbtest.Zone, Now: clock.Now, Programme: programme, City: city, BaseURL: w.base}).Mount(e)
	api.New(api.Parts{DB: d, Account: w.account, Shop: shops, Pass: passes, Curate: notes, Community: talk, Discover: find, Payment: pay, Redeem: w.redeem, Settle: w.settle,
		Prove: prove, Now: clock.Now, Version: "test"}).Mount(e)
	e.Handle("POST "+payment.CallbackPath, http.HandlerFunc(pay.Callback))
	server.Config = e.Server("")
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(e.Hub.Close)
	return w
}

// proxied has the edge believe what the machine itself says of others'
// addresses, as of a proxy.
func proxied(o *web.Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

// secure has the edge set cookies as it does behind https.
func secure(o *web.Options) { o.Secure = true }

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// work does the background work that is due.
func (w *town) work() {
	w.Helper()
	_, err := w.box.Deliver(w.Context())
	w.must(err)
	_, err = w.runner.Drain(w.Context())
	w.must(err)
}

// count returns what a query of one number says.
func (w *town) count(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.db.View(w.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, sql, args...)
		return err
	}))
	return n
}

// hold remembers what every table holds; unchanged looks whether it still
// does, but for the tables that a refusal may write.
func (w *town) hold() {
	w.Helper()
	if w.held == nil {
		w.held = dbtest.Snap(w.T, w.db)
		return
	}
	w.held.Retake()
}

func (w *town) unchanged(what string, but ...string) {
	w.Helper()
	if w.held == nil {
		w.Fatal("nothing is held: call hold first")
	}
	changed := w.held.Changed()
	if len(changed) == 0 {
		return
	}
	w.held.Retake()
	changed = slices.DeleteFunc(changed, func(table string) bool { return slices.Contains(but, table) })
	if len(changed) > 0 {
		w.Errorf("%s had effects: on %v", what, changed)
	}
}

// An inbox keeps the codes that were sent, the newest of each number.
type inbox struct {
	mu    sync.Mutex
	codes map[string]string
	count int
}

func (i *inbox) Send(_ context.Context, phone, code string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.codes == nil {
		i.codes = map[string]string{}
	}
	i.codes[phone] = code
	i.count++
	return nil
}

func (i *inbox) of(phone string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.codes[phone]
}

func (i *inbox) sent() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.count
}

// A logbook is what the edge logs.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
