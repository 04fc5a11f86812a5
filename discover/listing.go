package discover

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
)

// A Listing is what an answer shows of a shop. The index carries it along, so
// that an answer needs no look at the database.
type Listing struct {
	ID       shop.ID
	Number   string // Of its sign.
	Name     string
	Category string
	District string
	Address  string
	Dishes   []string // The first few.
	Point    geo.Point
	Price    money.Amount // Per head; 0 is unknown.
	Opens    int          // Minute of day, -1 unknown; as shop.Shop has them.
	Closes   int
	State    shop.State
	Curated  bool
	Terms    shop.Terms
	Notes    int    // Public notes about it.
	Verified int    // Of them, written after a paid visit.
	Station  string // The nearest metro station within a kilometre and a half, or "".
	Walk     int    // Metres to it, as the crow flies.
	Back     int    // Percent of local members that came back, rounded; -1 is too few to say.
	List     string // The city's public list on which it stands best today, or "".
	Place    int    // Its place there; 0 is none.
	Plain    bool   // PlainJSON holds for its id, number, name, category, district and address.

	stamp uint64 // Of the row, see row.stamp.
}

// dishesShown is how many dishes a listing carries.
const dishesShown = 6

// Bits of an encoded listing's flags.
const (
	isCurated = 1 << iota
	isPlain
)

var errListing = errors.New("discover: a listing that cannot be read")

// encode returns the listing as the index keeps it. terms is their JSON as the
// database has it, "" for none.
func (l Listing) encode(terms string) []byte {
	b := make([]byte, 0, 96+len(l.Name)+len(l.Address)+len(terms))
	b = binary.LittleEndian.AppendUint64(b, l.stamp)
	for _, s := range []string{string(l.ID), l.Number, l.Name, l.Category, l.District, l.Address, string(l.State), terms, l.Station, l.List} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = binary.AppendUvarint(b, uint64(len(l.Dishes)))
	for _, d := range l.Dishes {
		b = binary.AppendUvarint(b, uint64(len(d)))
		b = append(b, d...)
	}
	flags := int64(0)
	if l.Curated {
		flags |= isCurated
	}
	if PlainJSON(string(l.ID)) && PlainJSON(l.Number) && PlainJSON(l.Name) && PlainJSON(l.Category) && PlainJSON(l.District) && PlainJSON(l.Address) {
		flags |= isPlain
	}
	for _, n := range []int64{int64(math.Round(l.Point.Lat * degree)), int64(math.Round(l.Point.Lng * degree)), int64(l.Price), int64(l.Opens), int64(l.Closes), flags, int64(l.Notes), int64(l.Verified),
		int64(l.Walk), int64(l.Back), int64(l.Place)} {
		b = binary.AppendVarint(b, n)
	}
	return b
}

// decode reads what encode wrote. Its texts are parts of one copy of b.
func decode(b []byte) (l Listing, err error) {
	_, err = l.read(string(b), make([]string, 0, dishesShown))
	return l, err
}

// read takes an encoded listing apart. Its texts are parts of s, its dishes
// stand in the room that is left in dishes, and its terms are shared.
func (l *Listing) read(s string, dishes []string) (t *sharedTerms, err error) {
	if len(s) < 8 {
		return nil, errListing
	}
	l.stamp = binary.LittleEndian.Uint64([]byte(s[:8]))
	r := reader{s: s[8:]}
	l.ID, l.Number, l.Name = shop.ID(r.text()), r.text(), r.text()
	l.Category, l.District, l.Address = r.text(), r.text(), r.text()
	l.State = shop.State(r.text())
	terms := r.text()
	l.Station, l.List = r.text(), r.text()
	for range min(r.count(), dishesShown) {
		dishes = append(dishes, r.text())
	}
	if len(dishes) > 0 {
		l.Dishes = slices.Clip(dishes)
	}
	l.Point = geo.Point{Lat: r.degrees(), Lng: r.degrees()}
	l.Price = money.Amount(r.number())
	l.Opens, l.Closes = int(r.number()), int(r.number())
	flags := r.number()
	l.Curated, l.Plain = flags&isCurated != 0, flags&isPlain != 0
	l.Notes, l.Verified, l.Walk = int(r.number()), int(r.number()), int(r.number())
	l.Back, l.Place = int(r.number()), int(r.number())
	if r.bad || r.s != "" {
		*l = Listing{}
		return nil, errListing
	}
	if t, err = readTerms(terms); err == nil {
		l.Terms = t.Terms
	}
	return t, err
}

// stampOf is the stamp of an encoded listing.
func stampOf(b []byte) uint64 {
	if len(b) < 8 {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

// textsBefore is how many texts stand before the dishes.
const textsBefore = 10

// pointOf is where an encoded listing's shop stands, without reading the rest.
func pointOf(b []byte) geo.Point {
	if len(b) < 8 {
		return geo.Point{}
	}
	r := reader{s: string(b[8:])}
	for range textsBefore {
		r.text()
	}
	for range min(r.count(), dishesShown) {
		r.text()
	}
	return geo.Point{Lat: r.degrees(), Lng: r.degrees()}
}

// A reader takes a listing apart.
type reader struct {
	s   string
	bad bool
}

func (r *reader) fail() { r.s, r.bad = "", true }

// count reads an unsigned varint that counts something in what is left.
func (r *reader) count() int {
	n := uint64(0)
	for i := 0; i < len(r.s) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(r.s[i]&0x7f) << (7 * i)
		if r.s[i] < 0x80 {
			r.s = r.s[i+1:]
			if n > uint64(len(r.s)) {
				r.fail()
				return 0
			}
			return int(n)
		}
	}
	r.fail()
	return 0
}

func (r *reader) text() string {
	n := r.count()
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

// number reads a signed varint.
func (r *reader) number() int64 {
	n := uint64(0)
	for i := 0; i < len(r.s) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(r.s[i]&0x7f) << (7 * i)
		if r.s[i] < 0x80 {
			r.s = r.s[i+1:]
			return int64(n>>1) ^ -int64(n&1)
		}
	}
	r.fail()
	return 0
}

// degrees reads a number of degrees, kept to 1e-7.
func (r *reader) degrees() float64 { return float64(r.number()) / degree }

// degree is how many units of a kept coordinate make one degree: each is about
// a centimetre, as the index has it.
const degree = 1e7

// Terms repeat: a city's shops share a few hundred. Those that were read are
// kept, up to a bound, and shared by all listings, which never change them.
type sharedTerms struct {
	shop.Terms
	zh, en string // Short.
}

// short is Terms.Short.
func (t *sharedTerms) short(lang fault.Lang) string {
	if lang == fault.Zh {
		return t.zh
	}
	return t.en
}

var (
	known struct {
		sync.RWMutex
		terms map[string]*sharedTerms
	}
	noTerms sharedTerms
)

const knownMax = 10_000

func readTerms(text string) (*sharedTerms, error) {
	if text == "" {
		return &noTerms, nil
	}
	known.RLock()
	t, ok := known.terms[text]
	known.RUnlock()
	if ok {
		return t, nil
	}
	t = new(sharedTerms)
	if err := json.Unmarshal([]byte(text), &t.Terms); err != nil {
		return nil, fmt.Errorf("discover: terms: %w", err)
	}
	t.zh, t.en = t.Short(fault.Zh), t.Short(fault.En)
	known.Lock()
	defer known.Unlock()
	if known.terms == nil || len(known.terms) >= knownMax {
		known.terms = map[string]*sharedTerms{}
	}
	known.terms[strings.Clone(text)] = t // Not a part of what else was read.
	return t, nil
}
