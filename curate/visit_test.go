package curate

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"sync"
	"testing"
	"time"

	"citywalk/geo"
	"citywalk/money"
	"citywalk/photo"
)

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// together runs fn n times at once and returns what came of each.
func together[T any](n int, fn func(i int) (T, error)) (all []T, errs []error) {
	all, errs = make([]T, n), make([]error, n)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			all[i], errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return all, errs
}

// Two tabs, or a phone and its own repetition, send one visit at once: it is
// one, and so is each of its pictures.
func TestOneVisitSentManyTimes(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("巷口面馆")
		key := g.key()
		visits, errs := together(8, func(int) (Visit, error) {
			return g.Record(ctx, g.ann, Visit{Key: key, Shop: sh.ID, Visited: g.clock.Now(), Value: 4})
		})
		for i, err := range errs {
			g.must(err)
			if visits[i].ID != visits[0].ID {
				t.Errorf("one key is the visits %s and %s", visits[0].ID, visits[i].ID)
			}
		}
		pics, errs := together(6, func(int) (PhotoID, error) {
			return g.AddPhoto(ctx, g.ann, visits[0].ID, "one", bytes.NewReader(picture(t)))
		})
		for i, err := range errs {
			g.must(err)
			if pics[i] != pics[0] {
				t.Errorf("one key is the photos %s and %s", pics[0], pics[i])
			}
		}
		all, err := g.Visits(ctx, g.audit, sh.ID)
		g.must(err)
		if len(all) != 1 || len(all[0].Photos) != 1 {
			t.Errorf("there is %+v", all)
		}
	})
}

// Twelve pictures at once are at most nine.
func TestPhotosOfAVisitAtOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("巷口面馆")
		v, err := g.Record(ctx, g.ann, Visit{Key: g.key(), Shop: sh.ID, Visited: g.clock.Now()})
		g.must(err)
		_, errs := together(12, func(i int) (PhotoID, error) {
			return g.AddPhoto(ctx, g.ann, v.ID, fmt.Sprint("photo-", i), bytes.NewReader(picture(t)))
		})
		kept := 0
		for _, err := range errs {
			if err == nil {
				kept++
			} else {
				g.refused("a photo too many", err, ErrPhotos)
			}
		}
		all, err := g.Mine(ctx, g.ann)
		g.must(err)
		if kept != photosMax || len(all) != 1 || len(all[0].Photos) != photosMax {
			t.Errorf("%d were kept, and there is %+v", kept, all)
		}
	})
}

// What is no visit is refused, in the order in which a phone can mend it; and
// what was kept once is told again whatever the calendar says.
func TestRefusalsOfAVisit(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, merchant := g.shop("巷口面馆")
		now := g.clock.Now()
		good := func() Visit { return Visit{Key: g.key(), Shop: sh.ID, Visited: now} }
		for what, c := range map[string]struct {
			spoil func(*Visit)
			want  error
		}{
			"a short key":         {func(v *Visit) { v.Key = "short" }, ErrVisitKey},
			"a key of signs":      {func(v *Visit) { v.Key = "sixteen signs !!!!!!" }, ErrVisitKey},
			"31 days ago":         {func(v *Visit) { v.Visited = now.Add(-31 * day) }, ErrVisited},
			"in an hour":          {func(v *Visit) { v.Visited = now.Add(time.Hour) }, ErrVisited},
			"half a star":         {func(v *Visit) { v.Value = 0.5 }, ErrStars},
			"a place off Earth":   {func(v *Visit) { v.Point = &geo.Point{Lat: 91} }, ErrSeen},
			"an unknown point":    {func(v *Visit) { v.Seen.Yes = []string{"fun"} }, ErrSeen},
			"yes and no":          {func(v *Visit) { v.Seen = Seen{Yes: []string{"open"}, No: []string{"open"}} }, ErrSeen},
			"less than nothing":   {func(v *Visit) { v.Seen.Price = -1 }, ErrSeen},
			"more than there is":  {func(v *Visit) { v.Seen.Price = money.Max + 1 }, ErrSeen},
			"two minutes too far": {func(v *Visit) { v.Visited = now.Add(2 * time.Minute) }, nil},
		} {
			v := good()
			c.spoil(&v)
			_, err := g.Record(ctx, g.ann, v)
			g.refused(what, err, c.want)
		}
		_, err := g.Record(ctx, merchant, good())
		g.refused("a merchant", err, ErrDenied)
		_, err = g.Mine(ctx, g.audit)
		g.refused("an auditor's own", err, ErrDenied)

		v := good()
		first, err := g.Record(ctx, g.ann, v)
		g.must(err)
		g.clock.Advance(40 * day)
		again, err := g.Record(ctx, g.ann, v)
		g.must(err)
		if again.ID != first.ID {
			t.Error("a visit whose reply was lost is another after a month")
		}
		_, err = g.AddPhoto(ctx, g.bo, first.ID, "theirs", bytes.NewReader(picture(t)))
		g.refused("a photo of a colleague's visit", err, ErrVisit)
	})
}

// A form's visit is kept with all its pictures or not at all.
func TestAFormIsKeptWhole(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("巷口面馆")
		v := Visit{Key: g.key(), Shop: sh.ID, Visited: g.clock.Now()}
		_, err := g.RecordWith(ctx, g.ann, v, []io.Reader{bytes.NewReader(picture(t)), bytes.NewReader([]byte("<svg/>"))})
		g.refused("a picture that is none", err, photo.ErrKind)
		if all, err := g.Visits(ctx, g.audit, sh.ID); err != nil || len(all) != 0 {
			t.Errorf("of a refused form there is %+v %v", all, err)
		}
		for range 2 {
			kept, err := g.RecordWith(ctx, g.ann, v, []io.Reader{bytes.NewReader(picture(t)), bytes.NewReader(picture(t))})
			g.must(err)
			if len(kept.Photos) != 2 {
				t.Errorf("kept %+v", kept)
			}
		}
		if all, err := g.Visits(ctx, g.audit, sh.ID); err != nil || len(all) != 1 || len(all[0].Photos) != 2 {
			t.Errorf("there is %+v %v", all, err)
		}
	})
}
