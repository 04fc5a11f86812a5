package discover

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"citywalk/atlas"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/parlance"
	"citywalk/shop"
)

// Refusals of searches.
var (
	ErrCursor = fault.New(fault.Invalid, "discover.cursor", fault.Us, "这个翻页标记不对，请从第一页开始。", "This is not a page of this search. Start from the first page.")
	ErrNear   = fault.New(fault.Invalid, "discover.near", fault.Member, "位置不对，请重新定位。", "This is not a position. Locate yourself again.")
	ErrSort   = fault.New(fault.Invalid, "discover.sort", fault.Member, "按距离排序要先知道你在哪里，请先定位。", "Sorting by distance needs to know where you are. Locate yourself first.")
)

// A Sort is an order of answers. None is personalised but ForMe, which nobody
// gets who did not choose it.
type Sort string

const (
	Best     Sort = "best"     // How well it matches, how near it is, what speaks for it.
	Distance Sort = "distance" // Nearest first.
	Ranking  Sort = "ranking"  // By the public lists.
	Savings  Sort = "saving"   // By what the card saves on a typical bill.
	ForMe    Sort = "for_me"   // Best, and what the member liked before.
)

// Sorts are all orders, as they are offered.
var Sorts = []Sort{Best, Distance, Ranking, Savings, ForMe}

// A Query is a question: words, and what was chosen beside them.
type Query struct {
	City       string
	Text       string     // As somebody typed it.
	Near       *geo.Point // Where from; nil if nobody said.
	Within     float64    // Metres; 0 is any distance.
	Categories []string   // One of these; likewise districts and areas.
	Districts  []string
	Areas      []string
	Station    string // Near this metro station.
	PriceMin   money.Amount
	PriceMax   money.Amount // Per head; 0 is no bound.
	Open       bool         // Known to be open now.
	Card       bool         // The card works now.
	Curated    bool
	Proved     bool   // With a note after a paid visit.
	Gives      string // "percent", "fixed", "gift": what the card does; "" is anything.
	Everywhere bool   // Also shops that do not take the card.
	Sort       Sort
	Taste      map[string]float32 // Categories the member likes, 0..1; for ForMe.
	Counts     bool               // Count all that is found as well (Facets).
	Limit      int
	After      string
	Lang       fault.Lang
	Room       *Room // For the hits; nil takes new memory, which can be kept.
}

// A Room is the memory of an answer's hits, which can be used again when the
// answer is not needed any more. Their texts are the index's own: what is kept
// of them has to be copied, and who is done with the answer leaves the room, so
// that no index stays in memory for its sake.
type Room struct {
	hits   []Hit
	dishes []string
	whys   []Why
}

// take makes the room large enough for n hits.
func (r *Room) take(n int) (hits []Hit, dishes []string, whys []Why) {
	if n > cap(r.hits) {
		r.hits, r.dishes, r.whys = make([]Hit, n), make([]string, n*dishesShown), make([]Why, n*reasonsSaid)
	}
	r.hits, r.dishes, r.whys = r.hits[:n], r.dishes[:n*dishesShown], r.whys[:n*reasonsSaid]
	clear(r.hits)
	return r.hits, r.dishes[:0], r.whys[:0]
}

// Leave empties the room.
func (r *Room) Leave() {
	clear(r.hits)
	clear(r.dishes)
	clear(r.whys)
}

// An Answer is one page of what was found.
type Answer struct {
	Hits       []Hit
	Facets     Facets          // If they were asked for.
	Understood []parlance.Part // What the words were taken for.
	Spelt      string          // What was looked for in place of what was typed, if nothing has that; or "".
	Next       string          // The next page, if there is one.
	Instead    *Instead        // If nothing was found: the nearest thing there is.
	Sort       Sort            // The order they stand in.
	From       *geo.Point      // Where distances are from: the member, or the place that was named.
}

// A Hit is a shop found, and why.
type Hit struct {
	Listing
	Distance float64 // Metres; negative where there is no place to count from.
	Gives    string  // What the card does there, in short, in the query's language.
	Why      []Why
}

// Facets count what was found.
type Facets struct {
	Total      int
	About      bool // An estimate, of very many.
	Categories []atlas.Count
	Districts  []atlas.Count
	Areas      []atlas.Count
	Bands      []Band
	Card       int // Take the card.
	Curated    int
	Proved     int
	Gives      map[shop.Kind]int // By what the card does there.
}

// A Band is a range of prices per head, from Min to below the next band's.
type Band struct {
	Min money.Amount
	N   int
}

// bands are where price bands begin, in fen per head.
var bands = []int32{0, 50_00, 100_00, 200_00, 400_00}

// walkable is how far a shop is that is near a station or near somebody, in
// metres as the crow flies.
const walkable = 1500

// Search answers a question from memory.
func (s *Service) Search(ctx context.Context, q Query) (Answer, error) {
	t, err := s.town(ctx, q.City)
	if err != nil {
		return Answer{}, err
	}
	now, err := s.clock(ctx)
	if err != nil {
		return Answer{}, err
	}
	return t.search(q, now.In(s.Zone))
}

// Listing returns the listing of a shop that the index has.
func (s *Service) Listing(ctx context.Context, city, id string) (Listing, bool, error) {
	t, err := s.town(ctx, city)
	if err != nil || t == nil {
		return Listing{}, false, err
	}
	payload, ok := t.index.Get(id)
	if !ok {
		return Listing{}, false, nil
	}
	l, err := decode(payload)
	return l, err == nil, err
}

// search answers at a local time. A town of nil has no shops.
func (t *town) search(q Query, local time.Time) (Answer, error) {
	if t == nil {
		return Answer{Sort: Best}, nil
	}
	x, err := t.understand(q)
	if err != nil {
		return Answer{}, err
	}
	if x.page == 0 {
		if answer, err := t.find(x, x.asks[0], local); err != nil || len(answer.Hits) > 0 || x.After != "" {
			return paged(answer, 0), err
		}
		x.empty = append(x.empty, 0)
	}
	t.loosen(&x)
	for i, ask := range x.asks[1:] {
		if i+1 < x.page || len(ask.Gave) > 0 || ask.Loose > 0 {
			continue
		}
		answer, err := t.find(x, ask, local)
		if err != nil || len(answer.Hits) > 0 || x.After != "" {
			return paged(answer, i+1), err
		}
		x.empty = append(x.empty, i+1)
	}
	return t.instead(x, local)
}

// paged puts which ask was answered before the mark of the next page.
func paged(a Answer, ask int) Answer {
	if a.Next != "" {
		a.Next = strconv.Itoa(ask) + "." + a.Next
	}
	return a
}

// A question is a query that was understood.
type question struct {
	Query
	page  int // Which ask is paged through.
	after atlas.Cursor
	parts []parlance.Part
	asks  []parlance.Ask // What to ask, the strictest first; at least one.
	read  *parlance.Reading
	empty []int // Asks of which it is known that they find nothing.

	around *surroundings // Of the town that answers.
}

// loosen adds what to ask if the strictest finds nothing, which is seldom
// needed.
func (t *town) loosen(x *question) {
	if x.read != nil {
		x.asks = append(x.asks, t.looser(x.Text, x.read)...)
		x.read = nil
	}
}

// understand reads the words of a query.
func (t *town) understand(q Query) (x question, err error) {
	if q.Near != nil && !q.Near.Valid() || !(q.Within >= 0) {
		return x, ErrNear
	}
	if q.Sort == "" {
		q.Sort = Best
	}
	x.Query, x.asks = q, []parlance.Ask{{}}
	if text := strings.TrimSpace(q.Text); text != "" {
		x.Text = text
		r := t.read(text)
		x.parts, x.asks, x.read = r.Parts, []parlance.Ask{r.Ask}, r
	}
	if err := t.turn(&x); err != nil {
		return x, err
	}
	if x.Station != "" {
		if p, ok := t.around.Load().named(x.Station); ok {
			x.Near, x.Within = &p.Point, walkable
		}
	}
	wishes := x.asks[0].Wishes
	if wishes&parlance.Nearest != 0 && x.Near != nil && x.Sort == Best {
		x.Sort = Distance
	}
	if wishes&parlance.NearMe != 0 && x.Near != nil && x.Within == 0 {
		x.Within = walkable
	}
	if x.Sort == Distance && x.Near == nil && x.asks[0].Spot == nil {
		return x, ErrSort
	}
	return x, nil
}

// turn reads which page is wanted, of which ask.
func (t *town) turn(x *question) (err error) {
	if x.After == "" {
		return nil
	}
	ask, cursor, ok := strings.Cut(x.After, ".")
	n, err := strconv.Atoi(ask)
	if n > 0 {
		t.loosen(x)
	}
	if !ok || err != nil || n < 0 || n >= len(x.asks) {
		return ErrCursor
	}
	x.page = n
	if x.after, err = atlas.ParseCursor(cursor); err != nil {
		return ErrCursor
	}
	return nil
}

// find asks the index.
func (t *town) find(x question, ask parlance.Ask, local time.Time) (Answer, error) {
	a := ask.Query()
	a.Limit, a.After, a.Facets, a.Bands = x.Limit, x.after, x.Counts, bands
	if a.Near == nil {
		a.Near, a.Within = x.Near, x.Within
	}
	x.choose(&a.Filter, ask.Wishes, local)
	switch x.Sort {
	case Distance:
		if a.Near == nil {
			return Answer{}, ErrSort
		}
		a.Sort = atlas.Distance
	case Ranking:
		a.Sort = atlas.Score
	case Savings:
		a.Sort = atlas.Saving
	case ForMe:
		a.Taste = x.Taste
	}
	found, err := t.index.Search(a)
	if err != nil {
		return Answer{}, ErrCursor // All else that could be wrong was checked.
	}
	x.around = t.around.Load()
	answer, err := x.answer(found, a.Near, local)
	answer.Spelt = ask.Spelt
	return answer, err
}

// choose adds to the filter of the words what was chosen beside them, which
// counts more, and what was wished for.
func (x question) choose(f *atlas.Filter, w parlance.Wishes, local time.Time) {
	if len(x.Categories) > 0 {
		f.Categories = x.Categories
	}
	if len(x.Districts) > 0 {
		f.Districts = x.Districts
	}
	if len(x.Areas) > 0 {
		f.Areas = x.Areas
	}
	if x.PriceMin > 0 || x.PriceMax > 0 {
		f.PriceMin, f.PriceMax = fen(x.PriceMin), fen(x.PriceMax)
	}
	if x.Open || w&parlance.OpenNow != 0 {
		f.OpenAt = local
	}
	if x.Card || w&parlance.CardNow != 0 {
		f.CardAt = local
	}
	for _, c := range []struct {
		chosen bool
		wish   parlance.Wishes
		flag   atlas.Flags
	}{
		{!x.Everywhere, 0, Takes}, {x.Curated, parlance.Curated, OnList}, {x.Proved, parlance.Verified, Proved},
		{x.Gives == string(shop.Percent), parlance.PercentOff, GivesShare}, {x.Gives == string(shop.Fixed), parlance.FixedOff, GivesAmount},
		{x.Gives == string(shop.Gift), parlance.Gift, GivesThing},
	} {
		if c.chosen || w&c.wish != 0 {
			f.All |= c.flag
		}
	}
}

// fen is an amount as the index takes it.
func fen(a money.Amount) int32 { return int32(min(max(a, 0), math.MaxInt32)) }

// answer makes an answer of what the index found.
func (x *question) answer(found atlas.Answer, from *geo.Point, local time.Time) (out Answer, err error) {
	out = Answer{Understood: x.parts, Next: found.Next.String(), Sort: x.Sort, From: from}
	if out.Hits, err = x.hits(found.Hits, from, local); err != nil {
		return out, err
	}
	if f := found.Facets; f != nil {
		out.Facets = Facets{Total: f.Total, About: f.About, Categories: f.Categories, Districts: f.Districts, Areas: f.Areas,
			Card: f.Flags[0], Curated: f.Flags[1], Proved: f.Flags[2],
			Gives: map[shop.Kind]int{shop.Percent: f.Flags[3], shop.Fixed: f.Flags[4], shop.Gift: f.Flags[5]}}
		for i, n := range f.Bands {
			out.Facets.Bands = append(out.Facets.Bands, Band{money.Amount(bands[i]), n})
		}
	}
	return out, nil
}

// hits reads what the index found. All dishes are parts of one piece of memory,
// and so are all reasons and, without a room, all texts, since nothing else in
// an answer is made as often.
func (x *question) hits(found []atlas.Hit, from *geo.Point, local time.Time) ([]Hit, error) {
	if len(found) == 0 {
		return nil, nil
	}
	asked, room := strings.TrimSpace(x.Text), x.Room
	if room == nil {
		copied(found)
		room = new(Room)
	}
	hits, dishes, whys := room.take(len(found))
	for i := range hits {
		h := &hits[i]
		terms, err := h.read(found[i].Payload, dishes)
		if err != nil {
			return nil, err
		}
		dishes = dishes[len(h.Dishes):len(h.Dishes)]
		h.Gives, h.Distance = terms.short(x.Lang), found[i].Distance
		if from == nil {
			h.Distance = -1
		}
		begun := len(whys)
		whys = h.why(whys, h.serves(asked), local)
		if w := &whys[begun]; w.Reason == AtStation {
			w.Text = x.around.called(x.Lang, w.Text)
		}
		h.Why = slices.Clip(whys[begun:])
	}
	return hits, nil
}

// copied makes the payloads parts of one copy.
func copied(found []atlas.Hit) {
	size := 0
	for i := range found {
		size += len(found[i].Payload)
	}
	var texts strings.Builder
	texts.Grow(size)
	for i := range found {
		texts.WriteString(found[i].Payload)
	}
	rest := texts.String()
	for i := range found {
		n := len(found[i].Payload)
		found[i].Payload, rest = rest[:n], rest[n:]
	}
}

// serves returns the dish of the shop that the words name, or "".
func (l *Listing) serves(text string) string {
	if text == "" {
		return ""
	}
	for _, d := range l.Dishes {
		if strings.Contains(d, text) || strings.Contains(text, d) {
			return d
		}
	}
	return ""
}
