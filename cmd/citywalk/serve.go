package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"citywalk/payment"
	"citywalk/redeem"
	"citywalk/web"
	"citywalk/web/api"
	"citywalk/web/console"
	"citywalk/web/member"
	"citywalk/web/till"
)

// drain is how long requests and jobs under way may take to finish.
const drain = 10 * time.Second

// ServeCmd runs the server.
type ServeCmd struct {
	Config `embed:""`
}

func (c *ServeCmd) Run(ctx context.Context, s *Streams) error {
	log := slog.New(slog.NewTextHandler(s.Err, nil))
	slog.SetDefault(log)
	a, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer a.close()
	box, err := openCounter(ctx, c.Config, a.secrets, nil, "")
	if err != nil {
		return err
	}
	defer box.close()
	edge, err := a.edge(log, false)
	if err != nil {
		return err
	}
	for _, w := range c.warnings() {
		log.Warn(w)
	}
	a.ready, a.life = func() { c.welcome(s) }, &life{folder: c.seenFolder()}
	return a.serve(ctx, edge, box)
}

// welcome says where everything is, once it is there.
func (c *ServeCmd) welcome(s *Streams) {
	base := c.baseURL()
	fmt.Fprintf(s.Out, "Citywalk %s is ready.\n  members  %s/\n  tills    %s/till/\n  console  %s/console/\n  API      %s%s/openapi.json\n  health   %s/healthz, %s/readyz\n  data     %s\n  keys     %s\n",
		version().Version, base, base, base, base, api.Prefix, base, base, redact(c.DB), c.secretsPath())
	whose := "its own"
	if c.SandboxURL != "" {
		whose = "another node's"
	}
	fmt.Fprintf(s.Out, "  sandbox  %s, %s; pretend money\n", c.sandboxURL(), whose)
	if c.SMSWebhook == "" {
		fmt.Fprintln(s.Out, "  codes    one-time codes for signing in appear in the log below")
	}
	keys := ""
	if c.Secrets != "" {
		keys = " --secrets " + c.Secrets
	}
	fmt.Fprintf(s.Out, "The first operator is appointed with: citywalk operator add PHONE --db %s%s\n", redact(c.DB), keys)
}

// serve runs the web server, the background work and the sandbox until ctx
// ends, then lets what is under way finish. Nothing starts before every
// address is ours, and nobody is served before it is known whether the database
// is the latest, for which the institution may be asked.
func (a *parts) serve(ctx context.Context, edge *web.Edge, box *counter) error {
	if a.listener == nil {
		l, err := listen(ctx, a.cfg.Listen, "--listen")
		if err != nil {
			return err
		}
		a.listener = l
	}
	defer a.listener.Close()
	if err := box.listen(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return box.run(ctx) })
	if err := a.begin(ctx); err != nil {
		stop()
		return errors.Join(err, g.Wait())
	}
	asked := make(chan os.Signal, 1) // Before anybody is told that the node is ready: until then the signal ends it.
	signal.Notify(asked, syscall.SIGUSR1)
	defer signal.Stop(asked)
	if a.ready != nil {
		a.ready()
	}
	server := edge.Server(a.cfg.Listen)
	server.Handler = a.door(server.Handler)
	g.Go(func() error { return serve(ctx, server, edge.Listener(a.listener)) })
	g.Go(func() error { return a.work(ctx) })
	g.Go(func() error { return a.guide(ctx) })
	g.Go(func() error { return a.live(ctx) })
	g.Go(func() error { a.standing(ctx, edge, asked); return nil })
	return g.Wait()
}

// listen takes an address that a flag named.
func listen(ctx context.Context, address, flag string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another with %s", address, err, flag)
	}
	return l, nil
}

// serve answers on the listener until ctx ends, then lets requests under way
// finish.
func serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := server.Shutdown(end)
	if serveErr := <-done; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// edge mounts the apps.
func (a *parts) edge(log *slog.Logger, demo bool) (*web.Edge, error) {
	proxies, err := a.cfg.proxies()
	if err != nil {
		return nil, err
	}
	e := web.New(web.Options{
		Account: a.account, Log: log, Secure: strings.HasPrefix(a.cfg.baseURL(), "https://"),
		Cashier: []string{a.payment.Provider.Origin()}, Proxies: proxies, Demo: demo, Ready: a.alive, Names: a.discover.Called,
		Slots: a.cfg.slots(), Connections: a.cfg.connections(), Neighbours: neighbours,
	})
	a.payment.Outside = web.Outside
	a.redeem.Changed = func(r redeem.Redemption) {
		e.Hub.Publish(string(r.ID), "member/"+string(r.Person), "shop/"+string(r.Shop))
	}
	member.New(member.Parts{Edge: e, DB: a.db, Account: a.account, Shop: a.shop, Payment: a.payment, Pass: a.pass, Curate: a.curate, Community: a.community, Discover: a.discover, Redeem: a.redeem,
		Zone: a.zone, Now: a.now, Programme: a.cfg.Name, City: a.cfg.City}).Mount(e)
	till.New(till.Parts{Edge: e, Account: a.account, Shop: a.shop, Redeem: a.redeem,
		Zone: a.zone, Now: a.now, Programme: a.cfg.Name, BaseURL: a.cfg.baseURL()}).Mount(e)
	console.New(console.Parts{Edge: e, DB: a.db, Account: a.account, Shop: a.shop, Pass: a.pass, Curate: a.curate, Community: a.community, Discover: a.discover, Redeem: a.redeem, Settle: a.settle, Runner: a.runner,
		Prove: a.prove, Zone: a.zone, Now: a.now, Programme: a.cfg.Name, City: a.cfg.City, BaseURL: a.cfg.baseURL()}).Mount(e)
	api.New(api.Parts{DB: a.db, Account: a.account, Shop: a.shop, Pass: a.pass, Curate: a.curate, Community: a.community, Discover: a.discover, Payment: a.payment, Redeem: a.redeem, Settle: a.settle,
		Prove: a.prove, Now: a.now, Version: version().Version}).Mount(e)
	e.Handle("POST "+payment.CallbackPath, http.HandlerFunc(a.payment.Callback))
	return e, nil
}

// proxies reads the network whose forwarded addresses are believed.
func (c Config) proxies() ([]netip.Prefix, error) {
	if c.TrustedProxy == "" {
		return nil, nil
	}
	p, err := netip.ParsePrefix(c.TrustedProxy)
	if err != nil {
		return nil, fmt.Errorf("--trusted-proxy %s is not a network such as 10.0.0.0/8", c.TrustedProxy)
	}
	return []netip.Prefix{p}, nil
}
