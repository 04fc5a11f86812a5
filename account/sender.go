package account

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Sender delivers a one-time code to a phone number.
type Sender interface {
	Send(ctx context.Context, phone, code string) error
}

// A LogSender writes codes to a log instead of sending them, for development.
// Whoever reads the log can sign in as anybody, so production refuses it.
type LogSender struct{ W io.Writer }

// Send writes one line. It shows the number masked: a log is a log.
func (s LogSender) Send(_ context.Context, phone, code string) error {
	_, err := fmt.Fprintf(s.W, "sign-in code for %s: %s\n", Phone(phone).Mask(), code)
	return err
}

// A WebhookSender posts codes to a service that sends messages:
//
//	{"phone": "+8613800000001", "code": "123456", "expires": "2026-03-02T02:05:00Z"}
//
// signed as Standard Webhooks say (webhook-id, webhook-timestamp,
// webhook-signature: v1). The id stays the same when a posting is repeated, so
// that the receiver can drop the second. At expires the code is surely over.
// Any 2xx is a success; the answer's body is not read and redirects are not
// followed.
type WebhookSender struct {
	url    string
	secret []byte
	now    func() time.Time
	client *http.Client
}

const sendTimeout = 10 * time.Second

// NewWebhookSender returns a sender to an https URL, or an http one on
// loopback. The secret is 24 to 64 bytes in Base64, with or without "whsec_"
// before it.
func NewWebhookSender(to, secret string, now func() time.Time) (*WebhookSender, error) {
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errors.New("account: the webhook is not a URL")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, errors.New("account: the webhook's URL must be https")
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("account: the webhook's secret must be 24 to 64 bytes in Base64")
	}
	return &WebhookSender{url: u.String(), secret: key, now: now, client: &http.Client{
		Timeout:       sendTimeout,
		Transport:     &http.Transport{Proxy: nil, TLSHandshakeTimeout: sendTimeout, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send posts the code and waits for the answer's status.
func (s *WebhookSender) Send(ctx context.Context, phone, code string) error {
	now := s.now().UTC().Truncate(time.Second)
	body, err := json.Marshal(map[string]any{"phone": "+86" + phone, "code": code, "expires": now.Add(codeLife)})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("webhook: the request cannot be made")
	}
	id := "msg_" + base64.RawURLEncoding.EncodeToString(s.sum("id", phone, code)[:18])
	timestamp := strconv.FormatInt(now.Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Citywalk")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", timestamp)
	req.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(s.sum(id, timestamp, string(body))))
	resp, err := s.client.Do(req)
	if err != nil {
		// The URL may hold a key of the service; what went wrong does not.
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return fmt.Errorf("webhook: %w", err)
	}
	resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("webhook: answered %d", resp.StatusCode)
	}
	return nil
}

// sum is HMAC-SHA256 over the parts with dots between them.
func (s *WebhookSender) sum(parts ...string) []byte {
	h := hmac.New(sha256.New, s.secret)
	io.WriteString(h, strings.Join(parts, "."))
	return h.Sum(nil)
}
