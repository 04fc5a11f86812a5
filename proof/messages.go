package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Messages is the service that the nodes post one-time codes to.
type Messages struct {
	URL    string
	secret string

	mu    sync.Mutex
	come  *sync.Cond
	codes map[string]string // By number, the newest.
	count int
}

func receiveMessages(t testing.TB) *Messages {
	t.Helper()
	m := &Messages{secret: webhookSecret, codes: map[string]string{}}
	m.come = sync.NewCond(&m.mu)
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	m.URL = server.URL
	return m
}

// ServeHTTP takes a message.
func (m *Messages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ Phone, Code string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("Webhook-Signature") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.codes[strings.TrimPrefix(body.Phone, "+86")] = body.Code
	m.count++
	m.come.Broadcast()
}

// Code waits for the code that is sent to a number.
func (m *Messages) Code(phone string) string {
	code, _ := m.Await(context.Background(), phone)
	return code
}

// Await is Code for somebody who does not wait for ever.
func (m *Messages) Await(ctx context.Context, phone string) (string, error) {
	defer context.AfterFunc(ctx, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.come.Broadcast()
	})()
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.codes[phone] == "" {
		if err := ctx.Err(); err != nil {
			return "", fmt.Errorf("no code came to %s: %w", phone, err)
		}
		m.come.Wait()
	}
	code := m.codes[phone]
	delete(m.codes, phone)
	return code, nil
}

// Count is how many messages have come.
func (m *Messages) Count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count
}
