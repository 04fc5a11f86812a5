package payment

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"citywalk/money"
)

// Sandbox is the connector to the sandbox provider of package sandbox: a
// service of its own, reached only over HTTP. It moves no real money, so it
// refuses to be anywhere but on this machine.
//
// Requests and callbacks are signed with HMAC-SHA256 under a shared key over
// time, method, path and raw body. Answers are believed only if they are JSON
// of exactly the expected shape; anything else is no answer.
type Sandbox struct {
	endpoint string
	origin   string
	key      []byte
	clock    func() time.Time
	client   *http.Client
}

// SandboxOptions say where the sandbox is.
type SandboxOptions struct {
	Endpoint  string            // "http://127.0.0.1:8090"
	Origin    string            // Where browsers find its cashier; "" means at Endpoint.
	Key       []byte            // Shared with the service, at least 16 bytes.
	Clock     func() time.Time  // Signs with this time; the service must go by the same.
	Transport http.RoundTripper // Carries the messages; nil means the network.
}

// sandboxAnswer is the largest answer that is read.
const sandboxAnswer = 64 << 10

// NewSandbox returns the connector. It refuses an endpoint that is not on the
// loopback interface.
func NewSandbox(o SandboxOptions) (*Sandbox, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("payment: sandbox endpoint %q is not of the form http://127.0.0.1:port", o.Endpoint)
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("payment: the sandbox must be on a loopback address, not %q", u.Hostname())
	}
	if len(o.Key) < 16 || o.Clock == nil {
		return nil, errors.New("payment: the sandbox needs a key of at least 16 bytes and a clock")
	}
	endpoint := "http://" + u.Host
	if o.Origin == "" {
		o.Origin = endpoint
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, DisableCompression: true}
	}
	return &Sandbox{
		endpoint: endpoint, origin: strings.TrimSuffix(o.Origin, "/"), key: o.Key, clock: o.Clock,
		client: &http.Client{
			Transport: o.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
	}, nil
}

// Name is part of the keys of what the provider reported.
func (b *Sandbox) Name() string { return "sandbox" }

// Origin is where browsers find the cashier.
func (b *Sandbox) Origin() string { return b.origin }

// wireCharge is a charge as it is asked for.
type wireCharge struct {
	No        string       `json:"no"`
	Amount    money.Amount `json:"amount"`
	Currency  string       `json:"currency"`
	Subject   string       `json:"subject"`
	Payer     string       `json:"payer"`
	Agreement string       `json:"agreement"`
	Return    string       `json:"return"`
	Notify    string       `json:"notify"`
	Expires   int64        `json:"expires"`
}

// wireResult is a charge as the provider sees it.
type wireResult struct {
	No        string       `json:"no"`
	Status    string       `json:"status"`
	Trade     string       `json:"trade"`
	Amount    money.Amount `json:"amount"`
	Currency  string       `json:"currency"`
	Payer     string       `json:"payer"`
	Cashier   string       `json:"cashier"` // Path of the cashier's page.
	Agreement string       `json:"agreement"`
	PaidAt    int64        `json:"paid_at"`
}

type wireRefund struct {
	No      string       `json:"no"`
	Payment string       `json:"payment"`
	Amount  money.Amount `json:"amount"`
	Total   money.Amount `json:"total"`
	Reason  string       `json:"reason"`
	Notify  string       `json:"notify"`
}

type wireRefundResult struct {
	No     string       `json:"no"`
	Status string       `json:"status"`
	Amount money.Amount `json:"amount"`
}

// wireNotice is a callback. It never carries a token; Agreed says that there
// is one, to be had by query.
type wireNotice struct {
	ID     string            `json:"id"`
	Charge *wireResult       `json:"charge"`
	Refund *wireRefundResult `json:"refund"`
	Agreed bool              `json:"agreed"`
}

type wireError struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Create asks for a charge.
func (b *Sandbox) Create(ctx context.Context, c Charge) (Result, error) {
	var r wireResult
	err := b.do(ctx, http.MethodPost, "/v1/charges", wireCharge{
		c.No, c.Amount, c.Currency, c.Subject, c.Payer, c.Agreement, c.Return, c.Notify, c.Expires.UnixMilli(),
	}, &r)
	return b.result(r), err
}

// Query asks how a charge stands.
func (b *Sandbox) Query(ctx context.Context, no string) (Result, error) {
	var r wireResult
	err := b.do(ctx, http.MethodGet, "/v1/charges/"+url.PathEscape(no), nil, &r)
	return b.result(r), err
}

// Close ends a charge that is not paid.
func (b *Sandbox) Close(ctx context.Context, no string) error {
	var r wireResult
	return b.do(ctx, http.MethodPost, "/v1/charges/"+url.PathEscape(no)+"/close", struct{}{}, &r)
}

// Refund asks for money to go back.
func (b *Sandbox) Refund(ctx context.Context, o RefundOrder) (RefundResult, error) {
	var r wireRefundResult
	err := b.do(ctx, http.MethodPost, "/v1/refunds", wireRefund(o), &r)
	return RefundResult(r), err
}

// QueryRefund asks how a refund stands.
func (b *Sandbox) QueryRefund(ctx context.Context, no string) (RefundResult, error) {
	var r wireRefundResult
	err := b.do(ctx, http.MethodGet, "/v1/refunds/"+url.PathEscape(no), nil, &r)
	return RefundResult(r), err
}

func (b *Sandbox) result(r wireResult) Result {
	out := Result{
		No: r.No, Status: r.Status, Trade: r.Trade, Amount: r.Amount, Currency: r.Currency,
		Payer: r.Payer, Agreement: r.Agreement,
	}
	// The cashier is named by path, so that an answer cannot send a payer
	// anywhere else.
	if strings.HasPrefix(r.Cashier, "/cashier/") {
		out.PayURL = b.origin + r.Cashier
	}
	if r.PaidAt != 0 {
		out.PaidAt = time.UnixMilli(r.PaidAt).UTC()
	}
	return out
}

// Names of the headers that carry a signature.
const (
	SandboxTime      = "Sandbox-Time" // Unix milliseconds.
	SandboxSignature = "Sandbox-Signature"
)

// SandboxSign returns the signature of a message. A callback is signed under
// the method "NOTICE" and the notice's URL path.
func SandboxSign(key []byte, at, method, path string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "citywalk-sandbox\n%s\n%s\n%s\n", at, method, path)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// do makes one signed call and reads its answer into out.
func (b *Sandbox) do(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("payment: sandbox: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, b.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("payment: sandbox: %w", err)
	}
	at := strconv.FormatInt(b.clock().UnixMilli(), 10)
	req.Header.Set(SandboxTime, at)
	req.Header.Set(SandboxSignature, SandboxSign(b.key, at, method, path, body))
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.client.Do(req)
	if err != nil {
		return fmt.Errorf("payment: sandbox %s: %w", method, err)
	}
	defer resp.Body.Close()
	return answer(resp, out)
}

// answer reads an answer that is exactly what is expected, or a refusal.
func answer(resp *http.Response, out any) error {
	data, err := io.ReadAll(io.LimitReader(resp.Body, sandboxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("payment: sandbox answer: %w", err)
	case len(data) > sandboxAnswer:
		return errors.New("payment: sandbox answer is too large")
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "application/json" {
		return fmt.Errorf("payment: sandbox answered %d with %q", resp.StatusCode, kind)
	}
	if resp.StatusCode == http.StatusOK {
		return strict(data, out)
	}
	var refusal wireError
	if err := strict(data, &refusal); err != nil {
		return err
	}
	switch refusal.Code {
	case "not_there":
		return ErrNotThere
	case "agreement":
		return ErrAgreement
	}
	return fmt.Errorf("payment: sandbox refused: %d %s: %s", resp.StatusCode, refusal.Code, refusal.Text)
}

// Verify checks a callback's signature over the raw body and returns what it
// says. Whether its time is near is the Service's to say.
func (b *Sandbox) Verify(h http.Header, body []byte) (Notice, error) {
	times, signatures := h.Values(SandboxTime), h.Values(SandboxSignature)
	if len(times) != 1 || len(signatures) != 1 {
		return Notice{}, ErrForged
	}
	want := SandboxSign(b.key, times[0], "NOTICE", CallbackPath, body)
	if !hmac.Equal([]byte(want), []byte(signatures[0])) {
		return Notice{}, ErrForged
	}
	ms, err := strconv.ParseInt(times[0], 10, 64)
	if err != nil {
		return Notice{}, ErrForged
	}
	var w wireNotice
	if err := strict(body, &w); err != nil {
		return Notice{}, err
	}
	n := Notice{ID: w.ID, At: time.UnixMilli(ms).UTC(), More: w.Agreed}
	if w.Charge != nil {
		r := b.result(*w.Charge)
		n.Charge = &r
	}
	if w.Refund != nil {
		r := RefundResult(*w.Refund)
		n.Refund = &r
	}
	return n, nil
}
