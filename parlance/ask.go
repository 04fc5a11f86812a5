package parlance

import (
	"slices"
	"strings"

	"citywalk/atlas"
)

// Distances of answers near a spot, in metres.
const (
	spotReach  = 800
	spotWithin = 3000
)

// An Ask is one question of the index.
type Ask struct {
	Clauses   []atlas.Clause
	Loose     int     // How many clauses may be missing.
	Spot      *Spot   // Near which it is to be; nil if none was named.
	Within    float64 // Metres from Spot; 0 is no bound: the nearest first, however far.
	Districts []string
	Areas     []string
	PriceMin  int32 // Per head in the smallest unit of the currency.
	PriceMax  int32 // 0 is no bound.
	Wishes    Wishes
	Spelt     string // What was assumed instead of what was typed; "" if nothing was.
	Stretched bool   // The price is a quarter more, or a fifth less, than was said.
	Gave      []Part // What was given up to find something.
}

// Query is what to ask the index, but for the wishes, which only the caller can
// turn into times and flags, and but for where the asker is.
func (a Ask) Query() atlas.Query {
	q := atlas.Query{Clauses: a.Clauses, Loose: a.Loose}
	q.Filter = atlas.Filter{Districts: a.Districts, Areas: a.Areas, PriceMin: a.PriceMin, PriceMax: a.PriceMax}
	if a.Spot != nil {
		q.Near, q.Within, q.Reach = &a.Spot.Point, a.Within, spotReach
	}
	return q
}

// Looser returns what to ask in turn where the reading itself finds nothing:
// with slips forgiven, then with one part after the other given up.
func (r *Reading) Looser() []Ask {
	var all []Ask
	slips, spelt := r.slips()
	if slips != nil {
		all = append(all, r.ask(nil, slips))
	}
	whole := r.ask(nil, slips)
	hopeless := whole.hopeless()
	if hopeless > 0 {
		all = append(all, whole)
	}
	if r.PriceMin > 0 || r.PriceMax > 0 {
		a := r.ask(nil, slips)
		a.PriceMin, a.PriceMax, a.Stretched = a.PriceMin/5*4, a.PriceMax/4*5, true
		all = append(all, a)
	}
	var gave []Part
	for _, p := range r.yielding() {
		gave = append(gave, p)
		all = append(all, r.ask(gave, slips))
	}
	last := r.Ask
	if len(all) > 0 {
		last = all[len(all)-1]
	}
	if n := len(last.Clauses); n > 1 {
		last.Loose = n - 1
		all = append(all, last)
	}
	for i := range all {
		all[i].Spelt = spelt
		if slips == nil || i > 0 {
			all[i].Loose = max(all[i].Loose, hopeless)
		}
	}
	return all
}

// hopeless is how many clauses no place can meet, if another one can be met.
func (a *Ask) hopeless() (n int) {
	for _, c := range a.Clauses {
		if len(c.Any[0].Terms) == 1 && c.Any[0].Terms[0] == never {
			n++
		}
	}
	if n == len(a.Clauses) {
		return 0
	}
	return n
}

// yielding returns the parts that are given up if need be, the least wanted
// first.
func (r *Reading) yielding() []Part {
	var all []Part
	for _, want := range []func(Part) bool{
		func(p Part) bool { return p.Kind == Wish && p.Wishes&(OpenNow|CardNow|NearMe) == 0 },
		func(p Part) bool { return p.Kind == Price },
		func(p Part) bool { return p.Kind == Wish && p.Wishes&CardNow != 0 },
		func(p Part) bool { return p.Kind == Wish && p.Wishes&OpenNow != 0 },
		func(p Part) bool { return p.Kind == At },
		func(p Part) bool { return p.Kind == In },
	} {
		for _, p := range r.Parts {
			if want(p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// ask makes the question of all parts but those given up. A spot that is given
// up still draws: the nearest comes first, however far. slips stand for the
// clauses of words.
func (r *Reading) ask(gave []Part, slips []atlas.Clause) Ask {
	q := Ask{Gave: slices.Clone(gave)}
	a := assembler{df: r.city.DF}
	for i := 0; i < len(r.Parts); i++ {
		p := r.Parts[i]
		given := slices.ContainsFunc(gave, func(g Part) bool { return g.From == p.From && g.Kind == p.Kind })
		switch p.Kind {
		case Words:
			n := r.group(i)
			if slips == nil {
				r.words(&a, r.Parts[i:i+n])
			}
			i += n - 1
		case Kind:
			a.add(a.kindsOrName(p, r.exact))
		default:
			q.narrow(r.city, p, given)
		}
		if p.near && q.Spot == nil {
			q.Spot = &r.city.Spots[p.spot]
		}
	}
	q.Clauses = append(a.clauses, slips...)
	q.Clauses = q.Clauses[:min(len(q.Clauses), clausesMost)]
	return q
}

// narrow adds what a part asks of place, price and the rest.
func (q *Ask) narrow(c *City, p Part, given bool) {
	if p.Kind == At {
		q.Spot, q.Within = &c.Spots[p.spot], spotWithin
		if given {
			q.Within = 0
		}
		return
	}
	if given {
		return
	}
	switch p.Kind {
	case In:
		if s := c.Spots[p.spot]; s.Kind == District {
			q.Districts = append(q.Districts, s.Name)
		} else {
			q.Areas = append(q.Areas, s.Name)
		}
	case Price:
		q.PriceMin, q.PriceMax = p.PriceMin, p.PriceMax
	case Wish:
		q.Wishes |= p.Wishes
		if p.Wishes.Has(Cheap) && q.PriceMax == 0 {
			q.PriceMax = c.Cheap
		}
		if p.Wishes.Has(Dear) && q.PriceMin == 0 {
			q.PriceMin = c.Dear
		}
	}
}

func (a *assembler) kindsOrName(p Part, exact bool) []atlas.Phrase {
	any := a.kinds(p.concepts, p.units)
	if exact {
		any = append(any, phrase(textWorth, 0, atlas.TermOf(wholeKind, join(p.units))))
	}
	return any
}

// group returns how many parts from i on are words of letters that may be one
// text in pinyin, or 1.
func (r *Reading) group(i int) int {
	n := 1
	for i+n < len(r.Parts) && r.latin(i) && r.latin(i+n) {
		n++
	}
	return n
}

func (r *Reading) latin(i int) bool {
	p := r.Parts[i]
	return p.Kind == Words && len(p.units) == 1 && p.units[0].script == latin
}

// words adds the clauses of parts that are words: of one name in Chinese, or of
// words of letters, which are one text if all are pinyin.
func (r *Reading) words(a *assembler, parts []Part) {
	if r.exact {
		var units []unit
		for _, p := range parts {
			units = append(units, p.units...)
		}
		a.add(a.named(units))
		return
	}
	if len(parts) > 1 {
		letters := ""
		for _, p := range parts {
			letters += p.units[0].text
		}
		any := a.spelled(letters, soundWorth+0.2)
		for _, c := range words().spells(letters) {
			any = append(any, phrase(kindWorth, 0, atlas.TermOf(conceptKind, words().concepts[c].id)))
		}
		any = append(any, phrase(wholeWorth, 0, atlas.TermOf(wholeKind, letters)))
		found := a.possible(any)
		known := slices.ContainsFunc(parts, func(p Part) bool { return a.df(atlas.TermOf(wordKind, p.units[0].text)) > 0 })
		if found && !known {
			a.add(any)
			return
		}
	}
	for _, p := range parts {
		if p.units[0].script == han || len(p.units) > 1 {
			any := a.named(p.units)
			if len(p.concepts) > 0 && !a.possible(any) {
				any = a.kinds(p.concepts, p.units)
			}
			a.add(any)
		} else {
			a.add(a.latin(p.units[0].text))
		}
	}
}

// typed returns the letters of parts of words, joined.
func typed(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(join(p.units))
	}
	return b.String()
}
