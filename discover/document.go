package discover

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"citywalk/atlas"
	"citywalk/geo"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/parlance"
	"citywalk/redeem"
	"citywalk/shop"
)

// What a shop can be filtered by, as flags of the index.
const (
	Takes       atlas.Flags = 1 << iota // It takes the card.
	OnList                              // It is on the curated list.
	Proved                              // Somebody wrote a note after a paid visit.
	GivesShare                          // The card takes a share off.
	GivesAmount                         // The card takes an amount off.
	GivesThing                          // The card brings something.
	Ranked                              // It stands in a public list today.
)

// A maker makes documents in some surroundings, and remembers what many shops
// share: words, schedules, savings. It is for one goroutine.
type maker struct {
	around *surroundings
	book   parlance.Book
	menus  map[string][]string
	cards  map[cardKey]atlas.Schedule
	worth  map[worthKey]money.Amount
}

// A cardKey is what a schedule follows from, and a worthKey what a saving does.
type (
	cardKey struct {
		terms         string
		opens, closes int
	}
	worthKey struct {
		terms, offers string
		price         money.Amount
	}
)

// makerMost is how many of a sort a maker remembers at once.
const makerMost = 20_000

func newMaker(around *surroundings) *maker {
	return &maker{around: around, menus: map[string][]string{}, cards: map[cardKey]atlas.Schedule{}, worth: map[worthKey]money.Amount{}}
}

// document is what the index keeps of a shop.
func (m *maker) document(r *shopRow) (atlas.Doc, error) {
	dishes, err := m.dishes(r)
	if err != nil {
		return atlas.Doc{}, err
	}
	shared, err := readTerms(r.Terms)
	if err != nil {
		return atlas.Doc{}, fmt.Errorf("discover: terms of %s: %w", r.ID, err)
	}
	terms := shared.Terms
	saving, err := m.saving(r, terms)
	if err != nil {
		return atlas.Doc{}, err
	}
	at := geo.Point{Lat: r.Lat, Lng: r.Lng}
	l := Listing{ID: r.ID, Number: r.Number, Name: r.Name, Category: r.Category, District: r.District, Address: r.Address,
		Dishes: dishes[:min(len(dishes), dishesShown)], Point: at, Price: r.Price, Opens: r.Opens, Closes: r.Closes, State: r.State,
		Curated: r.Curated, Notes: r.Notes, Verified: r.Verified, Back: r.Back, Place: r.Place, List: r.List, stamp: r.stamp()}
	if l.District == "" {
		l.District = m.around.district(at)
	}
	near := m.around.within(at, stationFar)
	if len(near) > 0 {
		l.Station, l.Walk = near[0].Name, int(math.Round(near[0].metres))
	}
	areas := m.around.areas(at)
	text := parlance.Text{Name: r.Name, Category: r.Category, Dishes: dishes, City: r.City, District: l.District, Areas: areas,
		Address: r.Address, Stations: findable(near)}
	return atlas.Doc{
		ID: string(r.ID), Point: at, Terms: m.book.Terms(text), Category: r.Category, District: l.District,
		Area: first(areas), Price: int32(min(r.Price, math.MaxInt32)), Opens: int16(r.Opens), Closes: int16(r.Closes),
		Card: m.schedule(r, terms), Flags: r.flags(terms), Prior: r.prior(), Score: float32(r.Score) / 1000,
		Saving: int32(min(saving, math.MaxInt32)), Says: m.book.Says(text), Payload: l.encode(r.Terms),
	}, nil
}

func (m *maker) dishes(r *shopRow) ([]string, error) {
	all, ok := m.menus[r.Dishes]
	if ok {
		return all, nil
	}
	all, err := r.dishes()
	if err == nil {
		remember(m.menus, r.Dishes, all)
	}
	return all, err
}

func (m *maker) schedule(r *shopRow, t shop.Terms) atlas.Schedule {
	if r.State != shop.Live {
		return atlas.Schedule{}
	}
	k := cardKey{r.Terms, r.Opens, r.Closes}
	c, ok := m.cards[k]
	if !ok {
		c = r.schedule(t)
		remember(m.cards, k, c)
	}
	return c
}

func (m *maker) saving(r *shopRow, t shop.Terms) (money.Amount, error) {
	if r.State != shop.Live || r.Price == 0 {
		return 0, nil
	}
	k := worthKey{r.Terms, r.Offers, r.Price}
	worth, ok := m.worth[k]
	if ok {
		return worth, nil
	}
	worth, err := r.saving(t)
	if err == nil {
		remember(m.worth, k, worth)
	}
	return worth, err
}

func remember[K comparable, V any](kept map[K]V, k K, v V) {
	if len(kept) >= makerMost {
		clear(kept)
	}
	kept[k] = v
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

func (r *shopRow) flags(t shop.Terms) (f atlas.Flags) {
	if r.State == shop.Live {
		f |= Takes
		switch t.Kind {
		case shop.Percent:
			f |= GivesShare
		case shop.Fixed:
			f |= GivesAmount
		case shop.Gift:
			f |= GivesThing
		}
	}
	if r.Curated {
		f |= OnList
	}
	if r.Verified > 0 {
		f |= Proved
	}
	if r.Place > 0 {
		f |= Ranked
	}
	return f
}

// prior is what speaks for a shop whatever is asked: the public lists most,
// that people put it on the curated list, that the card is of use there.
func (r *shopRow) prior() float32 {
	p := 0.5 * float32(r.Score) / 1000
	if r.Curated {
		p += 0.3
	}
	if r.State == shop.Live {
		p += 0.2
	}
	return p
}

// schedule is when the card works at a live shop, as shop.CardAt says: when its
// terms apply and it is not known to be closed.
func (r *shopRow) schedule(t shop.Terms) (c atlas.Schedule) {
	if t.Kind == shop.None {
		return c
	}
	hours := t.Hours
	if len(hours) == 0 {
		hours = []shop.Hours{{Until: dayMinutes}}
	}
	for _, h := range hours {
		w := atlas.Window{From: int16(h.From), Until: int16(h.Until)}
		for _, d := range h.Days {
			w.Days |= 1 << d
		}
		if len(h.Days) == 0 {
			w.Days = atlas.EveryDay
		}
		c.Windows = append(c.Windows, r.whileOpen(w)...)
	}
	for _, d := range t.Blackout {
		c.Not = append(c.Not, atlas.Day(d.Sub(epochDay)))
	}
	return c
}

const dayMinutes = 24 * 60

// whileOpen is what of a window lies within the opening hours, which are the
// same every day; all of it if they are unknown.
func (r *shopRow) whileOpen(w atlas.Window) (all []atlas.Window) {
	if r.Opens < 0 || r.Closes < 0 {
		return []atlas.Window{w}
	}
	for _, shift := range []int{-dayMinutes, 0, dayMinutes} {
		x := atlas.Window{Days: w.Days, From: max(w.From, int16(r.Opens+shift)), Until: min(w.Until, int16(r.Closes+shift))}
		if x.From >= x.Until {
			continue
		}
		if x.From >= dayMinutes { // It is wholly on the day after.
			x.From, x.Until = x.From-dayMinutes, x.Until-dayMinutes
			x.Days = (x.Days<<1 | x.Days>>6) & atlas.EveryDay
		}
		all = append(all, x)
	}
	return all
}

// epochDay is the day from which the index counts.
const epochDay = ledger.Day("1970-01-01")

// saving is what the card takes off a typical bill at a live shop beyond the best of the
// shop's own offers, as the till works it out, at an hour at which all of them
// apply.
func (r *shopRow) saving(t shop.Terms) (money.Amount, error) {
	// Hours and days are when, and not how much.
	t.Hours, t.Blackout = nil, nil
	sh := shop.Shop{Price: r.Price, Terms: t}
	if r.Offers != "" {
		if err := json.Unmarshal([]byte(r.Offers), &sh.Offers); err != nil {
			return 0, fmt.Errorf("discover: offers of %s: %w", r.ID, err)
		}
	}
	for i := range sh.Offers {
		sh.Offers[i].Hours, sh.Offers[i].From, sh.Offers[i].Until = nil, "", ""
	}
	typical, _ := redeem.Typical(sh, noon)
	return typical.Worth, nil
}

// noon is a moment like any other.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
