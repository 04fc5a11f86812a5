package simulate

import (
	"fmt"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/jobs"
	"citywalk/money"
)

// rest ends the faults, lets 24 hours pass and says whether all came to rest
// in the provider's truth.
func (w *world) rest() {
	w.calm = true
	w.say("the faults are over")
	w.must(w.provider())
	for _, leg := range legs() {
		w.pass(leg)
		w.notify()
		w.work(w.nodes[0])
	}
	w.prove()
	w.nothingStuck()
	w.truth()
	w.inPublic()
	w.must(w.boxDB.Ping(w.ctx))
}

// legs are the steps in which 24 hours pass, short at first.
func legs() (all []time.Duration) {
	for _, l := range []struct {
		n int
		d time.Duration
	}{{5, 20 * time.Second}, {3, 2 * time.Minute}, {4, 12 * time.Minute}, {3, 70 * time.Minute}, {4, 5 * time.Hour}} {
		for range l.n {
			all = append(all, l.d)
		}
	}
	return all
}

// nothingStuck is about what ought to have ended.
func (w *world) nothingStuck() {
	b := w.book
	for _, r := range b.open {
		w.fail("%s is still %s", b.name(r.id), r.state)
	}
	for _, r := range b.redemptions {
		if r.state == "refunding" || r.state == "late_paid" || r.state == "stuck" {
			w.fail("%s is still %s", b.name(r.id), r.state)
		}
		if r.day != "" && r.line == "" || r.undoDay != "" && r.undoLine == "" {
			if w.over(r) {
				w.fail("%s of %s stands on no statement", b.name(r.id), r.day)
			}
		}
	}
	for _, p := range b.charges {
		if p.state == "created" || p.state == "open" || p.state == "closing" {
			w.fail("%s is still %s", b.name(p.no), p.state)
		}
	}
	for _, r := range b.repayments {
		if r.state != "refunded" {
			w.fail("%s is still %s", b.name(r.no), r.state)
		}
	}
	for _, c := range b.cards {
		if c.state == "ordered" || c.state == "refunding" {
			w.fail("%s is still %s", b.name(c.id), c.state)
		}
	}
	w.deadJobs()
}

// over reports whether the days of a redemption are over.
func (w *world) over(r *record) bool {
	last := time.Now().Add(-time.Hour).In(w.wiring.Zone).Format(time.DateOnly)
	return r.day < last && (r.undoDay == "" || r.undoDay < last)
}

func (w *world) deadJobs() {
	var dead []string
	w.on(w.nodes[0], func(n *node) {
		w.must(n.DB.View(w.ctx, func(tx *db.Tx) error {
			all, err := jobs.List(tx, jobs.Dead, 10)
			for _, j := range all {
				dead = append(dead, j.Kind+": "+j.Error)
			}
			return err
		}))
	})
	if len(dead) > 0 {
		w.fail("dead jobs: %s", strings.Join(dead, "; "))
	}
}

// truth compares with what the provider has.
func (w *world) truth() {
	all, err := w.box.Truth(w.ctx)
	w.must(err)
	b := w.book
	kept := map[string]money.Amount{}
	var total money.Amount
	for _, c := range all.Charges {
		p := b.charges[c.No]
		if p == nil {
			w.fail("the provider has a charge that is not ours")
		}
		paid := p.state == "paid" || p.state == "late"
		if (c.Status == "paid") != paid {
			w.fail("%s is %s; the provider says %s", b.name(c.No), p.state, c.Status)
		}
		if paid {
			kept[c.No] = c.Amount - c.Refunded
			total += c.Amount - c.Refunded
		}
	}
	for _, r := range all.Refunds {
		if mine := b.repayments[r.No]; mine == nil || mine.state != "refunded" || int64(r.Amount) != mine.amount {
			w.fail("the provider has a refund of %v that we do not have so", r.Amount)
		}
	}
	var owed money.Amount
	for _, r := range b.redemptions {
		want := money.Amount(0)
		if r.state == "committed" {
			want = money.Amount(r.due)
		}
		if owed += want; kept[r.payment] != want && r.payment != "" {
			w.fail("%s is %s; the provider keeps %v of %v", b.name(r.id), r.state, kept[r.payment], money.Amount(r.due))
		}
	}
	for _, c := range b.cards {
		p := b.charges[c.payment]
		if p == nil {
			continue
		}
		want := money.Amount(0)
		if c.state == "active" || c.state == "lapsed" || c.state == "refunded" {
			want = money.Amount(p.amount - p.refunds)
		}
		if owed += want; kept[c.payment] != want {
			w.fail("%s is %s; the provider keeps %v", b.name(c.id), c.state, kept[c.payment])
		}
	}
	if total != owed {
		w.fail("the provider keeps %v, of which %v is for something", total, owed)
	}
}

// jobFailed is told of a job's attempt that failed.
func (w *world) jobFailed(j jobs.Job, err error) {
	text := err.Error()
	if strings.HasPrefix(text, "panic: {") {
		return // Its node was killed.
	}
	w.say("job %s failed: %v", j.Kind, err)
	w.reached["job failed: "+fmt.Sprint(j.Kind)]++
}
