package account

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// act writes n events, each in its own transaction.
func (w *town) act(n int) {
	w.t.Helper()
	for i := range n {
		err := w.DB.Update(w.t.Context(), func(tx *db.Tx) error {
			return Audit(tx, "per_1", "test.act", fmt.Sprintf("obj_%d", i%2), map[string]int{"n": i})
		})
		want(w.t, err, nil)
		w.clock.Advance(time.Millisecond)
	}
}

func (w *town) seal() int {
	w.t.Helper()
	n, err := Seal(w.t.Context(), w.DB)
	want(w.t, err, nil)
	return n
}

func (w *town) prove(kept Anchor) Proof {
	w.t.Helper()
	p, err := ProveAudit(w.t.Context(), w.DB, kept)
	want(w.t, err, nil)
	return p
}

// rows returns the ids of the audit in the order of their seals.
func (w *town) rows() []string {
	w.t.Helper()
	ids, err := view(w.t.Context(), w.DB, func(tx *db.Tx) ([]string, error) {
		return db.All[string](tx, `SELECT audit FROM account_seals ORDER BY seq`)
	})
	want(w.t, err, nil)
	return ids
}

// TestSeal shows that rows are chained in their order, once, and that what
// waits for its seal is told apart from what is wrong.
func TestSeal(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		if p := w.prove(Anchor{}); p != (Proof{}) {
			t.Errorf("an empty chain proves as %+v", p)
		}
		w.act(3)
		if p := w.prove(Anchor{}); p.Good != 0 || p.Bad != 0 || p.Waiting != 3 {
			t.Errorf("before sealing: %+v", p)
		}
		if n := w.seal(); n != 3 {
			t.Errorf("sealed %d, want 3", n)
		}
		if n := w.seal(); n != 0 {
			t.Errorf("sealed %d again", n)
		}
		first := w.prove(Anchor{})
		if first.Good != 3 || first.Bad != 0 || first.Waiting != 0 || first.Head.Seq != 3 {
			t.Errorf("after sealing: %+v", first)
		}
		w.act(sealBatch + 1)
		if n := w.seal(); n != sealBatch+1 {
			t.Errorf("sealed %d, want %d", n, sealBatch+1)
		}
		if p := w.prove(first.Head); p.Good != sealBatch+4 || p.Bad != 0 {
			t.Errorf("with an anchor: %+v", p)
		}
		good, bad, err := VerifyAudit(t.Context(), w.DB)
		if good != sealBatch+4 || bad != 0 || err != nil {
			t.Errorf("verify: %d good, %d bad, %v", good, bad, err)
		}
	})
}

// TestRegister shows that the runner seals and forgets by itself.
func TestRegister(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.ask(alice)
		w.act(3)
		w.clock.Advance(2 * challengeKept)
		w.drain()
		if p := w.prove(Anchor{}); p.Good != 3 || p.Waiting != 0 {
			t.Errorf("got %+v, want 3 sealed rows", p)
		}
		if n := w.number(`SELECT COUNT(*) FROM account_challenges`); n != 0 {
			t.Errorf("%d challenges are kept", n)
		}
	})
}

// TestAuditTampering edits the database behind the package's back: the first
// row that does not hold is named (T-AUDIT).
func TestAuditTampering(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(w *town, ids []string)
		bad  int64
	}{
		{"one byte of the detail", func(w *town, ids []string) {
			w.edit(`UPDATE account_audits SET detail = REPLACE(detail, '5', '6') WHERE id = $1`, ids[5])
		}, 6},
		{"the actor", func(w *town, ids []string) { w.edit(`UPDATE account_audits SET actor = 'per_2' WHERE id = $1`, ids[0]) }, 1},
		{"the object", func(w *town, ids []string) { w.edit(`UPDATE account_audits SET object = '' WHERE id = $1`, ids[9]) }, 10},
		{"a byte moved to the next column", func(w *town, ids []string) {
			w.edit(`UPDATE account_audits SET action = 'test.ac', object = 't' || object WHERE id = $1`, ids[4])
		}, 5},
		{"the time by a millisecond", func(w *town, ids []string) { w.edit(`UPDATE account_audits SET at = at + 1 WHERE id = $1`, ids[2]) }, 3},
		{"a row deleted", func(w *town, ids []string) { w.edit(`DELETE FROM account_audits WHERE id = $1`, ids[3]) }, 4},
		{"a row deleted with its seal", func(w *town, ids []string) {
			w.edit(`DELETE FROM account_audits WHERE id = $1`, ids[3])
			w.edit(`DELETE FROM account_seals WHERE seq = 4`)
		}, 4},
		{"a row cut out and the rest moved up", func(w *town, ids []string) {
			w.edit(`DELETE FROM account_audits WHERE id = $1`, ids[3])
			w.edit(`DELETE FROM account_seals WHERE seq = 4`)
			for seq := 5; seq <= 10; seq++ {
				w.edit(`UPDATE account_seals SET seq = seq - 1 WHERE seq = $1`, seq)
			}
		}, 4},
		{"two rows swapped", func(w *town, ids []string) {
			w.edit(`UPDATE account_seals SET audit = 'x' WHERE seq = 5`)
			w.edit(`UPDATE account_seals SET audit = $1 WHERE seq = 8`, ids[4])
			w.edit(`UPDATE account_seals SET audit = $1 WHERE seq = 5`, ids[7])
		}, 5},
		{"a row put in its place with a new hash", func(w *town, ids []string) {
			forged := w.forge(6, Event{ID: ids[5], At: dbtest.Day, Action: "test.forged"})
			w.edit(`UPDATE account_seals SET hash = $1 WHERE seq = 6`, forged.Hash)
		}, 7},
		{"the seals of the end deleted", func(w *town, ids []string) { w.edit(`DELETE FROM account_seals WHERE seq > 8`) }, 9},
		{"a row slipped in without a seal", func(w *town, ids []string) {
			w.edit(`INSERT INTO account_audits (id, at, action) VALUES ('aud_x', 1, 'test.slipped')`)
		}, 11},
		{"a waiting row deleted", func(w *town, ids []string) {
			w.act(1)
			w.edit(`DELETE FROM account_audits WHERE id NOT IN (SELECT audit FROM account_seals)`)
		}, 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, w *town) {
				w.act(10)
				w.seal()
				c.edit(w, w.rows())
				p := w.prove(Anchor{})
				if p.Bad != c.bad || p.Good != c.bad-1 || p.Why == "" {
					t.Errorf("got %+v, want the bad row %d", p, c.bad)
				}
				good, bad, err := VerifyAudit(t.Context(), w.DB)
				if good != c.bad-1 || bad != c.bad || err != nil {
					t.Errorf("verify: %d good, %d bad, %v", good, bad, err)
				}
			})
		})
	}
}

// forge replaces the row of a place in the chain and returns the place as it
// would hash.
func (w *town) forge(seq int64, e Event) Anchor {
	w.t.Helper()
	w.edit(`UPDATE account_audits SET at = $2, actor = $3, action = $4, object = $5, detail = $6 WHERE id = $1`,
		e.ID, e.At, e.Actor, e.Action, e.Object, e.Detail)
	before, err := view(w.t.Context(), w.DB, func(tx *db.Tx) (Anchor, error) {
		return db.One[Anchor](tx, `SELECT seq, hash FROM account_seals WHERE seq = $1`, seq-1)
	})
	want(w.t, err, nil)
	return before.next(e)
}

// TestAuditAnchor shows that a cut end and a chain rewritten from some row on,
// which hold in themselves, are found by an anchor that was kept elsewhere.
func TestAuditAnchor(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.act(10)
		w.seal()
		kept, err := ParseAnchor(w.prove(Anchor{}).Head.String())
		want(t, err, nil)
		ids := w.rows()

		before := w.forge(10, Event{ID: ids[9], At: dbtest.Day, Action: "test.forged"})
		w.edit(`UPDATE account_seals SET hash = $1 WHERE seq = 10`, before.Hash)
		if p := w.prove(Anchor{}); p.Bad != 0 {
			t.Errorf("a rewritten end is found without an anchor: %+v", p)
		}
		if p := w.prove(kept); p.Bad != 10 {
			t.Errorf("a rewritten end: %+v", p)
		}

		w.edit(`DELETE FROM account_audits WHERE id = $1`, ids[9])
		w.edit(`DELETE FROM account_seals WHERE seq = 10`)
		if p := w.prove(Anchor{}); p.Bad != 0 || p.Good != 9 {
			t.Errorf("a cut end is found without an anchor: %+v", p)
		}
		if p := w.prove(kept); p.Bad != 10 || p.Good != 9 {
			t.Errorf("a cut end: %+v", p)
		}
		for _, bad := range []string{"", "10", "x:" + kept.Hash, "0:" + kept.Hash, "10:abc"} {
			if _, err := ParseAnchor(bad); err == nil {
				t.Errorf("%q was taken for an anchor", bad)
			}
		}
	})
}

// TestSealOnce races sealers on two nodes with people who act: every row is
// sealed once and the chain holds.
func TestSealOnce(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		node := dbtest.Again(t, w.DB, w.clock)
		var wg sync.WaitGroup
		for i := range 4 {
			d := []*db.DB{w.DB, node}[i%2]
			wg.Go(func() {
				for n := range 15 {
					err := d.Update(t.Context(), func(tx *db.Tx) error { return Audit(tx, "", "test.act", "", n) })
					if err != nil {
						t.Errorf("act: %v", err)
					}
				}
			})
			wg.Go(func() {
				for range 10 {
					if _, err := Seal(t.Context(), d); err != nil {
						t.Errorf("seal: %v", err)
					}
				}
			})
		}
		wg.Wait()
		w.seal()
		if p := w.prove(Anchor{}); p.Good != 60 || p.Bad != 0 || p.Waiting != 0 {
			t.Errorf("got %+v, want 60 good rows", p)
		}
	})
}

// TestAudits shows the list: newest first, with what is not sealed yet on top,
// page by page, about one object or all.
func TestAudits(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.act(6)
		w.seal()
		w.act(2)
		list := func(object string, before int64, limit int) (got []string) {
			err := w.DB.View(t.Context(), func(tx *db.Tx) error {
				all, err := Audits(tx, object, before, limit)
				for _, e := range all {
					got = append(got, fmt.Sprintf("%d%s", e.Seq, e.Detail))
					if (e.Seq == 0) != (e.Hash == "") || e.At.IsZero() || e.Actor != "per_1" {
						t.Errorf("event is %+v", e)
					}
				}
				return err
			})
			want(t, err, nil)
			return got
		}
		for _, c := range []struct {
			object string
			before int64
			limit  int
			want   string
		}{
			{"", 0, 3, `0{"n":1} 0{"n":0} 6{"n":5}`},
			{"", 0, 1, `0{"n":1}`},
			{"", 6, 2, `5{"n":4} 4{"n":3}`},
			{"obj_1", 0, 9, `0{"n":1} 6{"n":5} 4{"n":3} 2{"n":1}`},
			{"obj_1", 4, 9, `2{"n":1}`},
			{"obj_7", 0, 9, ``},
		} {
			if got := strings.Join(list(c.object, c.before, c.limit), " "); got != c.want {
				t.Errorf("%q before %d: got %s, want %s", c.object, c.before, got, c.want)
			}
		}
	})
}

// TestAuditRollsBack shows that an act that fails leaves no row, and that what
// cannot be stored as JSON fails the act.
func TestAuditRollsBack(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		err := w.DB.Update(t.Context(), func(tx *db.Tx) error {
			if err := Audit(tx, "", "test.act", "", nil); err != nil {
				return err
			}
			return ErrDenied
		})
		want(t, err, ErrDenied)
		err = w.DB.Update(t.Context(), func(tx *db.Tx) error { return Audit(tx, "", "test.act", "", func() {}) })
		if n := w.number(`SELECT COUNT(*) FROM account_audits`); n != 0 || err == nil {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}
