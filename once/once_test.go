package once

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/ledger"
)

var (
	errGone   = fault.New(fault.Conflict, "oncetest.gone", fault.Member, "{shop}已经没有了。", "{shop} has none left.")
	errAmount = fault.New(fault.Invalid, "oncetest.amount", fault.Member, "金额不对。", "The amount is wrong.")
)

type answer struct {
	ID  string
	Fen int64
}

func key(name string) Key {
	return Key{Principal: "mem_1", Route: "test", Key: name + strings.Repeat("0", 16), Fingerprint: Print(name)}
}

// effect writes an entry of its own at every call, so that entries count
// effects.
func effect(tx *db.Tx) (answer, error) {
	id := tx.ID("eff")
	return answer{id, 100}, ledger.Post(tx, ledger.Entry{Key: id, Day: "2026-03-02", Postings: []ledger.Posting{
		{Account: ledger.GatewayCash, Amount: 100}, {Account: ledger.PassRevenue, Amount: -100}}})
}

func effects(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.View(t.Context(), func(tx *db.Tx) error {
		all, err := ledger.Entries(tx, "", "", "", 1000)
		n = len(all)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRepetitionGetsTheFirstAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		first, replayed, err := Do(t.Context(), d, key("a"), effect)
		if err != nil || replayed {
			t.Fatal(replayed, err)
		}
		for range 3 {
			again, replayed, err := Do(t.Context(), d, key("a"), effect)
			if err != nil || !replayed || again != first {
				t.Errorf("%v, %v, %v; want %v", again, replayed, err, first)
			}
		}
		if n := effects(t, d); n != 1 {
			t.Errorf("%d effects, want 1", n)
		}
	})
}

func TestKeysAreScoped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		a, b, c := key("a"), key("a"), key("a")
		b.Principal, c.Route = "mem_2", "other"
		for _, k := range []Key{a, b, c} {
			if _, replayed, err := Do(t.Context(), d, k, effect); err != nil || replayed {
				t.Errorf("%v: %v, %v", k, replayed, err)
			}
		}
		other := a
		other.Fingerprint = Print("something else")
		if _, _, err := Do(t.Context(), d, other, effect); !errors.Is(err, ErrMismatch) {
			t.Errorf("a key used for something else: %v", err)
		}
		if n := effects(t, d); n != 3 {
			t.Errorf("%d effects, want 3", n)
		}
	})
}

func TestRefusalsAreRepeatedAndUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		refuse := func(tx *db.Tx) (answer, error) {
			if _, err := effect(tx); err != nil {
				return answer{}, err
			}
			return answer{}, errGone.With("shop", "沈大成").In("shop").After(time.Minute)
		}
		_, replayed, first := Do(t.Context(), d, key("a"), refuse)
		if replayed || !errors.Is(first, errGone) {
			t.Fatal(replayed, first)
		}
		_, replayed, again := Do(t.Context(), d, key("a"), effect)
		if !replayed {
			t.Error("the refusal was not repeated")
		}
		if diff := cmp.Diff(first, again, cmp.AllowUnexported(fault.Error{})); diff != "" {
			t.Error(diff)
		}
		if n := effects(t, d); n != 0 {
			t.Errorf("%d effects, want none", n)
		}
	})
}

func TestOtherErrorsLeaveNoRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for _, want := range []error{errAmount, errors.New("our side")} {
			_, _, err := Do(t.Context(), d, key("a"), func(tx *db.Tx) (answer, error) {
				effect(tx)
				return answer{}, want
			})
			if err != want {
				t.Errorf("%v, want %v", err, want)
			}
		}
		if _, replayed, err := Do(t.Context(), d, key("a"), effect); replayed || err != nil {
			t.Error(replayed, err)
		}
		if n := effects(t, d); n != 1 {
			t.Errorf("%d effects, want 1", n)
		}
	})
}

// TestRepetitionAfterTheStateMovedOn repeats a command that would now be
// refused because its own first effect stands in the way, as an order's second
// creation would be: it still gets the first answer.
func TestRepetitionAfterTheStateMovedOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for _, refusal := range []error{errGone, errAmount} {
			k := key(refusal.Error()[:11] + strings.Repeat("x", 1+effects(t, d)))
			k.Key = strings.ReplaceAll(k.Key, ".", "_")
			first, _, err := Do(t.Context(), d, k, effect)
			if err != nil {
				t.Fatal(err)
			}
			again, replayed, err := Do(t.Context(), d, k, func(*db.Tx) (answer, error) { return answer{}, refusal })
			if err != nil || !replayed || again != first {
				t.Errorf("%v, %v, %v; want %v", again, replayed, err, first)
			}
		}
	})
}

// TestSameKeyAtOnce sends one command 64 times at once through two nodes: it
// has one effect and everybody gets its answer.
func TestSameKeyAtOnce(t *testing.T) {
	const callers = 64
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		nodes := []*db.DB{d, dbtest.Again(t, d, clock)}
		var firsts atomic.Int64
		answers := make([]answer, callers)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range callers {
			wg.Go(func() {
				<-start
				a, replayed, err := Do(context.Background(), nodes[i%2], key("a"), effect)
				if err != nil {
					t.Error(err)
				}
				if !replayed {
					firsts.Add(1)
				}
				answers[i] = a
			})
		}
		close(start)
		wg.Wait()
		if n := effects(t, d); n != 1 || firsts.Load() != 1 {
			t.Errorf("%d effects and %d first answers, want one of each", n, firsts.Load())
		}
		for _, a := range answers {
			if a != answers[0] {
				t.Fatalf("answers differ: %v", answers)
			}
		}
	})
}

func TestKeyMustBeOne(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	for _, bad := range []string{"", "short", strings.Repeat("a", 256), strings.Repeat("a", 100000), strings.Repeat("é", 20), "aaaaaaaaaaaaaaaa\n", "aaaaaaaa aaaaaaaa", "😀😀😀😀😀😀😀😀😀😀"} {
		k := key("a")
		k.Key = bad
		if _, _, err := Do(t.Context(), d, k, effect); !errors.Is(err, ErrKey) {
			t.Errorf("key %.20q: %v", bad, err)
		}
	}
	k := key("a")
	k.Key = strings.Repeat("Z", 255)
	if _, _, err := Do(t.Context(), d, k, effect); err != nil {
		t.Error(err)
	}
}

func TestForget(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Do(t.Context(), d, key("a"), effect)
		clock.Advance(Keep)
		Do(t.Context(), d, key("b"), effect)
		for _, step := range []struct {
			later time.Duration
			want  int64
		}{{0, 0}, {time.Millisecond, 1}, {0, 0}} {
			clock.Advance(step.later)
			if n, err := Forget(t.Context(), d); n != step.want || err != nil {
				t.Errorf("forgot %d, %v, want %d", n, err, step.want)
			}
		}
		if _, replayed, err := Do(t.Context(), d, key("b"), effect); !replayed || err != nil {
			t.Error("a younger record is gone", err)
		}
		if _, replayed, err := Do(t.Context(), d, key("a"), effect); replayed || err != nil {
			t.Error("an older record is there", err)
		}
	})
}

func TestPrintTellsPartsApart(t *testing.T) {
	if Print("a", "bc") == Print("ab", "c") || Print(1) == Print("1") || len(Print()) != 64 {
		t.Error("different parts have one fingerprint")
	}
}

// TestAfter: nobody is told that nothing was done when only what follows the
// command failed; a refusal of what follows is told as it is.
func TestAfter(t *testing.T) {
	for _, err := range []error{db.ErrBusy, fmt.Errorf("look: %w", db.ErrUnavailable)} {
		if got := After(err); !errors.Is(got, db.ErrUnknown) || !errors.Is(got, err) {
			t.Errorf("after a command, %v is %v", err, got)
		}
	}
	for _, err := range []error{nil, ErrKey, db.ErrNone} {
		if got := After(err); got != err {
			t.Errorf("after a command, %v is %v", err, got)
		}
	}
}
