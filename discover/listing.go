package discover

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"

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

	stamp uint64 // Of the row, see row.stamp.
}

// dishesShown is how many dishes a listing carries.
const dishesShown = 6

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
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(l.Point.Lat))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(l.Point.Lng))
	curated := int64(0)
	if l.Curated {
		curated = 1
	}
	for _, n := range []int64{int64(l.Price), int64(l.Opens), int64(l.Closes), curated, int64(l.Notes), int64(l.Verified),
		int64(l.Walk), int64(l.Back), int64(l.Place)} {
		b = binary.AppendVarint(b, n)
	}
	return b
}

// decode reads what encode wrote.
func decode(b []byte) (l Listing, err error) {
	r := reader{b: b}
	l.stamp = r.word()
	l.ID, l.Number, l.Name = shop.ID(r.text()), r.text(), r.text()
	l.Category, l.District, l.Address = r.text(), r.text(), r.text()
	l.State = shop.State(r.text())
	terms := r.text()
	l.Station, l.List = r.text(), r.text()
	n := r.count()
	for range min(n, dishesShown) {
		l.Dishes = append(l.Dishes, r.text())
	}
	l.Point = geo.Point{Lat: math.Float64frombits(r.word()), Lng: math.Float64frombits(r.word())}
	l.Price = money.Amount(r.number())
	l.Opens, l.Closes = int(r.number()), int(r.number())
	l.Curated = r.number() == 1
	l.Notes, l.Verified, l.Walk = int(r.number()), int(r.number()), int(r.number())
	l.Back, l.Place = int(r.number()), int(r.number())
	if r.bad || len(r.b) != 0 {
		return Listing{}, errListing
	}
	l.Terms, err = readTerms(terms)
	return l, err
}

// A reader takes a listing apart.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) count() int {
	n, used := binary.Uvarint(r.b)
	if used <= 0 || n > uint64(len(r.b)) {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[used:]
	return int(n)
}

func (r *reader) text() string {
	n := r.count()
	if n > len(r.b) {
		r.b, r.bad = nil, true
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) number() int64 {
	n, used := binary.Varint(r.b)
	if used <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[used:]
	return n
}

func (r *reader) word() uint64 {
	if len(r.b) < 8 {
		r.b, r.bad = nil, true
		return 0
	}
	w := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return w
}

// Terms repeat: a city's shops share a few hundred. Those that were read are
// kept, up to a bound, and shared by all listings, which never change them.
var known struct {
	sync.RWMutex
	terms map[string]shop.Terms
}

const knownMax = 10_000

func readTerms(text string) (t shop.Terms, err error) {
	if text == "" {
		return t, nil
	}
	known.RLock()
	t, ok := known.terms[text]
	known.RUnlock()
	if ok {
		return t, nil
	}
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return t, fmt.Errorf("discover: terms: %w", err)
	}
	known.Lock()
	defer known.Unlock()
	if known.terms == nil || len(known.terms) >= knownMax {
		known.terms = map[string]shop.Terms{}
	}
	known.terms[text] = t
	return t, nil
}

// stampOf is the stamp of an encoded listing.
func stampOf(b []byte) uint64 {
	r := reader{b: b}
	return r.word()
}
