package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"citywalk/db/dbtest"
	"citywalk/payment"
	"citywalk/payment/sandbox"
	"citywalk/payment/sandbox/sandboxtest"
)

// A merchant is who uses the sandbox in these tests.
type merchant struct {
	t      *testing.T
	clock  *dbtest.Clock
	box    sandboxtest.Sandbox
	url    string
	status atomic.Int64 // What he answers to callbacks.
	heard  atomic.Int64 // How many came.
}

func newMerchant(t *testing.T) *merchant {
	m := &merchant{t: t, clock: &dbtest.Clock{}}
	m.clock.Set(dbtest.Day)
	m.status.Store(http.StatusNoContent)
	m.box = sandboxtest.Start(t, m.clock.Now)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.heard.Add(1)
		w.WriteHeader(int(m.status.Load()))
	}))
	t.Cleanup(web.Close)
	m.url = web.URL
	return m
}

func (m *merchant) charge(no string) payment.Charge {
	return payment.Charge{
		No: no, Amount: 12850, Currency: "CNY", Subject: "年卡 <b>", Payer: "per_1",
		Return: m.url + "/back", Notify: m.url + payment.CallbackPath, Expires: m.clock.Now().Add(time.Hour),
	}
}

func (m *merchant) create(c payment.Charge) payment.Result {
	m.t.Helper()
	r, err := m.box.Provider.Create(context.Background(), c)
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

func (m *merchant) query(no string) payment.Result {
	m.t.Helper()
	r, err := m.box.Provider.Query(context.Background(), no)
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

// browse makes a request as a browser would and does not follow redirects.
func (m *merchant) browse(method, address, body string, header ...string) (*http.Response, string) {
	m.t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		m.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return resp, string(text)
}

// TestCashier shows the payer's page: in both languages, without script,
// labelled as play money, framed and left only as allowed.
func TestCashier(t *testing.T) {
	m := newMerchant(t)
	r := m.create(m.charge("CW1"))
	resp, zh := m.browse("GET", r.PayURL, "")
	for _, want := range []string{"沙盒收银台，不涉及真实资金", "¥128.50", "支付并开通免密支付", "取消", "年卡 &lt;b&gt;", `lang="zh-CN"`} {
		if !strings.Contains(zh, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(zh, "<script") || strings.Contains(zh, "style=") {
		t.Error("the page holds script or inline style")
	}
	policy := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "form-action 'self' " + m.url + ";", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	if _, en := m.browse("GET", r.PayURL, "", "Accept-Language", "en-GB,en;q=0.8"); !strings.Contains(en, "Sandbox cashier: no real money") {
		t.Error("the page is not in English for an English browser")
	}
	if _, en := m.browse("GET", r.PayURL+"?lang=en", ""); !strings.Contains(en, "Pay and allow one-tap payments") {
		t.Error("the page is not in English when asked")
	}
	if resp, text := m.browse("GET", m.box.URL+"/cashier/CWNONE", ""); resp.StatusCode != http.StatusNotFound || !strings.Contains(text, "没有这笔支付") {
		t.Errorf("an unknown number: %d", resp.StatusCode)
	}
	if resp, css := m.browse("GET", m.box.URL+"/cashier/style.css", ""); !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/css") || !strings.Contains(css, "--accent") {
		t.Error("there is no stylesheet")
	}
}

// TestCashierButtons shows what each button does, and that the second press
// does nothing.
func TestCashierButtons(t *testing.T) {
	m := newMerchant(t)
	for _, row := range []struct {
		do, then string
		want     string
		agreed   bool
	}{
		{"pay", "cancel", payment.StatusPaid, false},
		{"agree", "pay", payment.StatusPaid, true},
		{"cancel", "pay", payment.StatusClosed, false},
	} {
		r := m.create(m.charge("CW" + row.do))
		resp, _ := m.browse("POST", r.PayURL, "do="+row.do)
		if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != m.url+"/back" {
			t.Errorf("%s: %d to %q", row.do, resp.StatusCode, resp.Header.Get("Location"))
		}
		first := m.query(r.No)
		if first.Status != row.want || (first.Agreement != "") != row.agreed {
			t.Errorf("%s: %+v", row.do, first)
		}
		m.browse("POST", r.PayURL, "do="+row.then)
		if again := m.query(r.No); again != first {
			t.Errorf("%s after %s changed %+v to %+v", row.then, row.do, first, again)
		}
	}
	r := m.create(m.charge("CWevil"))
	if resp, _ := m.browse("POST", r.PayURL, "do=pay", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a press from another site: %d", resp.StatusCode)
	}
	if resp, _ := m.browse("POST", r.PayURL, "do=steal"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a button that is not there: %d", resp.StatusCode)
	}
	m.clock.Advance(time.Hour)
	m.browse("POST", r.PayURL, "do=pay")
	if got := m.query(r.No); got.Status != payment.StatusClosed {
		t.Errorf("paid after it expired: %s", got.Status)
	}
}

// TestNumberIsACharge shows that a number means one content for ever.
func TestNumberIsACharge(t *testing.T) {
	m := newMerchant(t)
	c := m.charge("CW1")
	first := m.create(c)
	if again := m.create(c); again != first {
		t.Errorf("the same again is %+v, was %+v", again, first)
	}
	c.Amount++
	if _, err := m.box.Provider.Create(t.Context(), c); err == nil {
		t.Error("the number was taken for another amount")
	}
	if _, err := m.box.Provider.Query(t.Context(), "CW2"); !errors.Is(err, payment.ErrNotThere) {
		t.Errorf("an unknown number: %v", err)
	}
	c = m.charge("CW3")
	c.Agreement = "made up"
	if _, err := m.box.Provider.Create(t.Context(), c); !errors.Is(err, payment.ErrAgreement) {
		t.Errorf("an agreement made up: %v", err)
	}
}

// TestRefundsAtTheSandbox shows that the sandbox gives back no more than was
// paid, and a number once.
func TestRefundsAtTheSandbox(t *testing.T) {
	m := newMerchant(t)
	r := m.create(m.charge("CW1"))
	order := payment.RefundOrder{No: "CR1", Payment: "CW1", Amount: 7000, Total: 12850}
	if _, err := m.box.Provider.Refund(t.Context(), order); err == nil {
		t.Error("refunded what was not paid")
	}
	m.browse("POST", r.PayURL, "do=pay")
	for range 2 {
		if got, err := m.box.Provider.Refund(t.Context(), order); err != nil || got.Status != payment.RefundDone {
			t.Errorf("%+v: %v", got, err)
		}
	}
	order.No = "CR2"
	if _, err := m.box.Provider.Refund(t.Context(), order); err == nil {
		t.Error("refunded more than was paid")
	}
	if _, err := m.box.Provider.QueryRefund(t.Context(), "CR2"); !errors.Is(err, payment.ErrNotThere) {
		t.Errorf("a refused refund is known: %v", err)
	}
	truth, err := m.box.Truth(t.Context())
	if err != nil || truth.Charges[0].Refunded != 7000 {
		t.Errorf("%+v: %v", truth, err)
	}
}

// TestUnsigned shows that nobody without the key uses the merchant's calls.
func TestUnsigned(t *testing.T) {
	m := newMerchant(t)
	for _, path := range []string{"/v1/charges/CW1", "/v1/refunds/CR1", "/v1/truth"} {
		if resp, _ := m.browse("GET", m.box.URL+path, ""); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("GET %s: %d", path, resp.StatusCode)
		}
	}
	for _, path := range []string{"/v1/charges", "/v1/charges/CW1/close", "/v1/refunds", "/v1/faults"} {
		if resp, _ := m.browse("POST", m.box.URL+path, "{}"); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("POST %s: %d", path, resp.StatusCode)
		}
	}
	old := fmt.Sprint(m.clock.Now().Add(-6 * time.Minute).UnixMilli())
	sign := payment.SandboxSign(sandboxtest.Key, old, "GET", "/v1/truth", nil)
	if resp, _ := m.browse("GET", m.box.URL+"/v1/truth", "", payment.SandboxTime, old, payment.SandboxSignature, sign); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a signature of six minutes ago: %d", resp.StatusCode)
	}
	now := fmt.Sprint(m.clock.Now().UnixMilli())
	sign = payment.SandboxSign(sandboxtest.Key, now, "GET", "/v1/truth", nil)
	if resp, _ := m.browse("GET", m.box.URL+"/v1/truth", "", payment.SandboxTime, now, payment.SandboxSignature, sign); resp.StatusCode != http.StatusOK {
		t.Errorf("a good signature: %d", resp.StatusCode)
	}
}

// TestNotices shows that a callback is sent again until it is answered, at
// most eight times.
func TestNotices(t *testing.T) {
	m := newMerchant(t)
	deliver := func(want int64) {
		t.Helper()
		m.heard.Store(0)
		for range 40 {
			if _, err := m.box.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			m.clock.Advance(time.Minute)
		}
		if got := m.heard.Load(); got != want {
			t.Errorf("heard %d callbacks, want %d", got, want)
		}
	}
	m.browse("POST", m.create(m.charge("CW1")).PayURL, "do=pay")
	deliver(1)
	m.status.Store(http.StatusBadGateway)
	m.browse("POST", m.create(m.charge("CW2")).PayURL, "do=pay")
	deliver(8)
	m.status.Store(http.StatusNoContent)
	deliver(0)
}

// TestFaultsByAPI shows that faults are scripted by a signed call and happen
// as often as asked.
func TestFaultsByAPI(t *testing.T) {
	m := newMerchant(t)
	body := `{"seed":1,"faults":[{"call":"query","kind":"html","times":2}]}`
	now := fmt.Sprint(m.clock.Now().UnixMilli())
	sign := payment.SandboxSign(sandboxtest.Key, now, "POST", "/v1/faults", []byte(body))
	if resp, text := m.browse("POST", m.box.URL+"/v1/faults", body, payment.SandboxTime, now, payment.SandboxSignature, sign); resp.StatusCode != http.StatusOK {
		t.Fatalf("%d: %s", resp.StatusCode, text)
	}
	m.create(m.charge("CW1"))
	for i := range 3 {
		_, err := m.box.Provider.Query(t.Context(), "CW1")
		if (err == nil) != (i == 2) {
			t.Errorf("query %d: %v", i+1, err)
		}
	}
}

// TestMixIsTheSeeds shows that the same seed makes the same faults, and
// another others.
func TestMixIsTheSeeds(t *testing.T) {
	run := func(seed int64) string {
		m := newMerchant(t)
		err := m.box.SetFaults(t.Context(), seed, sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Error, Percent: 50})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for i := range 40 {
			_, err := m.box.Provider.Create(t.Context(), m.charge(fmt.Sprint("CW", i)))
			fmt.Fprint(&out, err == nil, " ")
		}
		return out.String()
	}
	one := run(1)
	if again := run(1); again != one {
		t.Errorf("seed 1 made %s and then %s", one, again)
	}
	if run(2) == one {
		t.Error("seeds 1 and 2 made the same")
	}
	if n := strings.Count(one, "true"); n < 8 || n > 32 {
		t.Errorf("%d of 40 at 50 %%", n)
	}
}

// BenchmarkDirect is what the demo's history needs: charges under an agreement.
func BenchmarkDirect(b *testing.B) {
	clock := func() time.Time { return dbtest.Day }
	box := sandboxtest.Start(b, clock)
	c := payment.Charge{No: "CW", Amount: 100, Currency: "CNY", Payer: "per_1", Expires: dbtest.Day.Add(time.Hour)}
	r, err := box.Provider.Create(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := http.PostForm(r.PayURL, url.Values{"do": {"agree"}}); err != nil {
		b.Fatal(err)
	}
	if r, err = box.Provider.Query(b.Context(), c.No); err != nil {
		b.Fatal(err)
	}
	c.Agreement = r.Agreement
	var n atomic.Int64
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c := c
			c.No = fmt.Sprint("CW", n.Add(1))
			if r, err := box.Provider.Create(b.Context(), c); err != nil || r.Status != payment.StatusPaid {
				b.Errorf("%s: %v", r.Status, err)
				return
			}
		}
	})
}
