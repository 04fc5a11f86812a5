package community

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/opinion"
	"citywalk/photo"
)

// A note is kept with its pictures under one key, shows the name that its
// author chose, and is nobody's to change.
func TestWriteWithPictures(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		w := Writing{Written: Written{Written: curate.Written{Text: "葱油拌面很香", Stars: 4, Marks: curate.Marks{opinion.Taste: 5}}, Dishes: []string{"葱油拌面", " 大排 ", "葱油拌面"}}}
		key := g.key()
		var first Note
		for i := range 2 {
			w.Files = []io.Reader{snap(1), snap(2)}
			n, err := g.Write(ctx, g.mia, g.shop.ID, w, key)
			g.must(err)
			if i == 0 {
				first = n
			} else if n.ID != first.ID {
				t.Errorf("sent again it is another note")
			}
		}
		if len(first.Photos) != 2 || strings.Join(first.Dishes, "/") != "葱油拌面/大排" || first.Marks[opinion.Taste] != 5 || !first.Mine || !first.Member || first.Visited {
			t.Errorf("it is %+v", first)
		}
		if first.Name != "" || len(first.Mark) != 2 {
			t.Errorf("it is signed %q, %q", first.Name, first.Mark)
		}
		g.must(g.Rename(ctx, g.mia, "  小  林 "))
		if n := g.again(g.noa, first); n.Name != "小 林" || n.Mine {
			t.Errorf("to others it is signed %q, mine %v", n.Name, n.Mine)
		}
		for what, name := range map[string]string{"a number": "13900000004", "too long": strings.Repeat("长", 17), "turned": "a\u202eb"} {
			g.refused(what, g.Rename(ctx, g.mia, name), ErrName)
		}
		p, err := g.Photo(ctx, account.Session{}, first.Photos[1].ID, Thumb, "")
		g.must(err)
		if again, err := g.Photo(ctx, account.Session{}, first.Photos[1].ID, Thumb, p.Hash); err != nil || again.JPEG != nil || len(p.JPEG) == 0 {
			t.Errorf("a known picture is sent again: %d bytes, %v", len(again.JPEG), err)
		}
		_, err = g.AddPhoto(ctx, g.noa, first.ID, g.key(), snap(3))
		g.refused("a picture to another's note", err, ErrNote)
		_, err = g.AddPhoto(ctx, g.mia, first.ID, g.key(), strings.NewReader("GIF89a"))
		g.refused("a GIF", err, photo.ErrKind)
		if g.count("news") < 3 { // Two for the shops, one for the note.
			t.Error("nobody is told of the note")
		}
	})
}

// Nothing of a refused note is kept.
func TestRefusedWriting(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ten := says("好")
		for i := range 10 {
			ten.Files = append(ten.Files, snap(i))
		}
		bad := says("好")
		bad.Files = []io.Reader{snap(1), strings.NewReader("no picture at all")}
		dishes := says("好")
		dishes.Dishes = slices.Repeat([]string{"x\u202e"}, 1)
		unvisited := says("好")
		unvisited.Visit = "red_00000000000000000000000000"
		for _, c := range []struct {
			what string
			who  account.Session
			w    Writing
			want error
		}{
			{"ten pictures", g.mia, ten, ErrPhotos}, {"what is no picture", g.mia, bad, photo.ErrNone}, {"a dish that deceives", g.mia, dishes, ErrDishes},
			{"a visit of nobody's", g.mia, unvisited, ErrVisit}, {"no words", g.mia, says(" "), curate.ErrNoText},
			{"the shop's own", g.owner, says("全城最好"), curate.ErrSelf}, {"nobody's", account.Session{}, says("好"), account.ErrSignedOut},
		} {
			_, err := g.Write(ctx, c.who, g.shop.ID, c.w, g.key())
			g.refused(c.what, err, c.want)
		}
		if g.count("notes")+g.count("curate")+g.count("photos") != 0 {
			t.Error("something of them is kept")
		}
		for i := range 10 {
			sh, _ := g.opened(strings.Repeat("店", i+1), 31.24)
			_, err := g.Write(ctx, g.mia, sh.ID, says("好"), g.key())
			g.must(err)
		}
		_, err := g.Write(ctx, g.mia, g.shop.ID, says("好"), g.key())
		g.refused("the eleventh of a day", err, ErrOften)
	})
}

// A note that names a visit is marked, and the visit is told of once.
func TestOneNoteOfAVisit(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.buy(g.mia)
		r := g.visit(g.mia)
		w := says("汤很鲜")
		w.Visit = string(r.ID)
		_, err := g.Write(ctx, g.noa, g.shop.ID, w, g.key())
		g.refused("another's visit", err, ErrVisit)
		_, err = g.Write(ctx, g.mia, g.other.ID, w, g.key())
		g.refused("a visit elsewhere", err, ErrVisit)
		n, err := g.Write(ctx, g.mia, g.shop.ID, w, g.key())
		g.must(err)
		if !n.Visited {
			t.Error("it does not say that it was paid there")
		}
		g.clock.Advance(24 * time.Hour)
		_, err = g.Write(ctx, g.mia, g.shop.ID, w, g.key())
		g.refused("a second note of the visit", err, ErrTold)
		g.must(g.Delete(ctx, g.mia, n.ID))
		_, err = g.Write(ctx, g.mia, g.shop.ID, w, g.key())
		g.must(err)
	})
}

// A note that its author deletes is gone with all that hung on it.
func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		w := says("汤很鲜")
		w.Files = []io.Reader{snap(1)}
		n, err := g.Write(ctx, g.mia, g.shop.ID, w, g.key())
		g.must(err)
		g.must(g.Like(ctx, g.noa, n.ID))
		g.must(g.SaveNote(ctx, g.noa, n.ID))
		c, err := g.Comment(ctx, g.noa, n.ID, "同意", g.key())
		g.must(err)
		_, err = g.Answer(ctx, g.owner, n.ID, "谢谢")
		g.must(err)
		g.must(g.Report(ctx, g.noa, string(n.ID), "ad", "像广告"))
		g.must(g.Report(ctx, g.mia, string(c), "abuse", ""))
		g.refused("another's note", g.Delete(ctx, g.noa, n.ID), ErrNote)
		g.refused("by an operator", g.Delete(ctx, g.ann, n.ID), ErrNote)
		news := g.count("news")
		g.must(g.Delete(ctx, g.mia, n.ID))
		for _, table := range []string{"notes", "photos", "likes", "comments", "answers", "reports", "curate", "counts"} {
			if left := g.count(table); left != 0 {
				t.Errorf("%d rows of %s are left", left, table)
			}
		}
		if g.count("news") != news+1 {
			t.Error("nobody is told that it is gone")
		}
		g.refused("a second time", g.Delete(ctx, g.mia, n.ID), ErrNote)
		_, err = g.Get(ctx, g.mia, n.ID)
		g.refused("reading it", err, ErrNote)
		_, err = g.Photo(ctx, g.mia, n.Photos[0].ID, Whole, "")
		g.refused("its picture", err, ErrPhoto)
		cases, _, err := g.Cases(ctx, g.audit, Gone, "", 10)
		g.must(err)
		if len(cases) != 2 || cases[0].Text != "" {
			t.Errorf("the cases are %+v", cases)
		}
		g.work()
	})
}

// Notes of a shop come in three orders, page by page, each once.
func TestOrdersOfAShop(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		var drafts []curate.Draft
		for i := range 7 {
			drafts = append(drafts, curate.Draft{SourceID: string(rune('a' + i)), Shop: g.shop.ID, Author: string(rune('a' + i)),
				Written: g.clock.Now().Add(-time.Duration(i+1) * time.Hour), Likes: -1, Followers: -1, Text: "来自别处" + string(rune('a'+i))})
		}
		taken, err := g.Curate.Take(ctx, g.ann, "test", drafts)
		g.must(err)
		g.buy(g.mia)
		g.visit(g.mia)
		mine := g.note(g.mia)
		g.must(g.Like(ctx, g.noa, taken[3].ID))
		g.must(g.Like(ctx, g.mia, taken[3].ID))
		g.must(g.Like(ctx, g.mia, taken[5].ID))
		for by, want := range map[Order]string{Recent: "汤 a b c d e f g", Liked: "d f 汤 a b c e g", Verified: "汤"} {
			var got []string
			after := ""
			for range 9 {
				page, next, err := g.OfShop(ctx, g.noa, g.shop.ID, by, after, 3)
				g.must(err)
				for _, n := range page {
					if n.Member {
						got = append(got, "汤")
					} else {
						got = append(got, n.Text[len(n.Text)-1:])
					}
					if n.Liked != (n.ID == taken[3].ID) || n.Mine || n.Member != (n.ID == mine.ID) {
						t.Errorf("%s: %+v", by, n)
					}
				}
				if after = next; after == "" {
					break
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %q, want %q", by, strings.Join(got, " "), want)
			}
		}
		_, _, err = g.OfShop(ctx, g.noa, g.shop.ID, Recent, "bm9uc2Vuc2U", 3)
		g.refused("a place that no list has", err, ErrCursor)
	})
}
