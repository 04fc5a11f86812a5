package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/shop"
)

// A crowd is the whole server with two merchants, three shops and everybody
// who may call it. Time stands still and no background work runs, so that
// whatever changes in the database was done by a request.
type crowd struct {
	t     *testing.T
	parts *parts
	base  string
	clock *dbtest.Clock

	ids    map[string]account.ID
	tokens map[string]map[account.App]string // By caller, for each app.
	things [3]things
	phones []string
	keys   int
	secret []secret
}

// things are what a cell of the matrix is about.
type things struct {
	merchant shop.MerchantID
	shop     shop.Shop
	member   string // Whose pass and bills.
	pass     pass.ID
	paid     redeem.Redemption // At the shop.
	open     redeem.Redemption // Priced, if the member has no other; else that which was paid.
	staff    account.ID
	owner    account.ID
	offer    string
	note     community.Note // By the member about the shop, with a picture and a comment of his own, which is hidden.
	comment  community.CommentID
	session  map[account.App]string
}

// A secret is a text that only some callers may be shown.
type secret struct{ what, text, to string }

const callers = "nobody expired revoked M N S T A B O U"

// gather builds the crowd over an empty database of the engine.
func gather(t *testing.T, engine db.Engine) *crowd {
	t.Helper()
	web := httptest.NewUnstartedServer(nil)
	cfg := Config{Database: Database{DB: dbtest.URL(t, engine)}, Programme: Programme{Name: "城市漫步卡", Zone: "Asia/Shanghai", City: "上海"},
		Listen: web.Listener.Addr().String(), SandboxListen: freePort(t), Payment: "sandbox", Workers: 1, Secrets: filepath.Join(t.TempDir(), "secrets.json")}
	g := &crowd{t: t, base: "http://" + cfg.Listen, clock: new(dbtest.Clock), ids: map[string]account.ID{}, tokens: map[string]map[account.App]string{}}
	g.clock.Set(dbtest.Day)
	ctx, stop := context.WithCancel(context.Background())
	a, err := openAt(ctx, cfg, g.clock.Now)
	g.must(err)
	box, err := openCounter(ctx, cfg, a.secrets, g.clock.Now, "")
	g.must(err)
	g.must(box.listen(ctx))
	edge, err := a.edge(nil, false)
	g.must(err)
	g.parts = a
	web.Config = edge.Server(cfg.Listen)
	web.Start()
	done := make(chan error, 1)
	go func() { done <- box.answer(ctx) }()
	t.Cleanup(func() {
		edge.Hub.Close()
		web.Close()
		stop()
		for _, err := range []error{<-done, box.close(), a.close()} {
			if err != nil {
				t.Errorf("stop the crowd's server: %v", err)
			}
		}
	})
	g.settle()
	return g
}

func (g *crowd) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *crowd) key() string {
	g.keys++
	return fmt.Sprintf("matrix-key-%016d", g.keys)
}

// settle makes merchants, shops, people, passes and bills.
func (g *crowd) settle() {
	g.come("expired", account.Grant{Role: account.Operator})
	g.clock.Advance(100 * 24 * time.Hour)
	g.come("O", account.Grant{Role: account.Operator})
	g.come("revoked", account.Grant{Role: account.Operator})
	operator := g.session("O", account.ConsoleApp)
	for i := range g.things {
		g.furnish(operator, i)
	}
	one, two, three := &g.things[0], &g.things[1], &g.things[2]
	grant := func(role account.Role, at *things) account.Grant {
		if role == account.Merchant {
			return account.Grant{Role: role, Merchant: string(at.merchant)}
		}
		return account.Grant{Role: role, Merchant: string(at.merchant), Shop: string(at.shop.ID)}
	}
	g.come("S", grant(account.Staff, one))
	g.come("T", grant(account.Staff, two))
	g.come("A", grant(account.Merchant, one))
	g.come("B", grant(account.Merchant, three))
	g.come("clerk", grant(account.Staff, three))
	g.come("U", account.Grant{Role: account.Auditor})
	g.come("M", account.Grant{})
	g.come("N", account.Grant{})
	one.staff, two.staff, three.staff = g.ids["S"], g.ids["T"], g.ids["clerk"]
	one.owner, two.owner, three.owner = g.ids["A"], g.ids["A"], g.ids["B"]
	for i, who := range []string{"M", "N", "N"} {
		g.things[i].member = who
		if i < 2 {
			g.buy(&g.things[i])
		}
	}
	three.pass = two.pass
	for i, staff := range []string{"S", "T", "clerk"} {
		g.dine(&g.things[i], g.session(staff, account.TillApp), i != 1)
	}
	two.open = two.paid
	for i := range g.things {
		g.note(&g.things[i])
	}
	g.leave("revoked")
	g.keepSecrets()
}

// come makes a person who is signed in at every app.
func (g *crowd) come(name string, grant account.Grant) {
	g.t.Helper()
	phone := fmt.Sprintf("139%08d", len(g.ids)+1)
	id, err := g.parts.account.Appoint(g.t.Context(), phone, "", grant)
	g.must(err)
	g.ids[name], g.tokens[name] = id, map[account.App]string{}
	g.phones = append(g.phones, phone)
	for _, app := range []account.App{account.MemberApp, account.TillApp, account.ConsoleApp, account.APIApp} {
		g.tokens[name][app], _, err = g.parts.account.Enter(g.t.Context(), id, app, account.Client{})
		g.must(err)
	}
}

// session is that of a caller at an app.
func (g *crowd) session(name string, app account.App) account.Session {
	g.t.Helper()
	s, err := g.parts.account.Authenticate(g.t.Context(), g.tokens[name][app], app)
	g.must(err)
	return s
}

// leave ends all sessions of a caller.
func (g *crowd) leave(who string) {
	for app := range g.tokens[who] {
		g.must(g.parts.account.SignOut(g.t.Context(), g.session(who, app)))
	}
}

// furnish makes a live shop; the second is the first one's merchant's.
func (g *crowd) furnish(operator account.Session, i int) {
	g.t.Helper()
	ctx, s, at := g.t.Context(), g.parts.shop, &g.things[i]
	if at.merchant = g.things[0].merchant; i != 1 {
		m, err := s.AddMerchant(ctx, operator, fmt.Sprint("商家", i+1))
		g.must(err)
		at.merchant = m.ID
	}
	made, err := s.Add(ctx, operator, shop.Shop{City: "上海", Name: fmt.Sprint("小馆", i+1), Category: "面馆", Point: geo.Point{Lat: 31.2, Lng: 121.4 + float64(i)/100}, Closes: 24 * 60})
	g.must(err)
	g.must(s.Assign(ctx, operator, made.ID, at.merchant))
	_, err = s.SetTerms(ctx, operator, made.ID, shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 5})
	g.must(err)
	with, err := s.SetOffers(ctx, operator, made.ID, []shop.Offer{{Title: "午市", Kind: shop.Percent, Percent: 5}})
	g.must(err)
	g.must(s.Open(ctx, operator, made.ID))
	at.shop, err = s.Get(ctx, made.ID)
	g.must(err)
	at.offer = with.Offers[0].ID
}

// buy gets the member a pass, paid for and with an agreement.
func (g *crowd) buy(at *things) {
	g.t.Helper()
	ctx, who := g.t.Context(), g.session(at.member, account.MemberApp)
	ordered, payURL, err := g.parts.pass.Buy(ctx, who, "annual", g.key())
	g.must(err)
	g.must(pay(ctx, payURL))
	_, err = g.parts.payment.Sync(ctx, ordered.Payment)
	g.must(err)
	at.pass = ordered.ID
}

// dine has the member pay a bill at the shop and, if told to, leaves another
// one priced.
func (g *crowd) dine(at *things, staff account.Session, again bool) {
	g.t.Helper()
	ctx, who, till := g.t.Context(), g.session(at.member, account.MemberApp), g.parts.redeem
	for _, bill := range []money.Amount{10000, 5000} {
		code, err := till.Show(ctx, who)
		g.must(err)
		r, err := till.Scan(ctx, staff, at.shop.ID, code.Digits, g.key())
		g.must(err)
		r, err = till.Price(ctx, staff, r.ID, bill, g.key())
		g.must(err)
		if bill == 5000 {
			at.open = r
			return
		}
		at.paid, err = till.Confirm(ctx, who, r.ID, r.Quote.Version, r.Quote.Hash, g.key())
		g.must(err)
		if at.paid.State != redeem.Committed {
			g.t.Fatalf("the bill is %s", at.paid.State)
		}
		if !again {
			return
		}
	}
}

// note has the member write about the shop.
func (g *crowd) note(at *things) {
	g.t.Helper()
	ctx, who := g.t.Context(), g.session(at.member, account.MemberApp)
	var picture bytes.Buffer
	g.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 9, 9))))
	var err error
	at.note, err = g.parts.community.Write(ctx, who, at.shop.ID, community.Writing{
		Written: community.Written{Written: curate.Written{Text: "汤很鲜"}}, Files: []io.Reader{&picture}}, g.key())
	g.must(err)
	at.comment, err = g.parts.community.Comment(ctx, who, at.note.ID, "还会再来", g.key())
	g.must(err)
	g.must(g.parts.community.Hide(ctx, g.session("revoked", account.ConsoleApp), string(at.comment), community.Ruling{Reason: "ad", Words: "像广告"}))
}

// keepSecrets says which texts of the crowd's things are whose to see.
func (g *crowd) keepSecrets() {
	for i, shown := range []string{"M S A O U", "N T A O U", "N B O U"} {
		at := &g.things[i]
		g.secret = append(g.secret, secret{"bill", string(at.paid.ID), shown}, secret{"receipt", at.paid.Receipt, shown})
		at.session = map[account.App]string{}
		for _, app := range []account.App{account.MemberApp, account.APIApp} {
			at.session[app] = g.session(at.member, app).ID
			g.secret = append(g.secret, secret{"session", at.session[app], at.member + " O U"}) // The audit names sessions that ended.
		}
		g.secret = append(g.secret, secret{"pass", string(at.pass), at.member + " O U"})
	}
	for i, shown := range []string{"S A O U", "T A O U", "clerk B O U"} {
		g.secret = append(g.secret, secret{"staff", string(g.things[i].staff), shown})
	}
	for _, phone := range g.phones {
		g.secret = append(g.secret, secret{"phone number", phone, ""})
	}
}

// deadJob puts a job there that was given up.
func (g *crowd) deadJob() (id string) {
	g.t.Helper()
	g.must(g.parts.db.Update(g.t.Context(), func(tx *db.Tx) error {
		if err := jobs.Enqueue(tx, "payment.notice", "matrix", time.Time{}, struct{ No string }{"none"}); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE jobs_jobs SET state = 'dead' WHERE kind = 'payment.notice' AND key = 'matrix'`); err != nil {
			return err
		}
		dead, err := jobs.List(tx, "dead", 1)
		if err == nil {
			id = dead[0].ID
		}
		return err
	}))
	return id
}

// invitation is the token of an open one, to the first shop.
func (g *crowd) invitation() string {
	g.t.Helper()
	at := g.things[0]
	in, err := g.parts.account.Invite(g.t.Context(), g.session("O", account.ConsoleApp),
		account.Grant{Role: account.Staff, Merchant: string(at.merchant), Shop: string(at.shop.ID)})
	g.must(err)
	return in.Token
}

// entry is the key of an entry of the ledger.
func (g *crowd) entry() (key string) {
	g.t.Helper()
	g.must(g.parts.db.View(g.t.Context(), func(tx *db.Tx) error {
		all, err := ledger.Entries(tx, "", "", "", 1)
		if err == nil {
			key = all[0].Key
		}
		return err
	}))
	return key
}

// code shows a member's code. He has a bill open, so a scan is refused for that,
// but not to who may scan.
func (g *crowd) code() string {
	g.t.Helper()
	c, err := g.parts.redeem.Show(g.t.Context(), g.session("N", account.MemberApp))
	g.must(err)
	return c.Digits
}

// visit is a reviewer's at the first shop, with one picture.
func (g *crowd) visit() (visit, photo string) {
	g.t.Helper()
	ctx, who := g.t.Context(), g.session("O", account.ConsoleApp)
	v, err := g.parts.curate.Record(ctx, who, curate.Visit{Key: g.key(), Shop: g.things[0].shop.ID, Visited: g.clock.Now()})
	g.must(err)
	var picture bytes.Buffer
	g.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 9, 9))))
	id, err := g.parts.curate.AddPhoto(ctx, who, v.ID, g.key(), &picture)
	g.must(err)
	return string(v.ID), string(id)
}

// curated has another operator take in a note about the first shop, put it on
// the list, propose another decision about it, and decide about the second,
// whose merchant appeals.
func (g *crowd) curated() (note, decision, appeal string) {
	g.t.Helper()
	ctx, c := g.t.Context(), g.parts.curate
	other := account.Session{Person: g.ids["revoked"], App: account.ConsoleApp, Grants: []account.Grant{{Role: account.Operator}}}
	taken, err := c.Take(ctx, other, "matrix", []curate.Draft{{SourceID: "0", Shop: g.things[0].shop.ID, Author: "甲", Written: g.clock.Now(), Likes: -1, Followers: -1, Text: "汤很鲜"}})
	g.must(err)
	stands, err := c.Decide(ctx, other, g.things[0].shop.ID, curate.Ruling{Verdict: curate.Included, Reason: "汤头好", Tie: curate.Tie{None: true}}, g.key())
	g.must(err)
	proposed, err := c.Decide(ctx, other, g.things[0].shop.ID, curate.Ruling{Verdict: curate.Watched, Reason: "再看看", Tie: curate.Tie{Words: "老板是亲戚"}, Seen: stands.ID}, g.key())
	g.must(err)
	_, err = c.Decide(ctx, other, g.things[1].shop.ID, curate.Ruling{Verdict: curate.Excluded, Reason: "笔记太少", Tie: curate.Tie{None: true}}, g.key())
	g.must(err)
	against, err := c.Appeal(ctx, g.session("A", account.ConsoleApp), g.things[1].shop.ID, "请再来看看")
	g.must(err)
	return string(taken[0].ID), string(proposed.ID), string(against.ID)
}

// guarded sets a gate that falls short, which sold the first pass and so has an
// alarm.
func (g *crowd) guarded() (gate, alarm string) {
	g.t.Helper()
	ctx, d, who := g.t.Context(), g.parts.discover, g.session("O", account.ConsoleApp)
	set, err := d.SetGate(ctx, who, "trial", discover.Conditions{City: "上海", Share: 60, Shops: 5, Categories: 3, Minutes: 15, Hour: 19 * 60})
	g.must(err)
	g.must(g.parts.db.Update(ctx, func(tx *db.Tx) error {
		if _, _, err := discover.PutPlaces(tx, who.Person, []discover.Place{{City: "上海", Kind: discover.Metro, Name: "站", Point: geo.Point{Lat: 31.1, Lng: 121.2}, Source: "matrix", SourceID: "1"}}); err != nil {
			return err
		}
		return tx.Change(`UPDATE pass_passes SET gate = $2, promise = $3 WHERE id = $1`, g.things[0].pass, set.ID, db.JSON(set.Conditions))
	}))
	g.must(d.Watch(ctx))
	all, err := d.Alarms(ctx, who, 0)
	g.must(err)
	if len(all) != 1 || all[0].Members != 1 {
		g.t.Fatalf("alarms: %+v", all)
	}
	return string(set.ID), string(all[0].ID)
}

// planned has a coverage plan made of a draft beside a station.
func (g *crowd) planned() string {
	g.t.Helper()
	ctx, who := g.t.Context(), g.session("O", account.ConsoleApp)
	at := geo.Point{Lat: 31.2, Lng: 121.4}
	g.must(g.parts.db.Update(ctx, func(tx *db.Tx) error {
		if _, _, err := discover.PutPlaces(tx, who.Person, []discover.Place{{City: "矩城", Kind: discover.Metro, Name: "站", Point: at, Source: "matrix", SourceID: "2"}}); err != nil {
			return err
		}
		_, err := shop.AddDraft(tx, who.Person, shop.Shop{City: "矩城", Name: "待签", Category: "面馆", Point: at, Opens: -1, Closes: -1, Source: "matrix", SourceID: "2"})
		return err
	}))
	ask := discover.CoverUsual
	ask.City, ask.Uncurated = "矩城", true
	p, err := g.parts.discover.StartCover(ctx, who, ask, g.key())
	g.must(err)
	runner := jobs.NewRunner(g.parts.db, 1)
	g.parts.discover.Register(runner, 0)
	_, err = runner.Drain(ctx)
	g.must(err)
	return string(p.ID)
}

// client follows no redirects: where they lead is part of the answer.
func (g *crowd) client() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{MaxIdleConnsPerHost: 4, DisableCompression: true},
	}
}

// appOf is the app that a path belongs to.
func appOf(path string) account.App {
	for base, app := range map[string]account.App{"/api/": account.APIApp, "/till/": account.TillApp, "/console/": account.ConsoleApp} {
		if strings.HasPrefix(path, base) {
			return app
		}
	}
	return account.MemberApp
}
