package main

import (
	"context"
	"errors"
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
func (c Config) sandboxURL() string { return "http://" + c.SandboxListen }

// sandboxPath is the sandbox's own database, beside the keys.
func (c Config) sandboxPath() string {
	return filepath.Join(filepath.Dir(c.secretsPath()), "sandbox.db")
}

// provider is the connector to the payment provider.
func (a *parts) provider() (payment.Provider, error) {
	return payment.NewSandbox(payment.SandboxOptions{Endpoint: a.cfg.sandboxURL(), Key: a.secrets.Sandbox, Clock: a.now})
}

// A counter is a running sandbox provider: another party, with a server and a
// database of its own.
type counter struct {
	db     *db.DB
	box    *sandbox.Server
	server *http.Server
}

// openCounter opens the sandbox's database and makes its server. frame is the
// origin that may show the cashier in a frame, "" for none.
func openCounter(ctx context.Context, cfg Config, secrets Secrets, clock func() time.Time, frame string) (*counter, error) {
	d, err := db.Open(ctx, cfg.sandboxPath(), db.Options{Clock: clock})
	if err != nil {
		return nil, err
	}
	box, err := sandbox.New(ctx, sandbox.Options{DB: d, Key: secrets.Sandbox, Frame: frame})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &counter{d, box, newCounterServer(cfg, box)}, nil
}

// newCounterServer makes a server; one that was shut down cannot run again.
func newCounterServer(cfg Config, box *sandbox.Server) *http.Server {
	return web.NewServer(cfg.SandboxListen, box)
}

// run answers and sends callbacks until ctx ends.
func (c *counter) run(ctx context.Context) error {
	go c.box.Run(ctx)
	return serve(ctx, c.server)
}

func (c *counter) close() error { return c.db.Close() }

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
