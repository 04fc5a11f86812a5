package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web/demo"
)

// DemoCmd runs the fictional city. Its data are apart from everything real.
type DemoCmd struct {
	DB            string `name:"db" env:"CITYWALK_DEMO_DB" default:"citywalk-data/demo/demo.db" placeholder:"PATH|URL" help:"SQLite file or postgres:// URL of the demo."`
	Listen        string `env:"CITYWALK_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on; loopback only."`
	SandboxListen string `env:"CITYWALK_SANDBOX_LISTEN" default:"127.0.0.1:8081" help:"Address of the sandbox payment provider."`
	Fresh         bool   `help:"Throw the demo's data away and start over."`
	Days          int    `default:"60" hidden:"" help:"Days of history."`
}

// config is the demo's configuration.
func (c *DemoCmd) config() Config {
	return Config{
		Database:  Database{DB: c.DB},
		Programme: Programme{Name: "临汀漫步卡", Zone: "Asia/Shanghai", City: demoCity},
		Listen:    c.Listen, SandboxListen: c.SandboxListen, Payment: "sandbox", Workers: 4, Secrets: c.secrets(),
	}
}

// secrets is the demo's own file of keys. A database that was written with
// other keys is not the demo's and is refused.
func (c *DemoCmd) secrets() string {
	if strings.Contains(c.DB, "://") {
		return "citywalk-data/demo/postgres.json"
	}
	return strings.TrimSuffix(c.DB, filepath.Ext(c.DB)) + ".json"
}

func (c *DemoCmd) Run(ctx context.Context, s *Streams) error {
	if !loopback(c.Listen) {
		return errors.New("--listen: in the demo anybody is the operator at a press, so it listens on loopback only")
	}
	log := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	slog.SetDefault(log)
	cfg := c.config()
	// A port that is taken is said before the history is made, not after.
	l, err := listen(ctx, c.Listen, "--listen")
	if err != nil {
		return err
	}
	defer l.Close()
	if err := c.prepare(cfg); err != nil {
		return err
	}
	clock := new(movingClock)
	a, err := openAt(ctx, cfg, clock.Now)
	if err != nil {
		return err
	}
	defer a.close()
	a.listener = l
	box, err := openCounter(ctx, cfg, a.secrets, clock.Now, cfg.baseURL())
	if err != nil {
		return err
	}
	defer box.close()
	if err := c.live(ctx, s, a, box, clock); err != nil {
		return err
	}
	edge, err := a.edge(log, true)
	if err != nil {
		return err
	}
	cast, err := a.cast(ctx)
	if err != nil {
		return err
	}
	demo.New(demo.Parts{Edge: edge, Account: a.account, Cast: cast, Host: cfg.Listen}).Mount(edge)
	a.ready = func() {
		fmt.Fprintf(s.Out, "\n  %s  (a fictional city)\n\n  Open  %s/demo\n\n  Ctrl-C stops it; a second start reuses its data, --fresh starts over.\n", demoCity, cfg.baseURL())
	}
	return a.serve(ctx, edge, box)
}

// The demo leaves a marker beside its data: "begun" before it writes the first
// row, "whole" when the history is. Data without a marker are somebody else's.
const (
	begun = "begun\n"
	whole = "whole\n"
)

// marker is the file that says that the data are the demo's and how far it came.
func marker(cfg Config) string {
	return strings.TrimSuffix(cfg.Secrets, ".json") + ".ready"
}

func mark(cfg Config, state string) error {
	if err := os.MkdirAll(filepath.Dir(marker(cfg)), 0o700); err != nil {
		return err
	}
	return os.WriteFile(marker(cfg), []byte(state), 0o600)
}

// prepare throws away data that are to go or were left half-made. It touches
// nothing that the demo did not make: here anybody becomes the operator at a
// press, and --fresh deletes.
func (c *DemoCmd) prepare(cfg Config) error {
	state, err := os.ReadFile(marker(cfg))
	ours := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if strings.Contains(c.DB, "://") {
		return nil // Whose data the database holds, its keys tell when it is open.
	}
	if ours && string(state) == whole && !c.Fresh {
		return nil
	}
	files := []string{c.DB, cfg.sandboxPath()}
	for _, path := range files {
		if _, err := os.Stat(path); err == nil && !ours {
			return fmt.Errorf("%s is there and is not the demo's, which leaves it alone; name a place of the demo's own with --db", path)
		}
	}
	for _, base := range files {
		for _, path := range []string{base, base + "-wal", base + "-shm"} {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return mark(cfg, begun)
}

// live makes the history if it is not there yet, with the sandbox running.
func (c *DemoCmd) live(ctx context.Context, s *Streams, a *parts, box *counter, clock *movingClock) error {
	empty, err := a.empty(ctx)
	if err != nil {
		return err
	}
	state, err := os.ReadFile(marker(a.cfg))
	half := err != nil || string(state) != whole
	if !empty {
		if c.Fresh || half {
			return fmt.Errorf("%s holds something already; give the demo an empty database", redact(c.DB))
		}
		return nil
	}
	began := time.Now()
	if err := box.listen(ctx); err != nil {
		return err
	}
	during, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- box.answer(during) }()
	h := &history{parts: a, clock: clock, days: c.Days, rand: rand.New(rand.NewPCG(demoSeed, 2)), pay: pay,
		progress: func(n, all int, what string) { bar(s.Err, n, all, what) }}
	err = h.run(ctx)
	stop()
	if err := errors.Join(err, <-done); err != nil {
		return err
	}
	clock.release()
	fmt.Fprintf(s.Err, "\rA city of %d shops and %d members has lived %d days in %.1f s.\n", demoShops, historyMembers, c.Days, time.Since(began).Seconds())
	return mark(a.cfg, whole)
}

// bar draws progress on one line.
func bar(w io.Writer, n, all int, what string) {
	const width = 30
	full := width * n / max(all, 1)
	fmt.Fprintf(w, "\r[%s%s] %d/%d %s ", strings.Repeat("=", full), strings.Repeat(" ", width-full), n, all, what)
}

// empty reports whether the demo's city has no shops yet.
func (a *parts) empty(ctx context.Context) (bool, error) {
	hits, err := a.shop.Search(ctx, shop.Query{City: demoCity, Limit: 1})
	return len(hits) == 0, err
}

// cast picks who plays in the demo: a member with a card, a shop with its
// till, and the operator.
func (a *parts) cast(ctx context.Context) (demo.Cast, error) {
	var c demo.Cast
	var err error
	if c.Operator, err = a.account.Appoint(ctx, demoPhone(1), "林运营", account.Grant{Role: account.Operator}); err != nil {
		return c, err
	}
	if c.Member, err = a.account.Appoint(ctx, demoPhone(2000), demoName(0), account.Grant{Role: account.Member}); err != nil {
		return c, err
	}
	if c.Newcomer, err = a.account.Appoint(ctx, demoPhone(2999), "新会员", account.Grant{Role: account.Member}); err != nil {
		return c, err
	}
	sh, err := a.stage(ctx)
	if err != nil {
		return c, err
	}
	c.Shop, c.Number = sh.ID, sh.Number
	c.Staff, err = a.account.Appoint(ctx, demoPhone(3000), "阿梅", account.Grant{Role: account.Staff, Merchant: string(sh.Merchant), Shop: string(sh.ID)})
	return c, err
}

// stage is the shop of the demo: always open, ten percent off and an offer of
// its own, so that the till has something to compare.
func (a *parts) stage(ctx context.Context) (shop.Shop, error) {
	const name = "巷口食堂（演示）"
	hits, err := a.shop.Search(ctx, shop.Query{City: demoCity, Name: name, Limit: 1})
	if err != nil {
		return shop.Shop{}, err
	}
	if len(hits) == 1 {
		return hits[0].Shop, nil
	}
	var by account.Session
	people, err := a.account.Appoint(ctx, demoPhone(1), "", account.Grant{Role: account.Operator})
	if err != nil {
		return shop.Shop{}, err
	}
	if _, by, err = a.account.Enter(ctx, people, account.ConsoleApp, account.Client{Device: "demo"}); err != nil {
		return shop.Shop{}, err
	}
	return a.buildStage(ctx, by, name)
}

func (a *parts) buildStage(ctx context.Context, by account.Session, name string) (shop.Shop, error) {
	m, err := a.shop.AddMerchant(ctx, by, "巷口餐饮（虚构）")
	if err != nil {
		return shop.Shop{}, err
	}
	sh, err := a.shop.Add(ctx, by, shop.Shop{City: demoCity, District: "渡口区", Name: name, Category: "本地菜",
		Address: "渡口区巷口路 12 号", Dishes: []string{"糖醋排骨", "葱油拌面", "酒香草头"},
		Point: demoPoint, Price: 68 * money.Yuan, Opens: 0, Closes: 24 * 60})
	if err != nil {
		return sh, err
	}
	if err := a.shop.Assign(ctx, by, sh.ID, m.ID); err != nil {
		return sh, err
	}
	if _, err := a.shop.SetTerms(ctx, by, sh.ID, shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 6, Floor: 20 * money.Yuan}); err != nil {
		return sh, err
	}
	if _, err := a.shop.SetOffers(ctx, by, sh.ID, []shop.Offer{{Title: "满 100 减 10", Kind: shop.Fixed, Off: 10 * money.Yuan, Floor: 100 * money.Yuan}}); err != nil {
		return sh, err
	}
	if err := a.shop.Open(ctx, by, sh.ID); err != nil {
		return sh, err
	}
	return a.shop.Get(ctx, sh.ID)
}
