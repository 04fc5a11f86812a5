package parlance

import (
	"math"
	"slices"

	"citywalk/atlas"
	"citywalk/geo"
)

// Bounds of one query.
const (
	queryBytes = 400
	queryUnits = 48
)

// A PartKind is what a part of a query was understood as.
type PartKind uint8

const (
	Words   PartKind = iota + 1 // Of a name or a dish.
	Kind                        // A kind of place or dish.
	At                          // A spot; the place is near it.
	In                          // A district or an area.
	Price                       // A price per head.
	Wish                        // One of Wishes.
	nothing                     // Filler.
)

// A Part is one thing that was understood. Leaving out the bytes From to To of
// the query gives a query without it.
type Part struct {
	Kind     PartKind
	From, To int
	Zh, En   string // What it is, for a person; of words what was typed.
	Wishes   Wishes
	PriceMin int32 // In the smallest unit of the currency; of Price.
	PriceMax int32
	spot     int
	concepts []int // Of a kind; of words those of kinds that were taken for part of a name.
	units    []unit
	weak     bool   // Only that if what stands beside it is understood too.
	near     bool   // Words that are a spot's name as well.
	pieces   []Part // Of words that were joined from several.
}

// A Reading is a query as it was understood: what it asks, strictly, and of
// which parts it consists.
type Reading struct {
	Ask
	Parts []Part

	city  *City
	exact bool // The whole is the name of a place.
}

// Read understands a query.
func (c *City) Read(text string) Reading {
	if len(text) > queryBytes {
		text = text[:queryBytes]
	}
	r := Reading{city: c}
	units := translate(split(text, queryUnits))
	if len(units) == 0 {
		return r
	}
	parts := c.spelt(c.unsettle(settle(c.scan(text, units))))
	r.exact = c.DF(atlas.TermOf(wholeKind, join(units))) > 0
	if r.exact && (len(parts) > 1 || parts[0].Kind == At || parts[0].Kind == In && parts[0].weak) {
		p := Part{Kind: Words, From: units[0].from, To: units[len(units)-1].to, units: units}
		if len(parts) == 1 && parts[0].Kind == At {
			p.spot, p.near = parts[0].spot, true
		}
		parts = []Part{p}
	}
	for _, p := range parts {
		if p.Kind == nothing {
			continue
		}
		if p.Kind == Words {
			p.Zh = text[p.From:p.To]
			p.En = p.Zh
		}
		r.Parts = append(r.Parts, p)
	}
	r.Ask = r.ask(nil, nil)
	return r
}

// translate replaces English names of places by the Chinese ones.
func translate(units []unit) []unit {
	t, l := words(), lineOf(units)
	var all []unit
	for i := 0; i < len(units); {
		n := 0
		if units[i].script != han {
			n = min(t.most[units[i].text], len(units)-i)
		}
		for ; n > 0; n-- {
			zh, ok := t.known[l.key(i, n)]
			if !ok {
				continue
			}
			for j, u := range split(zh, nameUnits) {
				u.gap, u.from, u.to = j == 0, units[i].from, units[i+n-1].to
				all = append(all, u)
			}
			i += n
			if i < len(units) {
				units[i].gap = true
			}
			break
		}
		if n == 0 {
			all = append(all, units[i])
			i++
		}
	}
	return all[:min(len(all), queryUnits)]
}

// scan reads from left to right, the longest first.
func (c *City) scan(text string, units []unit) []Part {
	l := lineOf(units)
	var parts []Part
	for i := 0; i < len(units); {
		p, n := c.next(text, &l, i, parts)
		if n == 0 {
			p, n = Part{Kind: Words}, 1
			if last := len(parts) - 1; last >= 0 && parts[last].Kind == Words && !units[i].gap && units[i].script == han && units[i-1].script == han {
				parts[last].units = append(parts[last].units, units[i])
				parts[last].To = units[i].to
				i++
				continue
			}
		}
		p.units = units[i : i+n : i+n]
		p.From, p.To = units[i].from, units[i+n-1].to
		parts = append(parts, p)
		i += n
	}
	return parts
}

// next reads the one thing that begins at unit i; n is 0 if it is nothing that
// is known.
func (c *City) next(text string, l *line, i int, before []Part) (Part, int) {
	if p, n := priced(text, l, i); n > 0 {
		return Part{Kind: Price, PriceMin: fen(p.least), PriceMax: fen(p.most)}, n
	}
	spots, spotted := c.at(l, i)
	concepts, meant := words().meant(l, i)
	wish, wished := c.wish(l, i, before)
	if own := c.itself(l, i); own > max(spotted, meant, wished) {
		return Part{Kind: nothing, weak: true}, own
	}
	switch {
	case wished > 0 && wished >= max(spotted, meant):
		return wish, wished
	case spotted > 0 && spotted >= meant:
		return c.spot(spots, l.name(i, spotted)), spotted
	case meant > 0:
		return kindOf(concepts, l.units[i:i+meant], words().verb(l.key(i, meant))), meant
	}
	return Part{}, 0
}

// itself returns how many units the city's own name has that begins at unit i.
func (c *City) itself(l *line, i int) int {
	for n := min(3, l.until[i]-i); n > 0; n-- {
		if c.own[l.name(i, n)] {
			return n
		}
	}
	return 0
}

func fen(yuan int) int32 { return int32(min(yuan, math.MaxInt32/100)) * 100 }

// wish reads a wish, or filler.
func (c *City) wish(l *line, i int, before []Part) (Part, int) {
	book := phrases()
	spotBefore := len(before) > 0 && (before[len(before)-1].Kind == At || before[len(before)-1].Kind == In)
	kind, n := book.longestOf(l, i, func(k string) bool {
		switch k {
		case "there", "stop":
			return spotBefore
		case "near", "near to":
			return !spotBefore || k == "near to" && l.units[i].script == latin
		}
		return true
	})
	switch kind {
	case "":
		return Part{}, 0
	case "there", "stop":
		before[len(before)-1].weak = false
		return Part{Kind: nothing}, n
	case "filler", "near to":
		return Part{Kind: nothing}, n
	}
	w := Part{Kind: Wish, Wishes: wishBits[kind], Zh: wishNames[kind][0], En: wishNames[kind][1]}
	return w, n
}

// wishNames are what wishes are called.
var wishNames = map[string][2]string{
	"near": {"附近", "near me"}, "nearest": {"离我最近", "nearest first"}, "open": {"营业中", "open now"}, "card": {"现在能用卡", "card works now"},
	"curated": {"精选", "curated"}, "verified": {"到店实付", "verified notes"}, "percent": {"打折", "percent off"}, "fixed": {"满减", "money off"},
	"gift": {"赠品", "gift"}, "new": {"新店", "new"}, "cheap": {"便宜", "cheap"}, "dear": {"高档", "upscale"},
}

// spot reads a station, a district and the like. It is weak unless a word for
// what it is stands in it, as in 静安区.
func (c *City) spot(spots []int, name string) Part {
	best := spots[0]
	for _, i := range spots {
		// A station before a landmark before a district, unless it says so.
		if c.rank(i, name) < c.rank(best, name) {
			best = i
		}
	}
	s := c.Spots[best]
	p := Part{Kind: At, Zh: s.Name, En: s.Name, spot: best, weak: true}
	if len(s.Also) > 0 {
		p.En = s.Also[0]
	}
	if s.Kind == District || s.Point == (geo.Point{}) {
		p.Kind = In
		p.weak = name != s.Name
	}
	return p
}

func (c *City) rank(i int, name string) int {
	s := c.Spots[i]
	if s.Name == name && s.Kind == District {
		return 0
	}
	return int(s.Kind)
}

// kindOf is a word of the thesaurus. Words such as restaurant are weak: they
// stand in most names; what is only said is not.
func kindOf(concepts []int, units []unit, said bool) Part {
	t := words()
	first := t.concepts[concepts[0]]
	p := Part{Kind: Kind, concepts: concepts, Zh: first.zh, En: first.en}
	if units[0].script == han {
		p.Zh = join(units)
	}
	p.weak = !said && (first.id == "food" || first.id == "hotel" || len(units) == 1 && units[0].script == han)
	return p
}

// settle joins weak parts to the words beside them, until nothing changes: what
// stands next to what is not understood is likely part of it.
func settle(parts []Part) []Part {
	for i := 0; i+1 < len(parts); {
		a, b := parts[i], parts[i+1]
		touch := !b.units[0].gap && a.units[len(a.units)-1].script == han && b.units[0].script == han
		if !touch || !together(a, b) {
			i++
			continue
		}
		units := append(slices.Clone(a.units), b.units...)
		parts[i] = Part{Kind: Words, From: a.From, To: b.To, units: units, concepts: append(slices.Clone(a.concepts), b.concepts...),
			pieces: append(piecesOf(a), piecesOf(b)...)}
		parts = slices.Delete(parts, i+1, i+2)
		i = max(i-1, 0)
	}
	return parts
}

// piecesOf are the parts that one was joined from.
func piecesOf(p Part) []Part {
	if p.pieces != nil {
		return p.pieces
	}
	return []Part{p}
}

// unsettle takes apart again what no place is called and where a spot stands in
// it: the night view at the bund is no name. Pieces of words are joined.
func (c *City) unsettle(parts []Part) []Part {
	a := assembler{df: c.DF}
	var all []Part
	for _, p := range parts {
		spotted := slices.ContainsFunc(p.pieces, func(x Part) bool { return x.Kind == At || x.Kind == In })
		if !spotted || a.possible(a.named(p.units)) {
			all = append(all, p)
			continue
		}
		for _, x := range p.pieces {
			last := len(all) - 1
			if x.Kind == Words && last >= 0 && all[last].Kind == Words && all[last].To == x.From {
				all[last].units = append(slices.Clone(all[last].units), x.units...)
				all[last].To = x.To
				continue
			}
			all = append(all, x)
		}
	}
	return all
}

// spelt makes words of neighbours in Latin letters that are one text in pinyin,
// though one of them is also a spot: xihu cuyu is a dish.
func (c *City) spelt(parts []Part) []Part {
	loose := func(p Part) bool {
		return len(p.units) == 1 && p.units[0].script == latin && (p.Kind == Words || p.weak && (p.Kind == At || p.Kind == In))
	}
	a := assembler{df: c.DF}
	for i := 0; i < len(parts); i++ {
		n, words, letters := 0, 0, ""
		for ; i+n < len(parts) && loose(parts[i+n]); n++ {
			if parts[i+n].Kind == Words {
				words++
			}
			letters += parts[i+n].units[0].text
		}
		if n > words && words > 0 && a.possible(a.spelled(letters, soundWorth)) {
			for j := range n {
				p := &parts[i+j]
				*p = Part{Kind: Words, From: p.From, To: p.To, units: p.units}
			}
		}
		i += n
	}
	return parts
}

// together reports whether two neighbours are one piece of a name: two pieces
// of words, or words and something weak; a single character that is left goes
// with whatever it stands beside, and so does filler of one character that
// follows words.
func together(a, b Part) bool {
	is := func(p Part, kinds ...PartKind) bool { return slices.Contains(kinds, p.Kind) }
	loose := func(p Part) bool { return p.weak && is(p, At, In, Kind, nothing) }
	alone := func(p Part) bool { return is(p, Words) && len(p.units) == 1 }
	switch {
	case is(a, Words) && is(b, Words),
		is(a, Words) && loose(b), loose(a) && is(b, Words),
		alone(a) && is(b, At, In, Kind), is(a, At, In, Kind) && alone(b):
		return true
	}
	return is(a, Words) && is(b, nothing) && len(b.units) == 1 && b.units[0].text != "的"
}
