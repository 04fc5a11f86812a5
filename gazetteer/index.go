package gazetteer

import (
	"math"
	"slices"
	"sync"
	"unicode/utf8"

	"citywalk/geo"
)

// A shape says how a form stands to the name that it is taken from.
type shape uint8

const (
	whole  shape = iota // The name without its branch.
	alias               // Another name.
	stem                // The name without the word for its kind, or without its city.
	part                // The first of its parts, or all of one script.
	tail                // A later part, which mostly says what is cooked.
	house               // A part that names the house it is in.
	shapes              // How many there are.
)

// lost is what a shape costs in nats: how much less likely it is that the form
// alone means the shop.
var lost = [shapes]float64{whole: 0, alias: 0, stem: 0.3, part: 1, tail: 1.5, house: 5}

// A Gazetteer is an index of shops by name. It is not changed after New, and
// safe for use by many at once.
type Gazetteer struct {
	entries []known
	prior   float64          // The logarithm of how many shops a name could mean.
	chains  map[string]int32 // How many shops bear a brand.
	areas   map[string]int32 // How many shops are in a district.
	places  map[uint64]area  // Where pieces of branches are.

	// Forms are numbered; a form's shops are members[starts[f]:starts[f+1]].
	starts  []int32
	members []member
	weights []float32 // The worth of all tokens of a form.

	// The forms of a token are postings[at.from:at.until].
	tokens   map[uint64]span
	postings []int32
	floor    map[uint64]bool // Tokens of common words.

	forms table // Forms by their text, for reading texts.
	pool  sync.Pool
}

// known is what is kept of an entry.
type known struct {
	ID       string
	branch   string // Folded.
	core     string // The branch without "shop" at its end.
	place    string // The address, folded.
	district string // Folded.
	category string
	chain    string
	point    geo.Point
}

// member is one shop of a form: its number and the shape, in four bytes.
type member uint32

func (m member) entry() int32 { return int32(m >> 3) }
func (m member) shape() shape { return shape(m & 7) }

type span struct{ from, until int32 }

// A form that is being gathered.
type gathered struct{ members []member }

// New builds the index. It keeps no reference to entries.
func New(entries []Entry) *Gazetteer {
	g := &Gazetteer{entries: make([]known, len(entries)), chains: map[string]int32{}, areas: map[string]int32{}, tokens: map[uint64]span{}, floor: map[uint64]bool{}}
	g.prior = math.Log(float64(len(entries) + unseen))
	titles := make([]title, len(entries))
	for i, e := range entries {
		titles[i] = take(e.Name)
	}
	brands := chains(titles)
	number := map[string]int32{}
	var texts []string
	var all []gathered
	for i, e := range entries {
		t := titles[i]
		if e.Chain == "" {
			e.Chain = brands[i]
		}
		g.entries[i] = keep(e, t)
		if d := g.entries[i].district; d != "" {
			g.areas[d]++
		}
		if e.Chain != "" {
			g.chains[e.Chain]++
		}
		for _, f := range formsOf(e, t) {
			n, ok := number[f.text]
			if !ok {
				n = int32(len(texts))
				number[f.text] = n
				texts = append(texts, f.text)
				all = append(all, gathered{})
			}
			all[n].members = append(all[n].members, member(i)<<3|member(f.shape))
		}
	}
	g.places = learn(g.entries)
	g.lay(all)
	g.post(texts)
	g.forms = newTable(texts)
	g.pool.New = func() any { return &scratch{shared: make([]float32, len(texts))} }
	return g
}

func keep(e Entry, t title) known {
	return known{
		ID: e.ID, branch: t.branch, core: core(t.branch), chain: e.Chain, point: e.Point,
		place: string(fold(e.Address, placeBytesMax).runes), district: areaOf(e.District),
		category: string(fold(e.Category, nameBytesMax).runes),
	}
}

// A form is one way to write a name, folded.
type form struct {
	text  string
	shape shape
}

// formsOf returns the forms of an entry, each text once, the best shape first.
func formsOf(e Entry, t title) []form {
	forms := formsOfTitle(t)
	for _, a := range e.Aliases {
		if t := take(a); t.whole != "" {
			forms = append(forms, form{t.whole, alias})
		}
	}
	return once(forms)
}

// formsOfTitle returns the forms of a name alone.
func formsOfTitle(t title) []form {
	if t.whole == "" {
		return nil
	}
	forms := []form{{t.whole, whole}}
	add := func(s string, as shape) {
		for _, v := range []string{s, bare(s)} {
			if utf8.RuneCountInString(v) >= 2 && !isKind(v) {
				forms = append(forms, form{v, as})
			}
		}
	}
	add(t.whole, stem)
	add(cityless(t.whole), stem)
	named := part
	for i, p := range t.parts {
		if isHouse(p) {
			forms = append(forms, form{p, house})
			if i+1 < len(t.parts) {
				add(cityless(p)+t.parts[len(t.parts)-1], stem)
			}
			continue
		}
		add(p, named)
		if !isKind(p) {
			named = tail
		}
	}
	if han, roman := scripts(t.whole); han != "" && roman != "" {
		for _, s := range []string{han, roman} {
			if utf8.RuneCountInString(s) >= 3 {
				add(s, part)
			}
		}
	}
	return once(forms)
}

// scripts returns the characters of a name that are not of the Latin script,
// and those that are.
func scripts(s string) (han, roman string) {
	var h, r []rune
	for _, c := range s {
		if latin(c) {
			r = append(r, c)
		} else {
			h = append(h, c)
		}
	}
	return string(h), string(r)
}

func once(forms []form) []form {
	slices.SortStableFunc(forms, func(a, b form) int { return int(a.shape) - int(b.shape) })
	var kept []form
	for _, f := range forms {
		if !slices.ContainsFunc(kept, func(k form) bool { return k.text == f.text }) {
			kept = append(kept, f)
		}
	}
	return kept
}

// lay puts the forms' shops into one slice.
func (g *Gazetteer) lay(all []gathered) {
	g.starts = make([]int32, 1, len(all)+1)
	for _, f := range all {
		g.members = append(g.members, f.members...)
		g.starts = append(g.starts, int32(len(g.members)))
	}
}

// post builds the postings of the tokens, by counting first.
func (g *Gazetteer) post(texts []string) {
	var buf []uint64
	for i := range texts {
		buf = tokensOf(buf[:0], []rune(texts[i]))
		for _, t := range buf {
			s := g.tokens[t]
			s.until++
			g.tokens[t] = s
		}
	}
	for _, w := range common {
		for _, t := range tokensOf(nil, []rune(w)) {
			g.floor[t] = true
		}
	}
	total := int32(0)
	for t, s := range g.tokens { // The order of the spans does not matter.
		g.tokens[t] = span{total, total}
		total += s.until
	}
	g.postings = make([]int32, total)
	g.weights = make([]float32, len(texts))
	for i := range texts {
		buf = tokensOf(buf[:0], []rune(texts[i]))
		for _, t := range buf {
			s := g.tokens[t]
			g.postings[s.until] = int32(i)
			s.until++
			g.tokens[t] = s
		}
	}
	for i := range texts {
		buf = tokensOf(buf[:0], []rune(texts[i]))
		for _, t := range buf {
			g.weights[i] += g.weight(t)
		}
	}
}

// unseen is how many names beyond the gazetteer's are reckoned with, so that a
// word is not rare only because the gazetteer is small.
const unseen = 5000

// latinBit marks tokens of Latin letters, three of which say about as much as
// one pair of characters of Chinese.
const latinBit = 1 << 63

// weight is a token's worth in nats: how rare it is among all names.
func (g *Gazetteer) weight(token uint64) float32 {
	s := g.tokens[token]
	seen := float64(s.until-s.from) + 1
	if g.floor[token] {
		seen += unseen / 20
	}
	w := math.Log(float64(len(g.entries)+unseen) / seen)
	if token&latinBit != 0 {
		w *= 0.4
	}
	return float32(max(w, 0))
}

// tokensOf appends the tokens of a folded text, each once: pairs of characters,
// threes of Latin letters and digits, and what is shorter whole.
func tokensOf(to []uint64, runes []rune) []uint64 {
	add := func(t uint64) {
		if !slices.Contains(to, t) {
			to = append(to, t)
		}
	}
	for i := 0; i < len(runes); {
		n := run(runes[i:])
		switch word := runes[i : i+n]; {
		case !latin(word[0]) && n == 1:
			add(uint64(word[0]))
		case !latin(word[0]):
			for j := 0; j+2 <= n; j++ {
				add(pairOf(word[j:]))
			}
		case n < 3:
			add(latinBit | key(word))
		default:
			for j := 0; j+3 <= n; j++ {
				add(latinBit | key(word[j:j+3]))
			}
		}
		i += n
	}
	return to
}

func key(runes []rune) uint64 {
	k := uint64(0)
	for _, r := range runes {
		k = k<<10 | uint64(r&1023)
	}
	return k | uint64(len(runes))<<40
}
