package pass

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
)

var states = []State{Ordered, Void, Active, Lapsed, Refunding, Refunded}

func update(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// a pass of annual terms in the state, written past all rules.
func planted(t testing.TB, d *db.DB, person account.ID, state State, first ledger.Day) Pass {
	t.Helper()
	p := Pass{Person: person, Plan: "annual", Zh: "年卡", En: "Annual pass", Price: 16800, Days: 365, State: state, Payment: "CW" + string(person)}
	update(t, d, func(tx *db.Tx) error {
		p.ID, p.Number, p.Created = ID(tx.ID("pas")), newNumber(), tx.Now()
		if state != Ordered && state != Void {
			p.First, p.Until, p.Bought = first, first.Next(p.Days), tx.Now()
			if _, err := join(tx, p); err != nil {
				return err
			}
		}
		ok, err := insert(tx, p)
		if err == nil && !ok {
			err = errors.New("a unique key is taken")
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE pass_passes SET payment = $2 WHERE id = $1`, p.ID, p.Payment)
		return err
	})
	return p
}

// TestMoves walks every pair of states: the store moves a pass only along the
// drawing, and only from the state that it is in.
func TestMoves(t *testing.T) {
	drawn := []string{"ordered active", "ordered void", "active lapsed", "active refunding", "refunding refunded"}
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for i, from := range states {
			for j, to := range states {
				p := planted(t, d, account.ID(fmt.Sprintf("per_%d_%d", i, j)), from, "2026-03-02")
				for _, claimed := range states {
					err := d.Update(t.Context(), func(tx *db.Tx) error {
						if claimed == Ordered && to == Active {
							p.First, p.Until, p.Bought = "2026-03-02", "2027-03-02", tx.Now()
							return activate(tx, p)
						}
						return move(tx, p.ID, claimed, to)
					})
					want := claimed == from && slices.Contains(drawn, string(from+" "+to))
					if (err == nil) != want {
						t.Errorf("%s to %s, claimed to be %s: %v", from, to, claimed, err)
					}
					if err == nil {
						break
					}
				}
			}
		}
	})
}

// TestGuards shows that the unique rows alone, without any rule, keep a person
// from a second open order, a second active pass and a second trial.
func TestGuards(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		try := func(person account.ID, number string, state State, trial bool) (ok bool) {
			t.Helper()
			update(t, d, func(tx *db.Tx) (err error) {
				p := Pass{ID: ID(tx.ID("pas")), Person: person, Number: number, Plan: "x", Price: 100, Days: 3, State: state, Created: tx.Now()}
				if trial {
					p.Trial, p.Price = true, 0
				}
				if state != Ordered {
					p.First, p.Until, p.Bought = "2026-03-02", "2026-03-05", tx.Now()
				}
				ok, err = insert(tx, p)
				return err
			})
			return ok
		}
		for _, c := range []struct {
			name   string
			person account.ID
			number string
			state  State
			trial  bool
			want   bool
		}{
			{"an order", "per_a", "100000000001", Ordered, false, true},
			{"a second order", "per_a", "100000000002", Ordered, false, false},
			{"another person's order", "per_b", "100000000003", Ordered, false, true},
			{"a number that is taken", "per_c", "100000000003", Ordered, false, false},
			{"an active pass beside the order", "per_a", "100000000004", Active, false, true},
			{"a second active pass", "per_a", "100000000005", Active, false, false},
			{"an active trial beside an active pass", "per_a", "100000000006", Active, true, false},
			{"a trial that is over", "per_a", "100000000007", Lapsed, true, true},
			{"a second trial, though the first is over", "per_a", "100000000008", Lapsed, true, false},
			{"two passes that are over", "per_a", "100000000009", Lapsed, false, true},
		} {
			if got := try(c.person, c.number, c.state, c.trial); got != c.want {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
		}
	})
}

// TestOwed holds the vector of docs/rules.md: ¥168.00, 365 days, from
// 2025-09-26, stopped on 2026-01-01.
func TestOwed(t *testing.T) {
	used := ledger.Day("2026-01-01").Sub("2025-09-26")
	if used != 97 {
		t.Errorf("%d days used, want 97", used)
	}
	if got := Owed(16800, 365, used); got != 12335 {
		t.Errorf("owed %v, want ¥123.35", got)
	}
}

// TestOffer walks a refund through its days: which rule, how much.
func TestOffer(t *testing.T) {
	at := func(day ledger.Day, after time.Duration) time.Time { return day.Start(dbtest.Zone).Add(after) }
	bought := at("2025-09-26", 15*time.Hour)
	for _, c := range []struct {
		name string
		now  time.Time
		uses int
		rule string
		want money.Amount
		used int
	}{
		{"at once, unused", bought, 0, RuleFull, 16800, 0},
		{"in the last millisecond of the seventh day", at("2025-10-04", -time.Millisecond), 0, RuleFull, 16800, 7},
		{"when the seventh day is over", at("2025-10-04", 0), 0, RuleProRata, 16432, 8},
		{"on the first day, used", bought, 1, RuleProRata, 16800, 0},
		{"on the second day, used", at("2025-09-27", 0), 1, RuleProRata, 16754, 1},
		{"after 97 days", at("2026-01-01", 0), 0, RuleProRata, 12335, 97},
		{"on the last day", at("2026-09-25", 23*time.Hour), 3, RuleProRata, 46, 364},
		{"by a clock that stepped back", at("2025-09-20", 0), 1, RuleProRata, 16800, 0},
	} {
		s := &Service{Zone: dbtest.Zone}
		p := Pass{Price: 16800, Days: 365, First: "2025-09-26", Until: "2026-09-26", Bought: bought, State: Active, Uses: c.uses}
		v := s.offer(p, c.now, ledger.DayOf(c.now, dbtest.Zone))
		if v.Rule != c.rule || v.Amount != c.want || v.UsedDays != c.used || v.UsedDays+v.LeftDays != 365 {
			t.Errorf("%s: %s %v after %d days and %d left, want %s %v after %d", c.name, v.Rule, v.Amount, v.UsedDays, v.LeftDays, c.rule, c.want, c.used)
		}
	}
	s := &Service{Zone: dbtest.Zone, Rules: Rules{FullRefundDays: 15}}
	if got := s.offer(Pass{Price: 1, Days: 1, First: "2025-09-26", Bought: bought}, bought, "2025-09-26").FullUntil; !got.Equal(at("2025-10-12", 0)) {
		t.Errorf("a programme of 15 days refunds in full until %v", got)
	}
}

// TestEarned shows that the days of a price add up to it, none is negative, and
// that a pro-rata refund never exceeds what is not yet earned.
func TestEarned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Pass{First: "2026-02-27", Days: rapid.IntRange(1, planDaysMax).Draw(t, "days"),
			Price: money.Amount(rapid.Int64Range(1, int64(planPriceMax)).Draw(t, "price"))}
		c := cohortOf(p)
		var sum money.Amount
		for k := range p.Days {
			if owed := Owed(p.Price, p.Days, k); owed > p.Price-sum {
				t.Fatalf("after %d days %v are owed and %v not earned", k, owed, p.Price-sum)
			}
			day := c.earnedBy(p.First.Next(k)) - c.earnedBy(p.First.Next(k-1))
			if day < 0 {
				t.Fatalf("day %d earns %v", k, day)
			}
			sum += day
		}
		if sum != p.Price || c.earnedBy(c.Last.Next(9)) != p.Price || c.earned() != 0 {
			t.Fatalf("the days add up to %v, want %v", sum, p.Price)
		}
	})
}

// TestPlanRefuse says who may buy what beside what he has.
func TestPlanRefuse(t *testing.T) {
	const today = "2026-03-02"
	trial, annual := Plan{Code: "trial", Trial: true}, Plan{Code: "annual", Price: 16800}
	pass := func(state State, isTrial bool, until ledger.Day) Pass {
		return Pass{State: state, Trial: isTrial, Until: until}
	}
	for _, c := range []struct {
		name string
		plan Plan
		have []Pass
		want error
	}{
		{"a trial first", trial, nil, nil},
		{"a pass first", annual, nil, nil},
		{"a second trial", trial, []Pass{pass(Lapsed, true, "2026-01-01")}, ErrTrialTaken},
		{"a trial beside a pass", trial, []Pass{pass(Active, false, "2026-03-03")}, ErrHeld},
		{"a pass beside a pass on its last day", annual, []Pass{pass(Active, false, "2026-03-03")}, ErrHeld},
		{"a pass when the one before is over but did not lapse yet", annual, []Pass{pass(Active, false, today)}, nil},
		{"a pass beside a trial", annual, []Pass{pass(Active, true, "2026-03-09")}, nil},
		{"a pass beside an order", annual, []Pass{pass(Ordered, false, "")}, nil},
		{"a pass after one that was refunded", annual, []Pass{pass(Refunding, false, "2027-01-01")}, nil},
	} {
		if err := c.plan.refuse(c.have, today); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestPlanCheck(t *testing.T) {
	good := Plan{Code: "month-2", Zh: "月卡", En: "Month", Price: 1990, Days: 30, Sold: true}
	for _, c := range []struct {
		name   string
		change func(*Plan)
		want   error
		field  string
	}{
		{"a good plan", func(p *Plan) {}, nil, ""},
		{"a good trial", func(p *Plan) { p.Trial, p.Price = true, 0 }, nil, ""},
		{"no code", func(p *Plan) { p.Code = "" }, ErrPlanCode, "code"},
		{"a code in capitals", func(p *Plan) { p.Code = "Month" }, ErrPlanCode, "code"},
		{"no Chinese name", func(p *Plan) { p.Zh = "" }, ErrPlanName, "zh"},
		{"an English name of spaces", func(p *Plan) { p.En = " " }, ErrPlanName, "en"},
		{"no days", func(p *Plan) { p.Days = 0 }, ErrPlanDays, "days"},
		{"more than three years", func(p *Plan) { p.Days = 1097 }, ErrPlanDays, "days"},
		{"a free plan that is no trial", func(p *Plan) { p.Price = 0 }, ErrPlanPrice, "price"},
		{"a trial that costs", func(p *Plan) { p.Trial = true }, ErrPlanPrice, "price"},
		{"a negative price", func(p *Plan) { p.Price = -1 }, ErrPlanPrice, "price"},
		{"more than a card may cost", func(p *Plan) { p.Price = 500001 }, ErrPlanPrice, "price"},
	} {
		p := good
		c.change(&p)
		err := p.check()
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if f, ok := fault.From(err); ok && f.Field != c.field {
			t.Errorf("%s is about %q, want %q", c.name, f.Field, c.field)
		}
	}
}

// TestValid says what a person's pass is worth on a day.
func TestValid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ask := func(person account.ID, day ledger.Day, want error) {
			t.Helper()
			err := d.View(t.Context(), func(tx *db.Tx) error { _, err := Valid(tx, person, day); return err })
			if !errors.Is(err, want) {
				t.Errorf("%s on %s: %v, want %v", person, day, err, want)
			}
		}
		ask("per_nobody", "2026-03-02", ErrNoPass)
		planted(t, d, "per_a", Active, "2026-03-02")
		ask("per_a", "2026-03-01", ErrNoPass)
		ask("per_a", "2026-03-02", nil)
		ask("per_a", "2027-03-01", nil)
		ask("per_a", "2027-03-02", ErrLapsed)
		for person, c := range map[account.ID]struct {
			state State
			want  error
		}{
			"per_o": {Ordered, ErrUnpaid}, "per_v": {Void, ErrNoPass}, "per_l": {Lapsed, ErrLapsed},
			"per_r": {Refunding, ErrRefunding}, "per_d": {Refunded, ErrRefunding},
		} {
			planted(t, d, person, c.state, "2026-03-02")
			ask(person, "2026-03-02", c.want)
		}
		clock.Advance(time.Second)
		planted(t, d, "per_l", Void, "")
		ask("per_l", "2026-03-02", ErrLapsed)
		clock.Advance(time.Second)
		planted(t, d, "per_l", Ordered, "")
		ask("per_l", "2026-03-02", ErrUnpaid)
	})
}

// TestUse counts uses and savings and never takes back more than was counted.
func TestUse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		p := planted(t, d, "per_a", Active, "2026-03-02")
		o := planted(t, d, "per_a", Ordered, "")
		for _, c := range []struct {
			name string
			do   func(tx *db.Tx) error
			ok   bool
		}{
			{"use", func(tx *db.Tx) error { return Use(tx, p.ID, 1285) }, true},
			{"use without a saving", func(tx *db.Tx) error { return Use(tx, p.ID, 0) }, true},
			{"take back more than was saved", func(tx *db.Tx) error { return Unuse(tx, p.ID, 1286) }, false},
			{"take back", func(tx *db.Tx) error { return Unuse(tx, p.ID, 0) }, true},
			{"use an order", func(tx *db.Tx) error { return Use(tx, o.ID, 1) }, false},
			{"take back from an order", func(tx *db.Tx) error { return Unuse(tx, o.ID, 0) }, false},
		} {
			if err := d.Update(t.Context(), c.do); (err == nil) != c.ok {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		err := d.View(t.Context(), func(tx *db.Tx) error {
			got, err := selectPass(tx, p.ID)
			p.Uses, p.Saved = 1, 1285
			if diff := cmp.Diff(p, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
