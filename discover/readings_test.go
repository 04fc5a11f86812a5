package discover

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"citywalk/shop"
)

// Words are read once, and anew as soon as the town has changed: that a place
// is called so makes a name of them.
func TestReadingsFollowTheTown(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.open(shop.Shop{Name: "老张面馆"}, tenOff)
		const words = "安福路咖啡"
		read := func() *town {
			town, err := g.node.town(t.Context(), here)
			g.must(err)
			if a, b := town.read(words), town.read(words); a != b {
				t.Error("words are read twice")
			}
			if got, want := *town.read(words), town.words.Load().Read(words); !reflect.DeepEqual(got.Ask, want.Ask) || fmt.Sprint(got.Parts) != fmt.Sprint(want.Parts) {
				t.Errorf("kept %+v, read %+v", got, want)
			}
			for range 2 {
				r := town.read(words)
				if got, want := town.looser(words, r), r.Looser(); !reflect.DeepEqual(got, want) || len(want) == 0 {
					t.Errorf("less strictly %+v, want %+v", got, want)
				}
			}
			return town
		}
		town := read()
		before := town.read(words)
		g.open(shop.Shop{Name: words}, tenOff)
		if reflect.DeepEqual(read().read(words).Ask, before.Ask) {
			t.Error("that a place is called so makes no difference")
		}
		if town.looser(words, before); len(read().looser(words, read().read(words))) == 0 || reflect.DeepEqual(town.looser(words, before), town.looser(words, town.read(words))) {
			t.Error("what a reading from before leads to is kept for one of now")
		}
		if got := g.find(g.node, Query{Text: words}); fmt.Sprint(got) != fmt.Sprintf("[%s]", words) {
			t.Errorf("found %v", got)
		}
	})
}

// Many read at once, more than are kept, while the town changes.
func TestReadingsAreShared(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.open(shop.Shop{Name: "老张面馆"}, tenOff)
		town, err := g.node.town(t.Context(), here)
		g.must(err)
		var wait sync.WaitGroup
		for i := range 4 {
			wait.Go(func() {
				for k := range readingsMost {
					words := fmt.Sprintf("面馆%d", (k*7+i)%(2*readingsMost))
					if k%500 == 0 {
						town.forget()
					}
					if r := town.read(words); len(r.Parts) == 0 {
						t.Errorf("%q is nothing", words)
					} else if k%5 == 0 && len(town.looser(words, r)) == 0 {
						t.Errorf("%q can be taken in one way only", words)
					}
				}
			})
		}
		wait.Wait()
		if kept := town.readings.Load(); kept != nil && (len(kept.of) > readingsMost || len(kept.looser) > looserMost) {
			t.Errorf("%d readings are kept, %d less strict", len(kept.of), len(kept.looser))
		}
	})
}
