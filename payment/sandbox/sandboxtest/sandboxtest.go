// Package sandboxtest runs a sandbox provider for a test, over real HTTP.
package sandboxtest

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// Key is what test sandboxes share with their merchants.
var Key = []byte("a sandbox key for tests only")

// A Sandbox is a running sandbox and the way to it.
type Sandbox struct {
	*sandbox.Server
	URL      string
	Provider *payment.Sandbox
}

// Start runs a sandbox with a database of its own under the test's clock until
// the test ends. It sends callbacks when the test calls Deliver.
func Start(t testing.TB, clock func() time.Time) Sandbox {
	t.Helper()
	d, err := db.Open(context.Background(), filepath.Join(t.TempDir(), "sandbox.db"), db.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.New(context.Background(), sandbox.Options{DB: d, Key: Key})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		web.Close()
		if err := d.Close(); err != nil {
			t.Errorf("close sandbox: %v", err)
		}
	})
	p, err := payment.NewSandbox(payment.SandboxOptions{Endpoint: web.URL, Key: Key, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return Sandbox{server, web.URL, p}
}
