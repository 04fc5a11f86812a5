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
			return town
		}
		before := read().read(words)
		g.open(shop.Shop{Name: words}, tenOff)
		if reflect.DeepEqual(read().read(words).Ask, before.Ask) {
			t.Error("that a place is called so makes no difference")
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
					}
				}
			})
		}
		wait.Wait()
		if kept := town.readings.Load(); kept != nil && len(kept.of) > readingsMost {
			t.Errorf("%d readings are kept", len(kept.of))
		}
	})
}
