package account

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"citywalk/db/dbtest"
)

// The reference vector of the Standard Webhooks specification.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

// A receiver is the other side of the webhook: it verifies as the Standard
// Webhooks specification tells receivers to, and drops repetitions by id.
type receiver struct {
	now    func() time.Time
	got    map[string]map[string]string
	calls  int
	status int
	err    error
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.calls++
	if r.status != 0 {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(r.status)
		return
	}
	body, err := io.ReadAll(req.Body)
	if err == nil {
		err = verify(req.Header, body, r.now())
	}
	message := map[string]string{}
	if err == nil {
		err = json.Unmarshal(body, &message)
	}
	if err != nil {
		r.err = err
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.got[req.Header.Get("webhook-id")] = message
	io.WriteString(w, strings.Repeat("nobody reads this ", 100_000))
}

func verify(h http.Header, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return fmt.Errorf("timestamp %q", h.Get("webhook-timestamp"))
	}
	if h.Get("webhook-id") == "" || h.Get("content-type") != "application/json" {
		return fmt.Errorf("headers %v", h)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(vectorSecret, "whsec_"))
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), seconds, body)
	for _, s := range strings.Fields(h.Get("webhook-signature")) {
		version, signature, _ := strings.Cut(s, ",")
		got, err := base64.StdEncoding.DecodeString(signature)
		if version == "v1" && err == nil && hmac.Equal(got, mac.Sum(nil)) {
			return nil
		}
	}
	return fmt.Errorf("signature %q", h.Get("webhook-signature"))
}

// TestWebhookVector shows that what is signed is what the specification signs.
func TestWebhookVector(t *testing.T) {
	s, err := NewWebhookSender("https://example.com/", vectorSecret, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := "v1," + base64.StdEncoding.EncodeToString(s.sum("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", `{"test": 2432232314}`))
	if got != vectorSignature {
		t.Errorf("got %s, want %s", got, vectorSignature)
	}
}

// TestWebhookSender posts to a receiver that verifies, twice as after a lost
// answer: it is told of one message.
func TestWebhookSender(t *testing.T) {
	clock := dbtest.Day
	r := &receiver{now: func() time.Time { return clock }, got: map[string]map[string]string{}}
	server := httptest.NewServer(r)
	defer server.Close()
	s, err := NewWebhookSender(server.URL+"/sms", vectorSecret, r.now)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Send(t.Context(), alice, "123456"); err != nil {
			t.Fatalf("send: %v; the receiver said %v", err, r.err)
		}
		clock = clock.Add(time.Second)
	}
	if err := s.Send(t.Context(), bob, "123456"); err != nil {
		t.Fatal(err)
	}
	if r.calls != 3 || len(r.got) != 2 {
		t.Errorf("%d calls with %d messages, want 3 with 2", r.calls, len(r.got))
	}
	for id, m := range r.got {
		if !strings.HasPrefix(id, "msg_") || m["phone"] != "+86"+alice && m["phone"] != "+86"+bob || m["code"] != "123456" ||
			m["expires"] < "2026-03-02T02:05:01Z" || len(m) != 3 {
			t.Errorf("%s: %v", id, m)
		}
	}
}

// TestWebhookFailures shows that everything but a 2xx is a failure, that no
// redirect is followed, and that the URL, which may hold a key, is not told.
func TestWebhookFailures(t *testing.T) {
	r := &receiver{now: func() time.Time { return dbtest.Day }}
	server := httptest.NewServer(r)
	s, err := NewWebhookSender(server.URL+"/key-4711", vectorSecret, r.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, r.status = range []int{301, 302, 307, 308, 400, 401, 410, 429, 500, 503} {
		r.calls = 0
		err := s.Send(t.Context(), canary, "123456")
		if err == nil || r.calls != 1 || !strings.Contains(err.Error(), strconv.Itoa(r.status)) {
			t.Errorf("%d: %d calls, %v", r.status, r.calls, err)
		}
	}
	server.Close()
	err = s.Send(t.Context(), canary, "123456")
	if err == nil || strings.Contains(err.Error(), "4711") || strings.Contains(err.Error(), canary) {
		t.Errorf("a receiver that is not there: %v", err)
	}
}

// TestNewWebhookSender shows which addresses and secrets are taken.
func TestNewWebhookSender(t *testing.T) {
	for _, to := range []string{"https://sms.example/send", "http://127.0.0.1:9/x", "http://[::1]:9/", "http://localhost:9/"} {
		if _, err := NewWebhookSender(to, vectorSecret, nil); err != nil {
			t.Errorf("%s: %v", to, err)
		}
	}
	for _, to := range []string{"", "sms.example", "http://sms.example/", "http://127.0.0.1.example/", "http://10.0.0.1/", "ftp://127.0.0.1/", "https://", "https://u:p@sms.example/", "https://a b/"} {
		if _, err := NewWebhookSender(to, vectorSecret, nil); err == nil {
			t.Errorf("%q was taken", to)
		}
	}
	for _, secret := range []string{"", "whsec_", "short", base64.StdEncoding.EncodeToString(make([]byte, 23)), base64.StdEncoding.EncodeToString(make([]byte, 65)), "not base64"} {
		if _, err := NewWebhookSender("https://sms.example/", secret, nil); err == nil {
			t.Errorf("secret %q was taken", secret)
		}
	}
}

// TestLogSender shows that the development log tells the code, not the number.
func TestLogSender(t *testing.T) {
	var b bytes.Buffer
	if err := (LogSender{&b}).Send(t.Context(), canary, "123456"); err != nil {
		t.Fatal(err)
	}
	if b.String() != "sign-in code for 139****0001: 123456\n" {
		t.Errorf("the log says %q", b.String())
	}
}

// TestSendErrorHidesMessage shows that what a sender quotes is masked.
func TestSendErrorHidesMessage(t *testing.T) {
	err := sendError(errors.New("no credit for 123456 to +86"+canary), canary, "123456")
	if s := err.Error(); strings.Contains(s, canary) || strings.Contains(s, "123456") {
		t.Errorf("it says %q", s)
	}
}
