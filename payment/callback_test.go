package payment_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"citywalk/db/dbtest"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
	"citywalk/payment/sandbox/sandboxtest"
)

// paidNotice is a callback that says a payment is paid.
func paidNotice(id, no, trade string, amount money.Amount, currency string) string {
	return fmt.Sprintf(`{"id":%q,"charge":{"no":%q,"status":"paid","trade":%q,"amount":%d,"currency":%q,"payer":"per_1","cashier":"","agreement":"","paid_at":1},"refund":null,"agreed":false}`,
		id, no, trade, amount, currency)
}

// TestForged shows that only what the provider signed, lately, is let in; the
// rest is answered 401 and changes nothing (F2, F3).
func TestForged(t *testing.T) {
	rows := []struct {
		name   string
		skew   time.Duration
		change func(*http.Request)
		want   int
	}{
		{"true", 0, nil, http.StatusNoContent},
		{"5 minutes old", -5 * time.Minute, nil, http.StatusNoContent},
		{"6 minutes old", -6 * time.Minute, nil, http.StatusUnauthorized},
		{"6 minutes ahead", 6 * time.Minute, nil, http.StatusUnauthorized},
		{"no signature", 0, func(r *http.Request) { r.Header.Del(payment.SandboxSignature) }, http.StatusUnauthorized},
		{"no time", 0, func(r *http.Request) { r.Header.Del(payment.SandboxTime) }, http.StatusUnauthorized},
		{"another time", 0, func(r *http.Request) { r.Header.Set(payment.SandboxTime, "1772418000001") }, http.StatusUnauthorized},
		{"two signatures", 0, func(r *http.Request) { r.Header.Add(payment.SandboxSignature, r.Header.Get(payment.SandboxSignature)) }, http.StatusUnauthorized},
		{"another key", 0, func(r *http.Request) {
			r.Header.Set(payment.SandboxSignature, payment.SandboxSign([]byte("another key, as long"), r.Header.Get(payment.SandboxTime), "NOTICE", payment.CallbackPath, nil))
		}, http.StatusUnauthorized},
		{"the same JSON with other spaces", 0, func(r *http.Request) {
			body := " " + paidNotice("n", "CW", "T", 100, "CNY")
			r.Body, r.ContentLength = newBody(body), int64(len(body))
		}, http.StatusUnauthorized},
		{"not a POST", 0, func(r *http.Request) { r.Method = http.MethodPut }, http.StatusMethodNotAllowed},
	}
	each(t, func(b *bench) {
		for i, row := range rows {
			p := b.open(b.start(fmt.Sprint("f", i), 100, false))
			body := paidNotice(fmt.Sprint("ntc_", i), p.No, fmt.Sprint("T", i), 100, "CNY")
			if got := b.notify(body, b.clock.Now().Add(row.skew), row.change); got != row.want {
				b.t.Errorf("%s: answered %d, want %d", row.name, got, row.want)
			}
			if _, err := b.runner.Drain(b.t.Context()); err != nil {
				b.t.Fatal(err)
			}
			want := payment.Open
			if row.want == http.StatusNoContent {
				want = payment.Paid
			}
			if got := b.get(p.No).State; got != want {
				b.t.Errorf("%s: the payment is %s, want %s", row.name, got, want)
			}
		}
		if got := b.notify(`{"id":"half","charge":{"no`, b.clock.Now(), nil); got != http.StatusBadRequest {
			b.t.Errorf("signed nonsense: answered %d", got)
		}
		if got := b.notify(`{"id":"`+strings.Repeat("x", 20000)+`"}`, b.clock.Now(), nil); got != http.StatusRequestEntityTooLarge {
			b.t.Errorf("a large body: answered %d", got)
		}
	})
}

// TestCallbackMismatch shows that a signed callback that says something else
// than we know changes nothing and is written down.
func TestCallbackMismatch(t *testing.T) {
	each(t, func(b *bench) {
		other := b.open(b.start("other", 100, false))
		b.notify(paidNotice("n0", other.No, "T-other", 100, "CNY"), b.clock.Now(), nil)
		b.work()
		p := b.open(b.start("a", 100, false))
		for i, body := range []string{
			paidNotice("n1", p.No, "T1", 99, "CNY"),
			paidNotice("n2", p.No, "T1", 101, "CNY"),
			paidNotice("n3", p.No, "T1", 100, "USD"),
			paidNotice("n4", p.No, "", 100, "CNY"),
			paidNotice("n5", p.No, "T-other", 100, "CNY"),
			paidNotice("n6", other.No, "T-second", 100, "CNY"),
			paidNotice("n7", "CWUNKNOWN", "T7", 100, "CNY"),
			strings.Replace(paidNotice("n8", p.No, "T1", 100, "CNY"), `"paid"`, `"lost"`, 1),
			`{"id":"n9","charge":null,"refund":{"no":"CRUNKNOWN","status":"refunded","amount":1},"agreed":false}`,
		} {
			if got := b.notify(body, b.clock.Now(), nil); got != http.StatusNoContent {
				b.t.Errorf("notice %d: answered %d", i+1, got)
			}
		}
		b.work()
		b.wantState(p.No, payment.Open)
		doubts, err := b.s.Doubts(b.t.Context(), 100)
		if err != nil || len(doubts) != 9 {
			b.t.Errorf("%d doubts, want 9: %+v %v", len(doubts), doubts, err)
		}
		if got := b.balance(ledger.MerchantPending); got != -100 {
			b.t.Errorf("the merchant is owed %v", got)
		}
	})
}

// TestLargeCallbackIsAHint shows that above ¥500 a callback is not believed
// before the provider said the same when asked.
func TestLargeCallbackIsAHint(t *testing.T) {
	each(t, func(b *bench) {
		p := b.open(b.start("a", 50001, false))
		b.notify(paidNotice("n1", p.No, "T1", 50001, "CNY"), b.clock.Now(), nil)
		b.work()
		b.wantState(p.No, payment.Open)
		b.press(p, "pay")
		b.work()
		b.wantState(p.No, payment.Paid)
	})
}

// TestCallbackOften has every callback come eight times, on three nodes at
// once, and besides under a second id: one receipt (F1).
func TestCallbackOften(t *testing.T) {
	each(t, func(b *bench) {
		p := b.open(b.start("a", 12850, false))
		nodes := []*payment.Service{b.s, b.service(dbtest.Again(b.t, b.db, b.clock)), b.service(dbtest.Again(b.t, b.db, b.clock))}
		now := fmt.Sprint(b.clock.Now().UnixMilli())
		var wg sync.WaitGroup
		for i := range 24 {
			body := paidNotice(fmt.Sprint("n", i%2), p.No, "T1", 12850, "CNY")
			wg.Go(func() {
				r := httptest.NewRequest(http.MethodPost, payment.CallbackPath, newBody(body))
				r.Header.Set(payment.SandboxTime, now)
				r.Header.Set(payment.SandboxSignature, payment.SandboxSign(sandboxtest.Key, now, "NOTICE", payment.CallbackPath, []byte(body)))
				w := httptest.NewRecorder()
				nodes[i%3].Callback(w, r)
				if w.Code != http.StatusNoContent {
					b.t.Errorf("answered %d", w.Code)
				}
			})
		}
		wg.Wait()
		b.work()
		b.wantState(p.No, payment.Paid)
		if got := b.balance(ledger.MerchantPending); got != -12850 {
			b.t.Errorf("the merchant is owed %v", got)
		}
	})
}

// TestApplyAtOnce races the answers of three nodes to the same success: the
// purpose takes it once.
func TestApplyAtOnce(t *testing.T) {
	each(t, func(b *bench) {
		nodes := []*payment.Service{b.s, b.service(dbtest.Again(b.t, b.db, b.clock)), b.service(dbtest.Again(b.t, b.db, b.clock))}
		for i := range 10 {
			p := b.open(b.start(fmt.Sprint("a", i), 100, false))
			b.press(p, "pay")
			var wg sync.WaitGroup
			for j := range 9 {
				wg.Go(func() {
					if _, err := nodes[j%3].Sync(b.t.Context(), p.No); err != nil {
						b.t.Error(err)
					}
				})
			}
			wg.Wait()
			b.wantState(p.No, payment.Paid)
		}
		if got := b.balance(ledger.MerchantPending); got != -1000 {
			b.t.Errorf("the merchant is owed %v, want ten payments of one yuan", got)
		}
	})
}

// TestCallbackLost shows that a payment whose callback never comes is found by
// asking.
func TestCallbackLost(t *testing.T) {
	each(t, func(b *bench) {
		b.faults(sandbox.Fault{Call: sandbox.CallNotice, Kind: sandbox.Lost})
		p := b.open(b.start("a", 100, false))
		b.press(p, "pay")
		b.work()
		b.wantState(p.No, payment.Open)
		b.pass(5 * time.Second)
		b.wantState(p.No, payment.Paid)
	})
}
