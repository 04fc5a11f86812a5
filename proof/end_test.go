package proof

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/jobs"
)

// TestEndsAtTwoNodes races, two hundred times, everything that can end a priced
// bill at the moment when its time is over: the member confirms at both nodes,
// the member and staff decline, staff undoes, a job finds it timed out, and a
// new scan wants its place. Each bill goes one lawful way, everybody who was
// answered "yes" was told the truth of it, and the institution charged exactly
// the bills that were confirmed.
func TestEndsAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		members := r.join(40)
		ways := map[string]int{}
		for range 5 {
			for _, way := range r.ending(members) {
				ways[way]++
			}
		}
		t.Logf("of 200 bills: %v", ways)
		r.books(200, ways)
	})
}

// The lawful ways of a priced bill under everything that the race does to it.
const (
	wayOver  = "presented priced voided"
	wayPaid  = "presented priced paying committed"
	wayUndon = wayPaid + " refunding refunded"
)

// ending prices a bill for every member, lets all of them time out a moment
// after the volley has begun, and says which way each went.
func (r *race) ending(members []Client) []string {
	r.t.Helper()
	bills, codes := make([]Redemption, len(members)), make([]struct{ Code string }, len(members))
	r.each(len(members), func(i int) (err error) {
		if bills[i], err = Scan(r.t.Context(), members[i], r.city.Staff, r.city.Shop); err != nil {
			return err
		}
		if bills[i], err = r.city.Staff.Price(r.t.Context(), bills[i], 1000); err != nil {
			return err
		}
		return members[i].Call(r.t.Context(), "POST", "/codes", nil, &codes[i])
	})
	var shots []shot
	for i, bill := range bills {
		again := shot{Client: r.city.Staff, path: "/shops/" + r.city.Shop + "/scans", body: Object{"code": codes[i].Code}}
		for k, s := range []shot{confirms(members[i], bill), confirms(members[i], bill),
			command(members[i], bill, "decline"), command(r.city.Staff, bill, "decline"), command(r.city.Staff, bill, "undo"), again} {
			s.Client = s.At(r.node(k))
			shots = append(shots, s)
		}
	}
	r.exec(func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := tx.Exec(`UPDATE redeem_redemptions SET expires = $1 WHERE state = 'priced'`, now.Add(200*time.Millisecond)); err != nil {
			return err
		}
		for _, key := range []string{"a", "b"} {
			if err := jobs.Enqueue(tx, "redeem.expire", key, now.Add(200*time.Millisecond), now); err != nil {
				return err
			}
		}
		return nil
	})
	answers := r.volley(shots)
	all := make([]string, len(bills))
	for i := range bills {
		all[i] = r.ended(members[i], bills[i], answers[6*i:6*i+6])
	}
	return all
}

// ended checks one bill against what was answered about it, and returns its
// way.
func (r *race) ended(member Client, bill Redemption, a []Answer) string {
	r.t.Helper()
	yes := func(which ...int) bool {
		return slices.ContainsFunc(which, func(i int) bool { return a[i].Status == 200 })
	}
	last := r.rested(member, bill.ID)
	if yes(5) { // The next bill goes as it came.
		var next Redemption
		r.must(member.Call(r.t.Context(), "GET", "/redemptions/current", nil, &next))
		r.must(member.Call(r.t.Context(), "POST", "/redemptions/"+next.ID+"/decline", nil, nil))
	}
	way := r.way(bill.ID)
	confirmed, declined, undone := yes(0, 1), yes(2, 3), yes(4)
	if !slices.Contains([]string{wayOver, wayPaid, wayUndon}, way) ||
		confirmed != strings.HasPrefix(way, wayPaid) || undone != (way == wayUndon) || declined != (last.Why == "redeem.declined") {
		r.t.Errorf("%s went %q (%s); confirmed %v, declined %v, undone %v: %v", bill.ID, way, last.Why, confirmed, declined, undone, tally(a))
	}
	for _, one := range a {
		if one.Status >= 500 {
			r.t.Errorf("%s: %s", bill.ID, one)
		}
	}
	return strings.TrimSpace(way + " " + last.Why)
}

// way is the states of a redemption, one after the other.
func (r *race) way(id string) string {
	r.t.Helper()
	var states []string
	r.must(r.db.View(r.t.Context(), func(tx *db.Tx) (err error) {
		states, err = db.All[string](tx, `SELECT state FROM redeem_steps WHERE redemption = $1 ORDER BY version`, id)
		return err
	}))
	return strings.Join(states, " ")
}

// books compares the ways of the bills with what was taken and given back.
func (r *race) books(n int, ways map[string]int) {
	r.t.Helper()
	paid, undone := ways[wayPaid]+ways[wayUndon], ways[wayUndon]
	truth, err := r.Sandbox.Truth(r.t.Context())
	r.must(err)
	charged, returned := 0, 0
	for _, c := range truth.Charges {
		if c.Status == "paid" && c.Amount == 900 {
			charged++
		}
	}
	for _, f := range truth.Refunds {
		if f.Status == "refunded" && f.Amount == 900 {
			returned++
		}
	}
	rows := r.rows()
	if charged != paid || returned != undone || rows["uses"] != paid-undone || rows["slots"] != 2*(paid-undone) || rows["open"] != 0 {
		r.t.Errorf("%d bills were paid and %d undone; charged %d, returned %d; %s", paid, undone, charged, returned, inOrder(rows))
	}
	if paid == 0 || paid == n {
		r.t.Errorf("%d of %d bills were paid: nothing was raced", paid, n)
	}
}

// TestRefundAtTwoNodes gives one pass back forty times at once while its member
// confirms a bill with it as often. It is paid back once at most. Before the
// bill it goes as unused, and then the bill cannot be paid; after the bill as
// used, which on its first day is worth the same; in between not at all.
func TestRefundAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		ways := map[string]int{}
		for _, m := range r.join(8) {
			ways[r.refundOrRedeem(m)]++
		}
		t.Logf("%v", ways)
	})
}

// refundOrRedeem races one pass and says what became of the bill and by which
// rule the pass went back.
func (r *race) refundOrRedeem(member Client) string {
	r.t.Helper()
	bill := r.priced(member, 1000)
	var mine struct{ Passes []Pass }
	r.must(member.Call(r.t.Context(), "GET", "/passes", nil, &mine))
	id := mine.Passes[0].ID
	refund := shot{Client: member, path: "/passes/" + id + "/refund", body: Object{"amount": 16_800}}
	before := r.rows()
	answers := r.volley(append(r.times(40, refund), r.times(40, confirms(member, bill))...))
	given, used := tally(answers[:40])["200"], tally(answers[40:])["200"]
	if used == 0 { // Nobody pays it, so that it would stay until its quote is over.
		r.must(member.Call(r.t.Context(), "POST", "/redemptions/"+bill.ID+"/decline", nil, nil))
	}
	last, rule, after := r.rested(member, bill.ID), r.refundedBy(id), r.rows()
	way := strings.TrimSpace(last.State + " " + rule)
	if !slices.Contains([]string{"voided L1", "committed", "committed L2"}, way) || given > 1 || (given == 1) != (rule != "") || (used > 0) != (last.State == "committed") ||
		after["refunds"]-before["refunds"] != given || after["payments"]-before["payments"] != min(used, 1) {
		r.t.Errorf("%d refunds and %d confirmations were answered with yes; the bill and the pass went %q: %v", given, used, way, tally(answers))
	}
	return way
}

// refundedBy is the rule by which a pass was given back, "" if it was not.
func (r *race) refundedBy(pass string) (rule string) {
	r.t.Helper()
	var details []string
	r.must(r.db.View(r.t.Context(), func(tx *db.Tx) (err error) {
		details, err = db.All[string](tx, `SELECT detail FROM account_audits WHERE object = $1 AND action = 'pass.refund'`, pass)
		return err
	}))
	for _, detail := range details {
		var said struct{ Rule string }
		r.must(json.Unmarshal([]byte(detail), &said))
		rule += said.Rule
	}
	return rule
}
