package payment

import (
	"errors"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/money"
)

// TestMoves walks every pair of states: the pairs of the drawing, written out
// here a second time, are taken and no others, and the database refuses a
// state that is not one.
func TestMoves(t *testing.T) {
	drawn := " created>open created>paid created>late created>closing created>closed" +
		" open>paid open>late open>closing open>closed closing>paid closing>late closing>closed closed>late "
	states := []State{Created, Open, Paid, Closing, Closed, Late}
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		for _, from := range states {
			for _, to := range states {
				err := d.Update(t.Context(), func(tx *db.Tx) error {
					p := stand(t, tx, from)
					p.Trade = map[bool]string{true: "trade"}[to.paid()]
					return move(tx, &p, to)
				})
				if want := strings.Contains(drawn, " "+string(from)+">"+string(to)+" "); (err == nil) != want {
					t.Errorf("%s to %s: %v, want taken=%v", from, to, err, want)
				}
			}
		}
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			p := stand(t, tx, Open)
			_, err := tx.Exec(`UPDATE payment_payments SET state = 'lost' WHERE no = $1`, p.No)
			return err
		})
		if err == nil {
			t.Error("the database took a state that is not one")
		}
	})
}

// TestMoveOnlyFromWhereItStands shows that a caller with an old view changes
// nothing.
func TestMoveOnlyFromWhereItStands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			old := stand(t, tx, Open)
			now := old
			if err := move(tx, &now, Closed); err != nil {
				return err
			}
			old.Trade = "trade"
			return move(tx, &old, Paid)
		})
		if !errors.Is(err, db.ErrNone) {
			t.Errorf("got %v, want no such row", err)
		}
	})
}

// stand writes a payment that stands in a state.
func stand(t *testing.T, tx *db.Tx, state State) Payment {
	t.Helper()
	no := "CW" + db.NewID(tx.Now())
	r := row{Payment: Payment{No: no, Purpose: "test", Ref: no, Payer: "per", Amount: 100, State: Created, Created: tx.Now()}, Called: tx.Now()}
	if fresh, err := insert(tx, r); err != nil || !fresh {
		t.Fatal(fresh, err)
	}
	r.State = state
	if state.paid() {
		r.Trade = no
	}
	if err := tx.Change(`UPDATE payment_payments SET state = $1, trade = $2 WHERE no = $3`, r.State, r.Trade, no); err != nil {
		t.Fatal(err)
	}
	return r.Payment
}

// TestRefundMoves walks every pair of states of a refund.
func TestRefundMoves(t *testing.T) {
	drawn := " asked>sent sent>refunded sent>stuck stuck>sent "
	states := []string{asked, sent, refunded, stuck}
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		for _, from := range states {
			for _, to := range states {
				err := d.Update(t.Context(), func(tx *db.Tx) error {
					p := stand(t, tx, Paid)
					r := refundRow{Refund: Refund{No: "CR" + p.No[2:], Payment: p.No, Key: "k", Amount: 1, State: from}}
					if err := insertRefund(tx, r); err != nil {
						t.Fatal(err)
					}
					return moveRefund(tx, &r, to)
				})
				if want := strings.Contains(drawn, " "+from+">"+to+" "); (err == nil) != want {
					t.Errorf("%s to %s: %v, want taken=%v", from, to, err, want)
				}
			}
		}
	})
}

// TestNextLook shows how often a payment is looked at.
func TestNextLook(t *testing.T) {
	at := func(d time.Duration) time.Time { return dbtest.Day.Add(d) }
	rows := []struct {
		name  string
		state State
		now   time.Duration // Since it was created; the deadline is after 5 minutes.
		want  time.Duration // 0 is never.
	}{
		{"soon at first", Open, 10 * time.Second, 14 * time.Second},
		{"less often after a minute", Created, time.Minute, 75 * time.Second},
		{"at the deadline", Open, 299 * time.Second, 300 * time.Second},
		{"closing: 5 s at first", Closing, 301 * time.Second, 306 * time.Second},
		{"closing: as long as it has gone on", Closing, 340 * time.Second, 380 * time.Second},
		{"closing: at most an hour", Closing, 10 * time.Hour, 11 * time.Hour},
		{"closed: for late money", Closed, 400 * time.Second, 460 * time.Second},
		{"closed: not for ever", Closed, 25 * time.Hour, 0},
		{"paid: never", Paid, time.Second, 0},
		{"late: never", Late, time.Second, 0},
	}
	for _, r := range rows {
		p := row{Payment: Payment{State: r.state, Created: at(0), Deadline: at(5 * time.Minute), Ended: at(400 * time.Second)}}
		got, err := p.nextLook(at(r.now))
		if err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
		if want := at(r.want); r.want == 0 && !got.IsZero() || r.want != 0 && !got.Equal(want) {
			t.Errorf("%s: at %v, want %v", r.name, got.Sub(at(0)), r.want)
		}
	}
	p := row{Payment: Payment{State: Closing, Deadline: at(0)}}
	if _, err := p.nextLook(at(25 * time.Hour)); err == nil {
		t.Error("a payment unresolved for a day raised no alarm")
	}
}

// TestFeeBack shows that the fee comes back whole, in however many parts a
// payment is refunded.
func TestFeeBack(t *testing.T) {
	for _, amount := range []money.Amount{1, 2, 83, 84, 99, 1990, 12850, 16800, 100001} {
		for parts := range 7 {
			p := row{Payment: Payment{Amount: amount, Fee: amount.Fee()}}
			var back money.Amount
			for i := range parts + 1 {
				part := (amount - p.Returned) / money.Amount(parts+1-i)
				if part == 0 {
					continue
				}
				share := feeBack(p, part)
				if share < 0 || share > part {
					t.Fatalf("%v of %v: share %v", part, amount, share)
				}
				back += share
				p.Returned += part
			}
			if p.Returned != amount || back != p.Fee {
				t.Errorf("%v in %d parts: %v refunded, fee %v of %v back", amount, parts+1, p.Returned, back, p.Fee)
			}
		}
	}
}

// TestStrict shows what is not read as an answer.
func TestStrict(t *testing.T) {
	type answer struct {
		No     string `json:"no"`
		Amount int64  `json:"amount"`
		Inner  struct {
			A int `json:"a"`
		} `json:"inner"`
	}
	rows := []struct {
		text string
		want bool
	}{
		{`{"no":"x","amount":100}`, true},
		{`{"no":"x","amount":100,"inner":{"a":1}}`, true},
		{`{"no":"x","amount":100,"AMOUNT":1}`, false},
		{`{"no":"x","amount":100,"amount":1}`, false},
		{`{"no":"x","inner":{"a":1,"a":2}}`, false},
		{`{"ſno":"x"}`, false},
		{`{"no":"x","more":1}`, false},
		{`{"no":"x"}{"no":"y"}`, false},
		{`{"no":"x"} trailing`, false},
		{`{"no":"x","amount":1.5}`, false},
		{`{"no":"x","amount":"100"}`, false},
		{`{"no":"x","amou`, false},
		{`[{"no":"x"}]`, false},
		{`"x"`, false},
		{``, false},
		{`<html>`, false},
	}
	for _, r := range rows {
		var a answer
		if err := strict([]byte(r.text), &a); (err == nil) != r.want {
			t.Errorf("%s: %v, want read=%v", r.text, err, r.want)
		}
	}
}

// TestSandboxOnlyHere shows that the connector refuses any sandbox that is not
// on this machine.
func TestSandboxOnlyHere(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:8090":      true,
		"http://[::1]:8090/":         true,
		"http://localhost:8090":      false, // A name can be made to mean anything.
		"http://192.168.1.2:8090":    false,
		"http://127.0.0.1.evil:80":   false,
		"https://127.0.0.1:8090":     false,
		"http://127.0.0.1:8090/path": false,
		"http://0.0.0.0:8090":        false,
		"":                           false,
	} {
		_, err := NewSandbox(SandboxOptions{Endpoint: endpoint, Key: make([]byte, 16), Clock: func() time.Time { return dbtest.Day }})
		if (err == nil) != want {
			t.Errorf("%q: %v, want taken=%v", endpoint, err, want)
		}
	}
}

// TestSeal shows that a token is worth nothing for another payer or under
// another secret.
func TestSeal(t *testing.T) {
	clock := func() time.Time { return dbtest.Day }
	box, err := NewSandbox(SandboxOptions{Endpoint: "http://127.0.0.1:1", Key: make([]byte, 16), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{Provider: box, Secret: []byte("one")}
	sealed, err := s.seal("per_1", "token")
	if err != nil || strings.Contains(sealed, "token") {
		t.Fatalf("sealed %q: %v", sealed, err)
	}
	if got, err := s.unseal("per_1", sealed); err != nil || got != "token" {
		t.Errorf("unsealed %q: %v", got, err)
	}
	if _, err := s.unseal("per_2", sealed); err == nil {
		t.Error("another payer's token was opened")
	}
	other := &Service{Provider: box, Secret: []byte("two")}
	if _, err := other.unseal("per_1", sealed); err == nil {
		t.Error("a token was opened under another secret")
	}
}
