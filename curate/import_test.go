package curate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/sheet"
	"citywalk/shop"

	"github.com/google/go-cmp/cmp"
)

var web = Import{Source: "web", Format: sheet.JSONL}

func (g *rig) bring(text string, i Import) Report {
	g.t.Helper()
	r, err := g.Import(ctx, g.ann.Person, strings.NewReader(text), i)
	g.must(err)
	return r
}

// known imports shops of a source with the ids a, b and c.
func (g *rig) known(source string) {
	g.t.Helper()
	_, err := g.shops.Import(ctx, g.ann.Person, strings.NewReader("id,name,lat,lng\na,老王面馆,31.2,121.4\nb,小李茶馆,31.3,121.5\nc,张记饺子,31.4,121.6\n"),
		shop.Import{City: here, Source: source, System: geo.WGS84, Format: shop.CSV})
	g.must(err)
}

func (g *rig) note(source, id string) (n Note) {
	g.t.Helper()
	g.must(g.DB.View(ctx, func(tx *db.Tx) (err error) {
		n, err = ofSource(tx, source, id)
		return err
	}))
	return n
}

func located(all []Problem) (said []string) {
	for _, p := range all {
		said = append(said, fmt.Sprintf("%d %s", p.Line, p.Field))
		if p.Reason == "" || p.Zh == "" {
			said = append(said, "has no reason")
		}
	}
	return said
}

// TestImportNamesEveryBadNote: good rows around bad ones go in, and each bad
// one is named by its line; what a note can do without is warned of.
func TestImportNamesEveryBadNote(t *testing.T) {
	const head = "id,shop,author,text,time,stars,likes,followers,joined\n"
	file := head +
		"1,a,u1,\"汤很鲜，\n面也好\",2024-02-03 12:00,★★★★☆,1.2万,,\n" + // 2 and 3
		"2,z,u1,没有这家店,2024-02-03,5,,,\n" + // 4
		"3,a,u1,,2024-02-03,5,,,\n" + // 5
		"4,a,u1,没有时间,,5,,,\n" + // 6
		"5,a,u1,时间读不懂,昨天,5,,,\n" + // 7
		"6,a,u1,未来,2099-01-01,5,,,\n" + // 8
		"1,a,u1,又是一号,2024-02-03,5,,,\n" + // 9
		"7,a,\"u1,引号没关,2024-02-03,5,,,\n" + // 10
		"8,a,u1,少了列,2024-02-03\n" + // 11
		"9,a,u1,反转\u202E了,2024-02-03,5,,,\n" + // 12
		"10,a,u1,坏\x00字,2024-02-03,5,,,\n" + // 13
		"11,a,u1,不是 UTF-8 \xff,2024-02-03,5,,,\n" + // 14
		"12,,u1,没有店也没有城市,2024-02-03,5,,,\n" + // 15
		"13,b,u2,星星和赞读不懂,2024-02-03,9.2,很多,无,从前\n" + // 16, with warnings
		"14,b,,没有作者,2024-02-03,,,,\n" + // 17, with a warning
		"15,b,,也没有作者,2024-02-03,,,,\n" +
		"16,a,u1," + strings.Repeat("长", 10_001) + ",2024-02-03,5,,,\n" // 19
	i := web
	i.Format, i.ShopsFrom = sheet.CSV, "map"
	each(t, func(t *testing.T, g *rig) {
		g.known("map")
		r := g.bring(file, i)
		want := []string{"4 shop", "5 text", "6 time", "7 time", "8 time", "9 id", "10 ", "11 ", "12 text", "13 text", "14 text", "15 shop", "19 text"}
		if diff := cmp.Diff(want, located(r.Problems)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"16 stars", "16 likes", "16 followers", "16 joined", "17 author"}, located(r.Warnings)); diff != "" {
			t.Error(diff)
		}
		if r.Rows != 17 || r.Added != 4 || r.Refused != 13 || r.Warned != 5 || !slices.Equal(r.Cities, []string{here}) {
			t.Errorf("%+v", r)
		}
		n := g.note("web", "1")
		if n.Text != "汤很鲜，\n面也好" || n.Stars != 4 || n.Likes != 12_000 || n.State != Linked || n.Written.In(g.Zone).Hour() != 12 {
			t.Errorf("%+v", n)
		}
		if n := g.note("web", "13"); n.Stars != 0 || n.Likes != -1 {
			t.Errorf("unknown, not zero: %+v", n)
		}
		if a, b := g.note("web", "14").Author, g.note("web", "15").Author; a == b {
			t.Error("two notes without an author are of one")
		}
	})
}

// TestImportFollowsItsFile: the same file changes nothing, an edited note
// follows, and a trial tells the truth and writes nothing.
func TestImportFollowsItsFile(t *testing.T) {
	row := func(id int, text string) string {
		return fmt.Sprintf(`{"id":%d,"shop":"a","author":"u","text":%q,"time":1700000000,"stars":4}`+"\n", id, text)
	}
	before, after := row(1, "汤很鲜")+row(2, "面很好"), row(1, "汤很鲜")+row(2, "面很好，但是涨价了")+row(3, "新的")
	trial := web
	trial.DryRun = true
	counts := func(r Report) [3]int { return [3]int{r.Added, r.Changed, r.Same} }
	each(t, func(t *testing.T, g *rig) {
		g.known("web")
		for _, step := range []struct {
			what, file string
			i          Import
			want       [3]int
		}{
			{"a trial", before, trial, [3]int{2, 0, 0}}, {"the first time", before, web, [3]int{2, 0, 0}}, {"again", before, web, [3]int{0, 0, 2}},
			{"a trial of an edit", after, trial, [3]int{1, 1, 1}}, {"an edit", after, web, [3]int{1, 1, 1}}, {"the edit again", after, web, [3]int{0, 0, 3}},
		} {
			if got := counts(g.bring(step.file, step.i)); got != step.want {
				t.Errorf("%s: %v, want %v", step.what, got, step.want)
			}
		}
		if n := g.note("web", "2"); n.Text != "面很好，但是涨价了" {
			t.Errorf("the note says %s", n.Text)
		}
		marked := web
		marked.Map = map[string]string{"taste": "t"}
		if got := counts(g.bring(strings.Replace(after, `"stars":4}`, `"stars":4,"t":"3.5"}`, 1), marked)); got != [3]int{0, 1, 2} || g.note("web", "1").Marks[0] != 3.5 {
			t.Errorf("a mark: %v, %v", got, g.note("web", "1").Marks)
		}
	})
}

// TestImportFindsShops: by our id, by the source's, and by the sign's number
// only if the source has no shops, so that no id of a source is mistaken for a
// number; shops that nobody knows can be made.
func TestImportFindsShops(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.known("map")
		g.known("web")
		var a shop.Shop
		g.must(g.DB.View(ctx, func(tx *db.Tx) (err error) {
			a, err = shop.FindSource(tx, "map", "a")
			return err
		}))
		file := func(shop string) string {
			return fmt.Sprintf(`{"id":"%s/%d","shop":"%s","author":"u","text":"汤很鲜","time":1700000000}`, shop, g.keys, shop)
		}
		took := func(i Import, word string) int {
			g.keys++
			return g.bring(file(word), i).Added
		}
		none, fromMap := web, web
		none.ShopsFrom, fromMap.ShopsFrom = "nobody", "map"
		for what, got := range map[string][2]int{
			"our id":                              {took(web, string(a.ID)), 1},
			"the id at the same source":           {took(web, "a"), 1},
			"the id at another":                   {took(fromMap, "a"), 1},
			"a wrapped id":                        {took(fromMap, "{'$oid': 'a'}"), 1},
			"a number, the source has shops":      {took(web, a.Number), 0},
			"a number, the source has none":       {took(none, a.Number), 1},
			"an id at a source that has no shops": {took(none, "a"), 0},
			"our id that is none":                 {took(web, "shp_none"), 0},
		} {
			if got[0] != got[1] {
				t.Errorf("%s: %d notes, want %d", what, got[0], got[1])
			}
		}
		making := Import{Source: "other", Format: sheet.JSONL, City: "别城", MakeAt: &geo.Point{Lat: 30, Lng: 114}}
		r := g.bring(strings.Join([]string{file("x1"), file("x2"), strings.Replace(file("x1"), `"id":"`, `"id":"more`, 1)}, "\n"), making)
		if r.Added != 3 || r.Made != 2 || !slices.Equal(r.Cities, []string{"别城"}) {
			t.Errorf("made: %+v", r)
		}
	})
}

// TestImportWaitsForWhoKnows: without a shop a note is found a place by its
// name, or waits.
func TestImportWaitsForWhoKnows(t *testing.T) {
	i := web
	i.City, i.Map = here, map[string]string{"name": "name"}
	each(t, func(t *testing.T, g *rig) {
		g.known("map")
		r := g.bring(`{"id":1,"name":"老王面馆","author":"u","text":"汤很鲜","time":1700000000}
{"id":2,"name":"没人知道的店","author":"u","text":"汤很鲜","time":1700000000}`, i)
		if r.Added != 2 || r.Waiting != 1 {
			t.Errorf("%+v", r)
		}
	})
}

// TestImportWithoutIDs: ids are made of what a row says, and a row twice is one.
func TestImportWithoutIDs(t *testing.T) {
	file := "门店,内容,时间\na,好,2024-02-03\na,好,2024-02-03\nb,好,2024-02-03\na,好,2024-02-04\n"
	i := Import{Source: "web", Format: sheet.CSV, Map: map[string]string{"shop": "门店", "text": "内容", "time": "时间"}}
	each(t, func(t *testing.T, g *rig) {
		g.known("web")
		if r := g.bring(file, i); r.Added != 3 || r.Refused != 1 || r.Problems[0].Line != 3 || r.Problems[0].Field != "id" {
			t.Errorf("%+v", r)
		}
		if r := g.bring(file, i); r.Same != 3 || r.Added != 0 {
			t.Errorf("again: %+v", r)
		}
	})
}

// TestImportComments: comments go to their notes, once.
func TestImportComments(t *testing.T) {
	file := "id,note,author,text,time\n1,n1,u,同意,2024-02-03\n2,n2,u,没有这条笔记,2024-02-03\n3,,u,没有编号,2024-02-03\n1,n1,u,又一次,2024-02-03\n4,n1,,不留名,2024-02-04\n"
	i := Import{Source: "web", Format: sheet.CSV}
	trial := i
	trial.DryRun = true
	each(t, func(t *testing.T, g *rig) {
		g.known("web")
		g.bring(`{"id":"n1","shop":"a","author":"u","text":"汤很鲜","time":1700000000}`, web)
		for _, step := range []Import{trial, i} {
			r, err := g.ImportComments(ctx, g.ann.Person, strings.NewReader(file), step)
			g.must(err)
			if diff := cmp.Diff([]string{"3 note", "4 note", "5 id"}, located(r.Problems)); diff != "" || r.Warned != 1 || r.Added != 2 {
				t.Errorf("a trial %v: %s %+v", step.DryRun, diff, r)
			}
		}
		for _, step := range []Import{trial, i} {
			r, err := g.ImportComments(ctx, g.ann.Person, strings.NewReader(file), step)
			g.must(err)
			if r.Same != 2 || r.Added != 0 {
				t.Errorf("again: %+v", r)
			}
		}
	})
}

// TestImportThatIsStopped: what was done stays, the city is scored, and running
// it again does the rest.
func TestImportThatIsStopped(t *testing.T) {
	file := fileOf(2_000, 3)
	each(t, func(t *testing.T, g *rig) {
		stopping, stop := context.WithCancel(ctx)
		i := Import{Source: "web", Format: sheet.JSONL, City: here, MakeAt: &geo.Point{Lat: 31.2, Lng: 121.4}}
		i.Progress = func(rows int) {
			if rows >= 500 {
				stop()
			}
		}
		r, err := g.Import(stopping, g.ann.Person, strings.NewReader(file), i)
		if !errors.Is(err, context.Canceled) || r.Added < 500 || r.Added == 2_000 || !slices.Equal(r.Cities, []string{here}) {
			t.Fatalf("stopped: %d added, %v, %v", r.Added, r.Cities, err)
		}
		i.Progress = nil
		if rest := g.bring(file, i); rest.Same != r.Added || rest.Added != 2_000-r.Added {
			t.Errorf("then %d as before and %d new, after %d", rest.Same, rest.Added, r.Added)
		}
		g.fitted(here, 2_000, 3)
	})
}

// TestImportIsTheSameOnAnyCores: what is kept does not hang on how many read.
func TestImportIsTheSameOnAnyCores(t *testing.T) {
	var kept [2]string
	for k, cores := range []int{1, 7} {
		each(t, func(t *testing.T, g *rig) {
			g.Cores = cores
			g.bring(fileOf(700, 5), Import{Source: "web", Format: sheet.JSONL, City: here, MakeAt: &geo.Point{Lat: 31.2, Lng: 121.4}})
			g.must(g.DB.View(ctx, func(tx *db.Tx) error {
				all, err := db.All[string](tx, `SELECT source_id || ' ' || author || ' ' || subs || ' ' || CAST(rating AS TEXT) || ' ' || CAST(likeness AS TEXT) FROM curate_notes ORDER BY source_id`)
				text := strings.Join(all, "\n")
				if kept[k] == "" {
					kept[k] = text
				}
				if len(all) != 700 || text != kept[0] {
					t.Errorf("%d cores keep other notes", cores)
				}
				return err
			}))
		})
	}
}

// TestImportsThatAreRefused: what is not set up right, or is no file of notes.
func TestImportsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		inSea := geo.Point{Lat: 0, Lng: 0}
		for what, change := range map[string]func(*Import){
			"no source":                func(i *Import) { i.Source = "" },
			"the members' own source":  func(i *Import) { i.Source = MemberSource },
			"an unknown format":        func(i *Import) { i.Format = "xlsx" },
			"a field that is none":     func(i *Import) { i.Map = map[string]string{"txt": "x"} },
			"half a position":          func(i *Import) { i.Map = map[string]string{"lat": "x"} },
			"a position of no system":  func(i *Import) { i.Map = map[string]string{"lat": "x", "lng": "y"} },
			"shops made without city":  func(i *Import) { i.MakeAt = &geo.Point{Lat: 31, Lng: 121} },
			"shops made in the sea":    func(i *Import) { i.MakeAt, i.City = &inSea, here },
			"a column that is missing": func(i *Import) { i.Format, i.Map = sheet.CSV, map[string]string{"stars": "星"} },
		} {
			i := web
			change(&i)
			_, err := g.Import(ctx, g.ann.Person, strings.NewReader("text,time\n好,2024-02-03\n"), i)
			if _, ok := fault.From(err); !ok {
				t.Errorf("%s: %v", what, err)
			}
		}
		for text, want := range map[string]error{"\xFF\xFEt\x00": ErrEncoding, "": ErrBroken, "id,text\n1,x\n": ErrColumn} {
			i := web
			i.Format = sheet.CSV
			_, err := g.Import(ctx, g.ann.Person, strings.NewReader(text), i)
			g.refused(text, err, want)
		}
	})
}
