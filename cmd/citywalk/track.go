package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"citywalk/account"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web/api"
)

// perMember is how many redemptions a member may make a day.
const perMember = 6

// A track is a whole server on loopback with shops and members, for measuring.
type track struct {
	parts   *parts
	box     *counter
	stop    context.CancelFunc
	done    chan error
	client  *http.Client
	base    string
	shop    shop.ID
	till    string // Token of the staff.
	keys    atomic.Int64
	members atomic.Int64
	waits   atomic.Int64 // Looks at a payment whose outcome was not known at once.
}

// newTrack starts a server over an empty database.
func newTrack(ctx context.Context, url, dir string) (*track, error) {
	cfg := Config{Database: Database{DB: url}, Programme: Programme{Name: "bench", Zone: "Asia/Shanghai", City: "bench"},
		Payment: "sandbox", Workers: 2, Secrets: filepath.Join(dir, "secrets.json")}
	var err error
	if cfg.Listen, err = freeAddress(); err != nil {
		return nil, err
	}
	if cfg.SandboxListen, err = freeAddress(); err != nil {
		return nil, err
	}
	a, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	box, err := openCounter(ctx, cfg, a.secrets, nil, "")
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	edge, err := a.edge(slog.New(slog.DiscardHandler), false)
	if err != nil {
		return nil, errors.Join(err, box.close(), a.close())
	}
	running, stop := context.WithCancel(ctx)
	b := &track{parts: a, box: box, stop: stop, done: make(chan error, 1), base: cfg.baseURL() + api.Prefix,
		client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	go func() { b.done <- a.serve(running, edge, box) }()
	if err := b.furnish(ctx); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *track) close() error {
	b.stop()
	return errors.Join(<-b.done, b.box.close(), b.parts.close())
}

// freeAddress finds a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// furnish makes the shop and its staff.
func (b *track) furnish(ctx context.Context) error {
	a := b.parts
	id, err := a.account.Appoint(ctx, demoPhone(1), "bench", account.Grant{Role: account.Operator})
	if err != nil {
		return err
	}
	_, operator, err := a.account.Enter(ctx, id, account.ConsoleApp, account.Client{Device: "bench"})
	if err != nil {
		return err
	}
	m, err := a.shop.AddMerchant(ctx, operator, "bench")
	if err != nil {
		return err
	}
	sh, err := a.shop.Add(ctx, operator, shop.Shop{City: "bench", Name: "bench", Category: "咖啡", Point: geo.Point{Lat: 31.2, Lng: 121.5}, Closes: 24 * 60})
	if err != nil {
		return err
	}
	b.shop = sh.ID
	if err := b.openShop(ctx, operator, m.ID, sh.ID); err != nil {
		return err
	}
	b.till, err = b.hire(ctx, 2, m.ID, sh.ID)
	return err
}

// openShop gives a shop its merchant and terms, and opens it.
func (b *track) openShop(ctx context.Context, operator account.Session, m shop.MerchantID, id shop.ID) error {
	a := b.parts
	if err := a.shop.Assign(ctx, operator, id, m); err != nil {
		return err
	}
	if _, err := a.shop.SetTerms(ctx, operator, id, shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: perMember}); err != nil {
		return err
	}
	return a.shop.Open(ctx, operator, id)
}

// hire makes the n-th person the shop's staff, and returns the token of its
// till.
func (b *track) hire(ctx context.Context, n int, m shop.MerchantID, id shop.ID) (string, error) {
	a := b.parts
	staff, err := a.account.Appoint(ctx, demoPhone(n), "", account.Grant{Role: account.Staff, Merchant: string(m), Shop: string(id)})
	if err != nil {
		return "", err
	}
	token, _, err := a.account.Enter(ctx, staff, account.APIApp, account.Client{Device: "bench"})
	return token, err
}

// person makes somebody who has no pass yet, signed in.
func (b *track) person(ctx context.Context) (string, account.Session, error) {
	n := int(b.members.Add(1))
	id, err := b.parts.account.Appoint(ctx, fmt.Sprintf("198%08d", n), "", account.Grant{Role: account.Member})
	if err != nil {
		return "", account.Session{}, err
	}
	return b.parts.account.Enter(ctx, id, account.APIApp, account.Client{Device: "bench"})
}

// join makes a member with a pass and an agreement, and returns its token.
func (b *track) join(ctx context.Context) (string, error) {
	token, session, err := b.person(ctx)
	if err != nil {
		return "", err
	}
	_, payURL, err := b.parts.pass.Buy(ctx, session, "annual", b.key())
	if err != nil {
		return "", err
	}
	if err := pay(ctx, payURL); err != nil {
		return "", err
	}
	return token, b.settled(ctx, session)
}

// settled waits until the member's pass is paid for and its agreement known.
func (b *track) settled(ctx context.Context, who account.Session) error {
	for range 200 {
		all, err := b.parts.pass.Mine(ctx, who)
		if err != nil {
			return err
		}
		if len(all) > 0 && all[0].State == "active" {
			return nil
		}
		if len(all) > 0 && all[0].Payment != "" {
			if _, err := b.parts.payment.Sync(ctx, all[0].Payment); err != nil {
				return err
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("a pass was not paid for in time")
}

func (b *track) key() string { return fmt.Sprintf("bench-%016d", b.keys.Add(1)) }

// run makes n redemptions with so many callers at once.
func (b *track) run(ctx context.Context, callers, n int) (Level, error) {
	each := (n + callers - 1) / callers
	tokens := make([][]string, callers)
	g, joining := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for i := range tokens {
		tokens[i] = make([]string, (each+perMember-1)/perMember)
		for k := range tokens[i] {
			g.Go(func() (err error) { tokens[i][k], err = b.join(joining); return err })
		}
	}
	if err := g.Wait(); err != nil {
		return Level{}, err
	}
	whole, confirm := make([][]time.Duration, callers), make([][]time.Duration, callers)
	g, ctx = errgroup.WithContext(ctx)
	began, again, busy := time.Now(), b.parts.db.Retries(), processor()
	for i := range callers {
		g.Go(func() error {
			for k := range each {
				t, c, err := b.redeem(ctx, tokens[i][k/perMember])
				if err != nil {
					return err
				}
				whole[i], confirm[i] = append(whole[i], t), append(confirm[i], c)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Level{}, err
	}
	took := time.Since(began)
	w, c := slices.Sorted(slices.Values(slices.Concat(whole...))), slices.Sorted(slices.Values(slices.Concat(confirm...)))
	done := float64(len(w))
	return Level{Callers: callers, Redemptions: len(w), PerSecond: done / took.Seconds(),
		P50: quantile(w, 0.5), P99: quantile(w, 0.99), ConfirmP50: quantile(c, 0.5), ConfirmP99: quantile(c, 0.99),
		Retries: float64(b.parts.db.Retries()-again) / done, Processor: time.Duration(float64(processor()-busy) / done)}, nil
}

// processor is how long processors have worked for this process: for the
// product, its clients and the sandbox, not for a PostgreSQL server.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// redeem is one redemption through HTTP; it returns how long the whole and the
// confirmation took.
func (b *track) redeem(ctx context.Context, member string) (whole, confirm time.Duration, err error) {
	began := time.Now()
	var code struct{ Code string }
	if err := b.post(ctx, member, "/codes", nil, &code); err != nil {
		return 0, 0, err
	}
	var r struct {
		ID, State string
		Quote     struct {
			Version int
			Hash    string
		}
	}
	if err := b.post(ctx, b.till, "/shops/"+string(b.shop)+"/scans", map[string]any{"code": code.Code}, &r); err != nil {
		return 0, 0, err
	}
	if err := b.post(ctx, b.till, "/redemptions/"+r.ID+"/quotes", map[string]any{"bill": 128*money.Yuan + 50}, &r); err != nil {
		return 0, 0, err
	}
	confirming := time.Now()
	if err := b.post(ctx, member, "/redemptions/"+r.ID+"/confirm", map[string]any{"version": r.Quote.Version, "hash": r.Quote.Hash}, &r); err != nil {
		return 0, 0, err
	}
	for r.State == "paying" {
		b.waits.Add(1)
		time.Sleep(20 * time.Millisecond)
		if err := b.call(ctx, http.MethodGet, member, "/redemptions/"+r.ID, nil, &r); err != nil {
			return 0, 0, err
		}
	}
	if r.State != "committed" {
		return 0, 0, fmt.Errorf("a redemption ended %s", r.State)
	}
	return time.Since(began), time.Since(confirming), nil
}

// post sends a command and decodes its answer.
func (b *track) post(ctx context.Context, token, path string, body, answer any) error {
	return b.call(ctx, http.MethodPost, token, path, body, answer)
}

func (b *track) call(ctx context.Context, method, token, path string, body, answer any) error {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, b.base+path, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", b.key())
	res, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s: %s %s", path, res.Status, strings.TrimSpace(string(raw)))
	}
	return json.Unmarshal(raw, answer)
}
