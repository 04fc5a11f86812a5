package community

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/geo"
	"citywalk/shop"

	"pgregory.net/rapid"
)

// written takes notes about the first and the second shop in turn, one an hour.
func (g *rig) written(n int) []curate.NoteID {
	g.t.Helper()
	var drafts []curate.Draft
	for i := range n {
		at := g.shop.ID
		if i%2 == 1 {
			at = g.other.ID
		}
		drafts = append(drafts, curate.Draft{SourceID: fmt.Sprint(i), Shop: at, Author: fmt.Sprint(i), Likes: -1, Followers: -1,
			Written: g.clock.Now().Add(-time.Duration(i+1) * time.Hour), Text: fmt.Sprintf("第 %d 条", i)})
	}
	taken, err := g.Curate.Take(ctx, g.ann, "test", drafts)
	g.must(err)
	ids := make([]curate.NoteID, n)
	for i, r := range taken {
		ids[i] = r.ID
	}
	return ids
}

// pages reads a feed from its beginning to its end.
func (g *rig) pages(who account.Session, q FeedQuery) (all []Item, ended bool, n int) {
	g.t.Helper()
	for {
		f, err := g.Feed(ctx, who, q)
		g.must(err)
		if len(f.Slots) != 0 {
			g.t.Errorf("something stands in a slot: %+v", f.Slots)
		}
		all, n = append(all, f.Items...), n+1
		if q.After = f.Next; q.After == "" {
			return all, f.Ended, n
		}
	}
}

// A feed shows each note once, in its order, and ends after so many pages even
// if there is more; what comes in while somebody reads moves nothing.
func TestFeedEnds(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ids := g.written(130)
		for _, by := range []By{New, Near} {
			all, ended, n := g.pages(g.noa, FeedQuery{By: by, City: here})
			if len(all) != FeedPage*FeedPages || !ended || n != FeedPages {
				t.Errorf("%s: %d notes on %d pages, ended %v", by, len(all), n, ended)
			}
			seen := map[curate.NoteID]bool{}
			for i, item := range all {
				if seen[item.Note.ID] {
					t.Errorf("%s: %s comes twice", by, item.Note.Text)
				}
				seen[item.Note.ID] = true
				if by == New && item.Note.ID != ids[i] {
					t.Errorf("by time, place %d is %s", i, item.Note.Text)
				}
			}
		}
		first, err := g.Feed(ctx, g.noa, FeedQuery{By: Near, City: here})
		g.must(err)
		second, err := g.Feed(ctx, g.noa, FeedQuery{By: Near, City: here, After: first.Next})
		g.must(err)
		g.clock.Advance(time.Minute)
		g.note(g.mia)
		later, err := g.Feed(ctx, g.noa, FeedQuery{By: Near, City: here, After: first.Next})
		g.must(err)
		for i := range second.Items {
			if second.Items[i].Note.ID != later.Items[i].Note.ID {
				t.Errorf("a new note moved place %d", i)
			}
		}
		if f, err := g.Feed(ctx, g.noa, FeedQuery{By: New, City: "别处"}); err != nil || len(f.Items) != 0 || f.Ended {
			t.Errorf("a city without notes has %+v, %v", f, err)
		}
		for _, forged := range []string{"x", cursor{likes: -1, written: 5, id: "near"}.String(), cursor{likes: 1, written: 1 << 60, id: "near"}.String()} {
			_, err := g.Feed(ctx, g.noa, FeedQuery{By: Near, City: here, After: forged})
			g.refused("a place that the feed has not", err, ErrCursor)
		}
	})
}

// The default order is the same for everybody, and a position brings what is
// near to the front.
func TestNearIsNearAndForEverybody(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.written(20)
		order := func(who account.Session, at *geo.Point) string {
			all, _, _ := g.pages(who, FeedQuery{By: Near, City: here, At: at})
			var texts []string
			for _, i := range all {
				texts = append(texts, strings.TrimSuffix(strings.TrimPrefix(i.Note.Text, "第 "), " 条"))
				if (i.Metres >= 0) != (at != nil) {
					t.Errorf("the distance is %v", i.Metres)
				}
			}
			return strings.Join(texts, " ")
		}
		g.must(g.Follow(ctx, g.mia, g.other.ID))
		g.must(g.SaveShop(ctx, g.mia, g.other.ID))
		if a, b := order(account.Session{}, nil), order(g.mia, nil); a != b {
			t.Errorf("it is personal: %s for nobody, %s for her", a, b)
		}
		at := g.other.Point
		if got := order(g.mia, &at); !strings.HasPrefix(got, "1 ") {
			t.Errorf("at the second shop's door: %s", got)
		}
		at = g.shop.Point
		if got := order(g.mia, &at); !strings.HasPrefix(got, "0 ") {
			t.Errorf("at the first shop's door: %s", got)
		}
	})
}

// What a member follows: notes about these shops and what they give, since he
// follows them; and only he sees it.
func TestFollowing(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.written(4)
		g.must(g.Follow(ctx, g.mia, g.other.ID))
		g.must(g.Follow(ctx, g.mia, g.other.ID))
		g.clock.Advance(time.Minute)
		_, err := g.shops.SetTerms(ctx, g.ann, g.other.ID, shop.Terms{Kind: shop.Percent, Percent: 15, PerDay: 10})
		g.must(err)
		_, err = g.shops.SetTerms(ctx, g.ann, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 20, PerDay: 10})
		g.must(err)
		all, ended, _ := g.pages(g.mia, FeedQuery{By: Following, City: here})
		if len(all) != 3 || ended || all[0].Terms == nil || all[0].Terms.Percent != 15 || all[1].Note == nil || all[1].Shop != g.other.ID {
			t.Errorf("her feed is %+v", all)
		}
		if other, _, _ := g.pages(g.noa, FeedQuery{By: Following, City: here}); len(other) != 0 {
			t.Errorf("another's feed is %+v", other)
		}
		g.must(g.Unfollow(ctx, g.mia, g.other.ID))
		if gone, _, _ := g.pages(g.mia, FeedQuery{By: Following, City: here}); len(gone) != 0 {
			t.Errorf("after she left it is %+v", gone)
		}
		g.refused("a shop that is not there", g.Follow(ctx, g.mia, "shp_none"), shop.ErrUnknown)
	})
}

// Saved things are listed, the latest first, each once, page by page.
func TestSaved(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ids := g.written(2)
		n, older := ids[0], ids[1]
		third, _ := g.opened("甜品站", 31.24)
		saved := func() (shops []shop.ID, notes []curate.NoteID) {
			for after := ""; ; {
				page, next, err := g.SavedShops(ctx, g.noa, after, 1)
				g.must(err)
				for _, k := range page {
					shops = append(shops, k.Shop)
				}
				if after = next; next == "" {
					break
				}
			}
			for after := ""; ; {
				page, next, err := g.SavedNotes(ctx, g.noa, after, 1)
				g.must(err)
				for _, one := range page {
					if notes = append(notes, one.ID); !one.Saved {
						t.Errorf("%s is saved and does not say so", one.ID)
					}
				}
				if after = next; next == "" {
					return shops, notes
				}
			}
		}
		for range 2 {
			g.must(g.SaveNote(ctx, g.noa, older))
			g.must(g.SaveShop(ctx, g.noa, g.shop.ID))
			g.must(g.SaveShop(ctx, g.noa, third.ID))
		}
		g.clock.Advance(time.Second)
		g.must(g.SaveNote(ctx, g.noa, n))
		g.must(g.SaveShop(ctx, g.noa, g.other.ID))
		same := []shop.ID{g.shop.ID, third.ID} // Saved in the same moment.
		slices.Sort(same)
		shops, notes := saved()
		if !slices.Equal(shops, []shop.ID{g.other.ID, same[1], same[0]}) || !slices.Equal(notes, []curate.NoteID{n, older}) {
			t.Errorf("saved are %v and %v", shops, notes)
		}
		tie, err := g.Tied(ctx, g.noa, g.shop.ID)
		g.must(err)
		if !tie.Saved || tie.Followed {
			t.Errorf("the tie is %+v", tie)
		}
		g.must(g.UnsaveShop(ctx, g.noa, g.shop.ID))
		g.must(g.UnsaveNote(ctx, g.noa, n))
		if shops, notes = saved(); len(shops) != 2 || len(notes) != 1 {
			t.Errorf("left are %v and %v", shops, notes)
		}
		if shops, _, err := g.SavedShops(ctx, g.mia, "", 10); err != nil || len(shops) != 0 {
			t.Errorf("another sees %v, %v", shops, err)
		}
		_, _, err = g.SavedShops(ctx, g.noa, "?", 10)
		g.refused("a page that is none", err, ErrCursor)
	})
}

// The rank falls with age and distance, rises with what speaks for a note, and
// likes alone lift nothing by more than a fifth.
func TestRelevance(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		c := candidate{Written: now.Add(-time.Duration(rapid.IntRange(0, 2000).Draw(t, "hours")) * time.Hour),
			Likes: rapid.IntRange(0, 100).Draw(t, "likes"), Photos: rapid.IntRange(0, 9).Draw(t, "photos"),
			Visited: rapid.Bool().Draw(t, "visited"), metres: float64(rapid.IntRange(-1, 20_000).Draw(t, "metres"))}
		was := c.relevance(now)
		older, farther, liked, famous := c, c, c, c
		older.Written = c.Written.Add(-time.Hour)
		farther.metres = max(0, c.metres) + 100
		liked.Likes++
		c.Likes, famous.Likes = 0, 1_000_000
		switch {
		case was <= 0 || was > 2:
			t.Fatalf("the rank is %v", was)
		case older.relevance(now) >= was:
			t.Fatal("an older note ranks as high")
		case farther.relevance(now) >= was:
			t.Fatal("a note farther away ranks as high")
		case liked.relevance(now) < was:
			t.Fatal("a like lowers the rank")
		case famous.relevance(now) > 1.2*c.relevance(now)+1e-12:
			t.Fatal("likes lift a note by more than a fifth")
		}
	})
	same := []candidate{{ID: "a", Shop: "x", Written: now}, {ID: "b", Shop: "x", Written: now}, {ID: "c", Shop: "y", Written: now.Add(-24 * time.Hour)}}
	got := ranked(slices.Clone(same), nil, now)
	if got[0].ID != "b" || got[1].ID != "c" || got[2].ID != "a" {
		t.Errorf("a shop's second note does not stand back: %+v", got)
	}
}
