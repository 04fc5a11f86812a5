package proof

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/jobs"
)

// claimed is how many jobs two nodes race for. A node alone has done a hundred
// before the other looks.
const claimed = 600

// TestJobsAreClaimedOnceAtTwoNodes lets some hundred jobs come due at one instant,
// for which the workers of both nodes race. They are of a kind that says in the
// node's log when it has failed, and they all fail, so that each attempt is a
// line: no attempt is made twice.
func TestJobsAreClaimedOnceAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		r.exec(func(tx *db.Tx) error {
			for i := range claimed {
				if err := jobs.Enqueue(tx, "payment.watch", fmt.Sprintf("claimed/%d", i), tx.Now().Add(time.Second), "no payment"); err != nil {
					return err
				}
			}
			return nil
		})
		for n := 1; n <= 2 && !r.t.Failed(); n++ {
			r.until(fmt.Sprintf("every job was tried %d times", n), func() bool { return len(r.attempts(n)) == claimed })
			for id, times := range r.attempts(n) {
				if times != 1 {
					r.t.Errorf("attempt %d of %s was made %d times", n, id, times)
				}
			}
		}
		r.exec(func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM jobs_jobs WHERE key LIKE 'claimed/%'`)
			return err
		})
	})
}

var failedJob = regexp.MustCompile(`msg=job kind=payment\.watch id=(\S+) attempt=(\d+) error="payment: read job`)

// attempts counts, over the logs of all nodes, how often each job's n-th
// attempt was made.
func (r *race) attempts(n int) map[string]int {
	all := map[string]int{}
	for _, node := range r.nodes {
		for _, m := range failedJob.FindAllStringSubmatch(node.Log(), -1) {
			if m[2] == fmt.Sprint(n) {
				all[m[1]]++
			}
		}
	}
	return all
}

// until waits for what comes by itself.
func (r *race) until(what string, is func() bool) {
	r.t.Helper()
	for give := time.Now().Add(2 * time.Minute); !is(); {
		if time.Now().After(give) {
			r.t.Fatalf("it did not come that %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestADayIsClosedOnceAtTwoNodes lets forty closings of one day come due at one
// instant, for which the workers of both nodes race: each of three merchants
// gets one statement, with one line for each redemption, and one entry.
func TestADayIsClosedOnceAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		want := r.sell(3, 2)
		before := r.rows()
		r.exec(func(tx *db.Tx) error {
			day := tx.Now().AddDate(0, 0, -2).Format(time.DateOnly) // Over in every zone.
			if _, err := tx.Exec(`UPDATE redeem_redemptions SET day = $1 WHERE day <> ''`, day); err != nil {
				return err
			}
			for i := range 40 {
				if err := jobs.Enqueue(tx, "settle.close", fmt.Sprintf("race/%d", i), tx.Now().Add(time.Second), tx.Now()); err != nil {
					return err
				}
			}
			return nil
		})
		r.until("every closing was done", func() bool {
			return len(r.counted(`SELECT id AS name, 1 AS n FROM jobs_jobs WHERE kind = 'settle.close'`)) == 0
		})
		r.grew("the closings of a day", before, map[string]int{"statements": 3, "lines": 6, "entries": 3, "postings": 6})
		got := r.counted(`SELECT s.merchant AS name, COUNT(*) AS n FROM settle_statements s JOIN settle_lines l ON l.statement = s.id GROUP BY s.merchant`)
		if !maps.Equal(got, want) {
			t.Errorf("lines by merchant: %v, want %v", got, want)
		}
		for _, n := range r.nodes {
			if strings.Contains(n.Log(), "msg=job kind=settle.close") {
				t.Errorf("a closing failed:\n%s", n.Log())
			}
		}
	})
}

// sell has members redeem at the shops of so many merchants, and returns how
// many redemptions each merchant has.
func (r *race) sell(merchants, each int) map[string]int {
	r.t.Helper()
	sold := map[string]int{}
	for i := range merchants {
		merchant := Do[struct{ ID string }](r.city.Operator, "POST", "/merchants", Object{"name": fmt.Sprintf("商家 %d", i)}).ID
		shop, _ := r.city.AddShop(merchant, 1)
		staff := r.city.Own(merchant, fmt.Sprintf("1360000%04d", i))
		for _, member := range r.join(each) {
			got, err := Redeem(r.t.Context(), member, staff, shop, 10_000)
			r.must(err)
			if got.State == "committed" {
				sold[merchant]++
			}
		}
	}
	return sold
}

// counted returns counts by name.
func (r *race) counted(sql string) map[string]int {
	r.t.Helper()
	var all []count
	r.must(r.db.View(r.t.Context(), func(tx *db.Tx) (err error) {
		all, err = db.All[count](tx, sql)
		return err
	}))
	by := map[string]int{}
	for _, c := range all {
		by[c.Name] = c.N
	}
	return by
}
