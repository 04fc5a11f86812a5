package curate

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/outbox"
	"citywalk/score"
	"citywalk/shop"
)

func (g *rig) score(id shop.ID) Score {
	g.t.Helper()
	var sc Score
	g.must(g.DB.View(ctx, func(tx *db.Tx) (err error) {
		sc, err = findScore(tx, id)
		return err
	}))
	return sc
}

func (g *rig) drain() {
	g.t.Helper()
	_, err := g.jobs.Drain(ctx)
	g.must(err)
}

// One new note has its shop scored anew by a job, and nobody else's; a shop
// whose notes have not changed keeps what the fit said of it. There is news of
// the shop, whose notes search counts.
func TestScoresFollowANote(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.village()
		g.drain()
		before := g.score(sh.ID)
		g.clock.Advance(time.Minute)
		g.must(g.Rescore(ctx, sh.ID))
		if again := g.score(sh.ID); math.Abs(again.Mean-before.Mean) > 0.05 || again.Notes != before.Notes {
			t.Errorf("scored alone %.3f, by the fit %.3f", again.Mean, before.Mean)
		}
		d := g.drafts(sh.ID, 41, loved)[40]
		d.SourceID, d.Author, d.Stars, d.Written = "late", "late", 1, g.clock.Now()
		d.Text = "今天的汤淡得像水，面也坨了，很失望。"
		news := outbox.Follow(g.DB, shop.SaidTopic, g.clock.Now())
		g.notes([]Draft{d})
		if items, _, err := news.Next(ctx); err != nil || len(items) != 1 || items[0].Key != string(sh.ID) {
			t.Errorf("news of %v, %v, want of the shop", items, err)
		}
		g.drain()
		after := g.score(sh.ID)
		if after.Notes != before.Notes+1 || after.Mean >= before.Mean {
			t.Errorf("after a bad note: %d notes, %.3f; before: %d, %.3f", after.Notes, after.Mean, before.Notes, before.Mean)
		}
	})
}

// A fit that read the city before a newer look at a shop does not undo it.
func TestAnOlderLookDoesNotOverwrite(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("先后面馆")
		put := func(mean float64, at time.Time) {
			g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
				return putScore(tx, Scored{Shop: sh.ID, City: here, Score: Score{Estimate: score.Estimate{Mean: mean, SD: 0.1}, Scored: at}})
			}))
		}
		now := g.clock.Now()
		put(4.1, now)
		put(3.2, now.Add(-time.Minute))
		if sc := g.score(sh.ID); sc.Mean != 4.1 {
			t.Errorf("the score is %.1f, want that of the later look", sc.Mean)
		}
		put(4.3, now.Add(time.Minute))
		if sc := g.score(sh.ID); sc.Mean != 4.3 {
			t.Errorf("the score is %.1f, want the newest", sc.Mean)
		}
	})
}

// The same notes fitted twice give the same scores, to the last digit.
func TestFitsAreTheSame(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.village()
		first := g.score(sh.ID)
		g.clock.Advance(time.Hour)
		g.Cores = 1
		_, err := g.FitCity(ctx, here, nil)
		g.must(err)
		if again := g.score(sh.ID); again.Mean != first.Mean || again.Above != first.Above || again.Effective != first.Effective {
			t.Errorf("%+v, then %+v", first.Estimate, again.Estimate)
		}
	})
}

// Every night each city with notes is fitted by a job of its own.
func TestNightly(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("夜里面馆")
		g.notes(g.drafts(sh.ID, 25, loved))
		g.clock.Advance(26 * time.Hour)
		g.drain()
		g.clock.Advance(2 * time.Minute)
		g.drain()
		first := g.score(sh.ID)
		if first.Notes != 25 {
			t.Errorf("the night scored %d notes", first.Notes)
		}
		nights := func(n int) time.Time {
			for range n {
				g.clock.Advance(24 * time.Hour)
				g.drain()
				g.clock.Advance(2 * time.Minute)
				g.drain()
			}
			return g.score(sh.ID).Scored
		}
		if at := nights(2); !at.Equal(first.Scored) {
			t.Error("a city of which nothing new is known was fitted again")
		}
		if at := nights(6); at.Equal(first.Scored) {
			t.Error("a fit of more than a week ago was left as it is")
		}
		_, err := g.Record(ctx, g.ann, Visit{Shop: sh.ID, Key: "visit-of-the-night-1", Visited: g.clock.Now(), Value: 4})
		g.must(err)
		g.drain() // The visit re-scores its shop at once; what follows is the night's.
		before := g.score(sh.ID).Scored
		if at := nights(1); at.Equal(before) {
			t.Error("a visit is no news to the night")
		}
	})
}

// What a reviewer says of a note goes into the next look at its shop; the last
// word of each counts.
func TestLabels(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.village()
		g.drain()
		before := g.score(sh.ID)
		note := before.Found[0].Note
		g.refused("an auditor", g.Label(ctx, g.audit, note, score.Bought), ErrDenied)
		g.refused("no word", g.Label(ctx, g.ann, note, score.Unlabelled), ErrLabel)
		g.refused("no note", g.Label(ctx, g.ann, "nte_none", score.Bought), ErrNote)
		g.clock.Advance(time.Minute)
		g.must(g.Label(ctx, g.ann, note, score.Honest))
		g.must(g.Label(ctx, g.ann, note, score.Bought))
		g.drain()
		after := g.score(sh.ID)
		for i, f := range after.Found {
			if f.Note == note && (f.PFake < 0.9 || f.Weight > 0.5) {
				t.Errorf("a note that a reviewer called bought: %+v, before %+v", f.Finding, before.Found[i].Finding)
			}
		}
		labelled, err := g.Get(ctx, g.ann, note)
		g.must(err)
		_, err = g.Comments(ctx, g.ann, "test", []Remark{{SourceID: "c1", Note: labelled.SourceID, Author: "b", Written: g.clock.Now(), Text: "是托吧。"}})
		g.must(err)
		r, err := g.Review(ctx, g.ann, sh.ID)
		g.must(err)
		if len(r.Suspects[0].Comments) != 1 || r.Suspects[0].Comments[0].Text != "是托吧。" {
			t.Errorf("the comments on the first suspect: %v", r.Suspects[0].Comments)
		}
		if r.Suspects[0].Note.ID != note || r.Suspects[0].Label != score.Bought {
			t.Errorf("the first suspect is %s, labelled %d", r.Suspects[0].Note.ID, r.Suspects[0].Label)
		}
	})
}

// writes has the member write a note.
func (g *rig) writes(id shop.ID, w Written) (n Note, err error) {
	g.t.Helper()
	err = g.DB.Update(ctx, func(tx *db.Tx) error {
		n, err = g.Write(tx, g.member, id, w)
		return err
	})
	return n, err
}

// A member writes one note a day about a shop, which says if he was there.
func TestWrite(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("会员面馆")
		n, err := g.writes(sh.ID, Written{Text: "汤头很鲜，老板热情。", Stars: 4.5})
		g.must(err)
		if n.Shop != sh.ID || n.Rating != 4.5 || n.Visit != "" || n.Source != MemberSource {
			t.Errorf("%+v", n)
		}
		_, err = g.writes(sh.ID, Written{Text: "再写一条。"})
		g.refused("a second one that day", err, ErrOften)
		g.clock.Advance(24 * time.Hour)
		g.Visited = func(*db.Tx, account.ID, shop.ID) (string, error) { return "red_1", nil }
		n, err = g.writes(sh.ID, Written{Text: "今天又去了，还是好吃。"})
		g.must(err)
		if n.Visit != "red_1" || n.Rating < 3.5 {
			t.Errorf("after a visit: %+v", n)
		}
		g.clock.Advance(24 * time.Hour)
		n, err = g.writes(sh.ID, Written{Text: "说的是上上次。", Visit: "red_0"})
		g.must(err)
		if n.Visit != "red_0" {
			t.Errorf("of a visit that was named: %+v", n)
		}
		g.clock.Advance(24 * time.Hour)
		_, err = g.writes(sh.ID, Written{Text: "  "})
		g.refused("nothing", err, ErrNoText)
		_, err = g.writes(sh.ID, Written{Text: "好", Stars: 6})
		g.refused("six stars", err, ErrStars)
	})
}

// A note that its author takes back is nowhere any more: not in the tables, not
// in what a decision quoted, and not in the shop's score, which is gone with
// the last of its notes.
func TestWithdraw(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("撤回面馆")
		mine, err := g.writes(sh.ID, Written{Text: "葱油拌面特别香，老板热情，环境干净。", Stars: 5})
		g.must(err)
		_, err = g.FitCity(ctx, here, nil)
		g.must(err)
		decided := g.ruled(g.ann, sh.ID, Included, Standing)
		if len(decided.Basis.Evidence) == 0 {
			t.Fatal("the decision quotes nothing")
		}
		other := g.person("13900000009", account.Grant{Role: account.Member})
		withdraw := func(who account.Session) error {
			return g.DB.Update(ctx, func(tx *db.Tx) error {
				at, err := g.Withdraw(tx, who, mine.ID)
				if err == nil && at != sh.ID {
					t.Errorf("it was about %s", at)
				}
				return err
			})
		}
		g.refused("somebody else's", withdraw(other), ErrNote)
		g.must(withdraw(g.member))
		g.refused("a second time", withdraw(g.member), ErrNote)
		g.must(g.DB.View(ctx, func(tx *db.Tx) error {
			if d, err := findDecision(tx, decided.ID); err != nil || len(d.Basis.Evidence) != 0 || d.Basis.Score == nil {
				t.Errorf("the decision rests on %+v, %v", d.Basis, err)
			}
			_, err := findScore(tx, sh.ID)
			if !errors.Is(err, db.ErrNone) {
				t.Errorf("the shop is scored without a note: %v", err)
			}
			return nil
		}))
		g.drain()
	})
}

// Nothing in the tables of notes tells who wrote them.
func TestAuthorsAreHashes(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("匿名面馆")
		d := g.drafts(sh.ID, 1, loved)[0]
		d.Author = "canary"
		g.notes([]Draft{d})
		_, err := g.writes(sh.ID, Written{Text: "会员写的。"})
		g.must(err)
		g.must(g.DB.View(ctx, func(tx *db.Tx) error {
			type row struct{ Author, SourceID, Text string }
			rows, err := db.All[row](tx, `SELECT author, source_id, text FROM curate_notes`)
			for _, r := range rows {
				for _, who := range []string{"canary", string(g.member.Person)} {
					if strings.Contains(r.Author+r.SourceID+r.Text, who) {
						t.Errorf("%+v tells of %s", r, who)
					}
				}
			}
			if len(rows) != 2 || rows[0].Author == rows[1].Author {
				t.Errorf("%+v", rows)
			}
			return err
		}))
	})
}
