package proof

import (
	"encoding/json"
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
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.codes[phone] == "" {
		m.come.Wait()
	}
	code := m.codes[phone]
	delete(m.codes, phone)
	return code
}

// Count is how many messages have come.
func (m *Messages) Count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count
}
