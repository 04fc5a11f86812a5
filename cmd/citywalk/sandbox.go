package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/payment"
	"citywalk/payment/sandbox"
	"citywalk/web"
)

// sandboxURL is where the sandbox provider is reached.
func (c Config) sandboxURL() string {
	if c.SandboxURL != "" {
		return strings.TrimRight(c.SandboxURL, "/")
	}
	return "http://" + c.SandboxListen
}

// sandboxPath is the sandbox's own database, beside the keys: installations
// with files of keys of their own have sandboxes of their own.
func (c Config) sandboxPath() string {
	path := c.secretsPath()
	if name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)); name != "secrets" {
		return filepath.Join(filepath.Dir(path), name+".sandbox.db")
	}
	return filepath.Join(filepath.Dir(path), "sandbox.db")
}

// provider is the connector to the payment provider.
func (a *parts) provider() (payment.Provider, error) {
	return payment.NewSandbox(payment.SandboxOptions{Endpoint: a.cfg.sandboxURL(), Key: a.secrets.Sandbox, Clock: a.now, Transport: a.carrier})
}

// A counter is a running sandbox provider: another party, with a server and a
// database of its own. Without a server it is one that another node runs.
type counter struct {
	cfg      Config
	db       *db.DB
	box      *sandbox.Server
	listener net.Listener
}

// openCounter opens the sandbox's database and makes its server. frame is the
// origin that may show the cashier in a frame, "" for none.
func openCounter(ctx context.Context, cfg Config, secrets Secrets, clock func() time.Time, frame string) (*counter, error) {
	if cfg.SandboxURL != "" {
		return &counter{cfg: cfg}, nil
	}
	d, err := reach(ctx, cfg.sandboxPath(), db.Options{Clock: clock})
	if err != nil {
		return nil, err
	}
	box, err := sandbox.New(ctx, sandbox.Options{DB: d, Key: secrets.Sandbox, Frame: frame})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &counter{cfg: cfg, db: d, box: box}, nil
}

// listen takes the sandbox's address.
func (c *counter) listen(ctx context.Context) (err error) {
	if c.box == nil {
		return nil
	}
	if c.listener, err = listen(ctx, c.cfg.SandboxListen, "--sandbox-listen"); err != nil {
		return fmt.Errorf("%w; if another node of this installation runs its sandbox there, share it with --sandbox-url http://%s", err, c.cfg.SandboxListen)
	}
	return nil
}

// run answers and sends callbacks until ctx ends.
func (c *counter) run(ctx context.Context) error {
	if c.box == nil {
		return nil
	}
	go c.box.Run(ctx)
	return c.answer(ctx)
}

// answer only answers until ctx ends; whoever asks gets to know.
func (c *counter) answer(ctx context.Context) error {
	return serve(ctx, web.NewServer(c.cfg.SandboxListen, c.box), c.listener)
}

func (c *counter) close() error {
	if c.db == nil {
		return nil
	}
	return c.db.Close()
}

// pay presses the cashier's button as the payer would, for the demo's history:
// the charge is paid and one-tap payments are allowed from then on.
func pay(ctx context.Context, payURL string) error {
	body := strings.NewReader("do=agree")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, payURL, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return errors.New("the cashier did not take the payment: " + answer.Status)
	}
	return nil
}
