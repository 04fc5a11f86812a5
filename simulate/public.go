package simulate

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"citywalk/community"
	"citywalk/curate"
	"citywalk/discover"
	"citywalk/fault"
	"citywalk/redeem"
	"citywalk/shop"
)

// public is what happens where everybody sees it: somebody searches, writes a
// note or reads one; an operator looks at what was reported, or after the gate.
func (w *world) public() {
	switch n := w.coin.IntN(100); {
	case n < 40:
		w.search()
	case n < 62:
		w.write()
	case n < 78:
		w.read()
	case n < 88:
		w.moderate()
	default:
		w.guard()
	}
}

// A known is what search knows of a shop.
type known struct{ notes, verified int }

// search asks a node for all shops that take the card, and compares with what
// the file says: nobody is told of a change but through the outbox.
func (w *world) search() {
	var found discover.Answer
	var err error
	if !w.on(w.any(), func(n *node) { found, err = n.Discover.Search(w.ctx, discover.Query{City: City, Limit: 50}) }) {
		return
	}
	w.must(err)
	got := map[string]known{}
	for _, h := range found.Hits {
		got[w.book.name(string(h.ID))] = known{h.Notes, h.Verified}
	}
	want := map[string]known{}
	for _, r := range w.rows(`
		SELECT s.id, (SELECT COUNT(*) FROM curate_notes n WHERE n.shop = s.id AND n.id NOT IN (SELECT thing FROM community_cases WHERE state IN ('hidden', 'appealed', 'final'))),
			(SELECT COUNT(*) FROM curate_notes n WHERE n.shop = s.id AND n.visit <> '' AND n.id NOT IN (SELECT thing FROM community_cases WHERE state IN ('hidden', 'appealed', 'final')))
		FROM shop_shops s WHERE s.state = 'live'`) {
		want[w.book.name(r.id)] = known{r.a, r.b}
	}
	if !maps.Equal(got, want) {
		w.fail("search knows of shops and their notes %v; the file has %v", got, want)
	}
	w.say("somebody searches and finds %d", len(got))
	w.reached["search"]++
}

// A fact is a row that is read past the product.
type fact struct {
	id   string
	a, b int
}

// rows reads from the product's file what a statement says: an id and two
// numbers.
func (w *world) rows(sql string) (all []fact) {
	rows, err := w.watch.ours.QueryContext(w.ctx, sql)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var f fact
		w.must(rows.Scan(&f.id, &f.a, &f.b))
		all = append(all, f)
	}
	w.must(rows.Err())
	return all
}

// write has a member tell of a visit.
func (w *world) write() {
	var paid []*record
	for _, r := range w.book.ended {
		if r.state == "committed" {
			paid = append(paid, r)
		}
	}
	if len(paid) == 0 {
		return
	}
	r := paid[w.coin.IntN(len(paid))]
	p, visit := w.phoneOf(r), ""
	if w.coin.IntN(3) > 0 {
		visit = r.id
	}
	text := fmt.Sprintf("第%d碗面很好", w.coin.IntN(100))
	w.send(&command{from: &p.device, words: "write about " + w.book.name(r.id), key: w.key(&p.device),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			note, err := n.Community.Write(ctx, p.who, shop.ID(r.shop), community.Writing{Written: community.Written{
				Written: curate.Written{Text: text, Stars: 4, Visit: string(redeem.ID(visit))}}}, key)
			return string(note.ID), err
		},
		heard: func(err error) {
			if err == nil {
				w.reached["note"]++
			}
		}})
}

// note picks one of the notes that there are, "" if there is none.
func (w *world) note() curate.NoteID {
	all := w.rows(`SELECT id, 0, 0 FROM curate_notes ORDER BY id`)
	if len(all) == 0 {
		return ""
	}
	return curate.NoteID(all[w.coin.IntN(len(all))].id)
}

// read has a member like a note, take that back, report it or delete his own.
func (w *world) read() {
	id, p := w.note(), w.phones[w.coin.IntN(len(w.phones))]
	if id == "" {
		return
	}
	does := [...]struct {
		words string
		do    func(ctx context.Context, n *node) error
	}{
		{"like", func(ctx context.Context, n *node) error { return n.Community.Like(ctx, p.who, id) }},
		{"like", func(ctx context.Context, n *node) error { return n.Community.Like(ctx, p.who, id) }},
		{"unlike", func(ctx context.Context, n *node) error { return n.Community.Unlike(ctx, p.who, id) }},
		{"report", func(ctx context.Context, n *node) error { return n.Community.Report(ctx, p.who, string(id), "ad", "") }},
		{"delete", func(ctx context.Context, n *node) error { return n.Community.Delete(ctx, p.who, id) }},
	}[w.coin.IntN(5)]
	w.send(&command{from: &p.device, words: does.words + " a note",
		do: func(ctx context.Context, n *node, _ string) (string, error) { return "", does.do(ctx, n) },
		heard: func(err error) {
			if err == nil {
				w.reached[does.words]++
			}
		}})
}

// moderate has an operator decide about a note.
func (w *world) moderate() {
	id, what := string(w.note()), w.coin.IntN(3)
	if id == "" {
		return
	}
	words := []string{"hide", "keep", "restore"}[what]
	w.officer(words, func(n *node) error {
		switch what {
		case 0:
			return n.Community.Hide(w.ctx, w.office, id, community.Ruling{Reason: "ad", Words: "像广告"})
		case 1:
			return n.Community.Keep(w.ctx, w.office, id)
		}
		return n.Community.Restore(w.ctx, w.office, id, "看错了")
	})
}

// officer has an operator do something, and reports whether it was done.
func (w *world) officer(words string, do func(n *node) error) (done bool) {
	w.on(w.any(), func(n *node) {
		err := do(n)
		f, refusal := fault.From(err)
		switch {
		case err == nil:
			w.say("office: %s", words)
			w.reached[words]++
			done = true
		case refusal:
			w.say("office: %s: %s", words, f.Code)
		default:
			w.fail("office: %s: %v", words, err)
		}
	})
	w.book.look()
	return done
}

// guard sets a gate, in every third seed, has shops pause and come back, and
// the gate measured: everything is within a walk of the only station, so that
// it is open if enough shops take the card, and nothing else counts.
func (w *world) guard() {
	if w.seed%3 != 0 {
		return
	}
	gates := w.rows(`SELECT state, shops, version FROM discover_gates WHERE ended = 0`)
	if len(gates) == 0 || w.coin.IntN(20) == 0 {
		c := discover.Conditions{City: City, Share: 100, Shops: 2 + w.coin.IntN(3), Categories: 1, Minutes: 15, Hour: 12 * 60}
		w.officer("set a gate", func(n *node) error {
			_, err := n.Discover.SetGate(w.ctx, w.office, "", c)
			return err
		})
		return
	}
	if at := w.shops[w.coin.IntN(len(w.shops))]; w.coin.IntN(2) == 0 {
		w.officer("pause or resume "+at.Name, func(n *node) error {
			if err := n.Shop.Resume(w.ctx, w.office, at.ID); err == nil {
				return nil
			}
			return n.Shop.Pause(w.ctx, w.office, at.ID, "盘点")
		})
	}
	if !w.officer("measure", func(n *node) error { return n.Discover.Follow(w.ctx) }) {
		return
	}
	now := w.rows(`SELECT state, shops, version FROM discover_gates WHERE ended = 0`)[0]
	live := w.rows(`SELECT '', COUNT(*), 0 FROM shop_shops WHERE state = 'live'`)[0].a
	if now.id == "new" {
		return // Nothing has happened since it was set, and its own job comes.
	}
	if want := map[bool]string{true: "open", false: "closed"}[live >= now.a]; now.id != want {
		w.fail("the gate asks for %d shops and is %s, when %d take the card", now.a, now.id, live)
	}
	w.reached["gate "+now.id]++
}

// inPublic is what must hold in the end of what everybody sees.
func (w *world) inPublic() {
	for _, wrong := range []struct{ what, sql string }{
		{"a note's likes are counted wrong", `SELECT note, likes, (SELECT COUNT(*) FROM community_likes l WHERE l.note = c.note) FROM community_counts c
			WHERE likes <> (SELECT COUNT(*) FROM community_likes l WHERE l.note = c.note)`},
		{"a visit is told of twice", `SELECT redemption, COUNT(*), 0 FROM community_notes WHERE redemption <> '' GROUP BY redemption HAVING COUNT(*) > 1`},
		{"something hangs on a note that is gone", `SELECT thing, 0, 0 FROM community_reports WHERE thing NOT IN (SELECT id FROM curate_notes)`},
		{"a shop of fewer than fifteen members is ranked", `SELECT shop, score, place FROM discover_regards WHERE score > 0`},
	} {
		if found := w.rows(wrong.sql); len(found) > 0 {
			w.fail("%s: %d and %d", wrong.what, found[0].a, found[0].b)
		}
	}
	var sums []string
	for _, n := range w.nodes {
		w.on(n, func(n *node) {
			sum, err := n.Discover.Digest(w.ctx)
			w.must(err)
			sums = append(sums, sum)
		})
	}
	if len(slices.Compact(sums)) != 1 {
		w.fail("two nodes know other shops: %v", sums)
	}
	w.search()
}
