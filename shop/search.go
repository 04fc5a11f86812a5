package shop

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/sheet"
)

// Refusals of searches.
var (
	ErrCursor = fault.New(fault.Invalid, "shop.cursor", fault.Us, "这个翻页标记不对，请从第一页开始。", "This is not a page of this search. Start from the first page.")
	ErrNear   = fault.New(fault.Invalid, "shop.near", fault.Member, "位置不对，请重新定位。", "This is not a position. Locate yourself again.")
)

// A Query selects shops.
type Query struct {
	City     string
	Name     string     // Part of the name, category or dish; several words must all be there.
	Near     *geo.Point // Sort by distance from here.
	Within   float64    // Metres; 0 means no bound.
	Merchant MerchantID
	State    State  // "" for all.
	OpenNow  bool   // Only shops known to be open.
	Curated  bool   // Only shops on the curated list.
	After    string // Page after this cursor (from Hit.Cursor).
	Limit    int    // 0 means 20; at most 100.
}

// A Hit is a shop found, with its distance in metres (-1 without Near).
type Hit struct {
	Shop
	Distance float64
	Cursor   string
}

const (
	pageUsual = 20
	pageMax   = 100
	wordsMax  = 3  // Words of a name that are looked for.
	wordMax   = 60 // Characters of a word.
	rangesMax = 8  // Ranges of cells that cover a circle.
	firstRing = 2_000.0
	allRound  = 20_040_000.0 // Metres to the other side of the Earth and a little.
)

func pageSize(limit int) int {
	if limit <= 0 {
		return pageUsual
	}
	return min(limit, pageMax)
}

// Search returns shops by distance, or by name without Near. Distances are
// along the great circle, to the shop's own position.
func (s *Service) Search(ctx context.Context, q Query) (hits []Hit, err error) {
	words, ok := q.words()
	if !ok {
		return nil, nil
	}
	if q.Near != nil && !q.Near.Valid() {
		return nil, ErrNear
	}
	if q.Within < 0 || math.IsNaN(q.Within) {
		return nil, ErrNear.In("within")
	}
	after, err := parseCursor(q.After)
	if err != nil {
		return nil, err
	}
	q.Limit = pageSize(q.Limit)
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		now := -1
		if q.OpenNow {
			now = minute(tx.Now().In(s.Zone))
		}
		if q.Near == nil {
			hits, err = q.byName(tx, words, now, after)
		} else {
			hits, err = q.byDistance(tx, words, now, after)
		}
		return err
	})
	return hits, err
}

// words returns the patterns to look for, one per word; ok is false if what
// was typed holds nothing that could be found.
func (q Query) words() (patterns [wordsMax]string, ok bool) {
	patterns = [wordsMax]string{"%", "%", "%"}
	n := 0
	for _, w := range strings.Fields(q.Name) {
		w = fold(w)
		if w == "" || n == wordsMax {
			continue
		}
		if r := []rune(w); len(r) > wordMax {
			w = string(r[:wordMax])
		}
		patterns[n] = "%" + w + "%"
		n++
	}
	return patterns, n > 0 || strings.TrimSpace(q.Name) == ""
}

// Patterns returns what a name is looked for by, patterns over the words of a
// shop; ok is false if what was typed holds nothing that could be found.
func Patterns(name string) (patterns [wordsMax]string, ok bool) { return Query{Name: name}.words() }

// byName pages through the folded names in the database's order.
func (q Query) byName(tx *db.Tx, words [wordsMax]string, now int, after cursor) ([]Hit, error) {
	rows, err := db.All[row](tx, `
		SELECT id, merchant, number, city, district, address, name, category, dishes, folded,
			lat, lng, price, opens, closes, state, reason, held, curated, terms, terms_version, offers,
			source, source_id, opened, updated
		FROM shop_shops
		WHERE (folded, id) > ($1, $2)
			AND (CAST($3 AS TEXT) = '' OR city = $3)
			AND (CAST($4 AS TEXT) = '' OR merchant = $4)
			AND (CAST($5 AS TEXT) = '' OR state = $5)
			AND (CAST($6 AS BIGINT) < 0 OR opens >= 0 AND (opens <= $6 AND $6 < closes OR $6 + 1440 < closes))
			AND words LIKE $7 AND words LIKE $8 AND words LIKE $9
			AND curated >= CAST($10 AS BIGINT)
		ORDER BY folded, id LIMIT CAST($11 AS BIGINT)`,
		after.Folded, after.ID, q.City, q.Merchant, q.State, now, words[0], words[1], words[2], q.Curated, q.Limit)
	if err != nil {
		return nil, fmt.Errorf("shop: search by name: %w", err)
	}
	return hits(rows, func(r row) (float64, cursor) { return -1, cursor{Folded: r.Folded, ID: r.ID} })
}

// byDistance reads circles that grow fourfold until one holds a full page: each
// has all shops nearer than its edge, so its nearest are the nearest of all.
func (q Query) byDistance(tx *db.Tx, words [wordsMax]string, now int, after cursor) ([]Hit, error) {
	end := allRound
	if q.Within > 0 {
		end = min(q.Within, allRound)
	}
	for ring := max(firstRing, 2*after.Distance); ; ring *= 4 {
		ring = min(ring, end)
		rows, err := q.within(tx, ring, words, now, after)
		if err != nil {
			return nil, err
		}
		if len(rows) >= q.Limit || ring >= end {
			return hits(rows, func(r row) (float64, cursor) {
				d := r.distance(*q.Near)
				return d, cursor{Distance: d, ID: r.ID}
			})
		}
	}
}

func (r row) distance(from geo.Point) float64 {
	return geo.Distance(from, geo.Point{Lat: r.Lat, Lng: r.Lng})
}

// within returns the page of shops within metres, nearest first. Memory is
// bounded by the page, not by how many shops the circle holds.
func (q Query) within(tx *db.Tx, metres float64, words [wordsMax]string, now int, after cursor) ([]row, error) {
	nearest := page{from: *q.Near, limit: q.Limit}
	for _, cells := range geo.Cover(*q.Near, metres, rangesMax) {
		err := db.Each(tx, func(r row) error {
			d := r.distance(*q.Near)
			if d <= metres && (d > after.Distance || d == after.Distance && r.ID > after.ID) {
				nearest.add(r)
			}
			return nil
		}, `
			SELECT id, merchant, number, city, district, address, name, category, dishes, folded,
				lat, lng, price, opens, closes, state, reason, held, curated, terms, terms_version, offers,
				source, source_id, opened, updated
			FROM shop_shops
			WHERE cell BETWEEN $1 AND $2
				AND (CAST($3 AS TEXT) = '' OR city = $3)
				AND (CAST($4 AS TEXT) = '' OR merchant = $4)
				AND (CAST($5 AS TEXT) = '' OR state = $5)
				AND (CAST($6 AS BIGINT) < 0 OR opens >= 0 AND (opens <= $6 AND $6 < closes OR $6 + 1440 < closes))
				AND words LIKE $7 AND words LIKE $8 AND words LIKE $9
				AND curated >= CAST($10 AS BIGINT)`,
			cells.Min, cells.Max, q.City, q.Merchant, q.State, now, words[0], words[1], words[2], q.Curated)
		if err != nil {
			return nil, fmt.Errorf("shop: search by distance: %w", err)
		}
	}
	return nearest.sorted(), nil
}

// A page keeps the nearest rows of those added. It lets them pile up to a few
// pages and then drops the far ones.
type page struct {
	from  geo.Point
	limit int
	rows  []row
}

func (p *page) add(r row) {
	p.rows = append(p.rows, r)
	if len(p.rows) >= 4*p.limit {
		p.rows = p.sorted()
	}
}

func (p *page) sorted() []row {
	slices.SortFunc(p.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.distance(p.from), b.distance(p.from)), cmp.Compare(a.ID, b.ID))
	})
	return p.rows[:min(len(p.rows), p.limit)]
}

func hits(rows []row, place func(row) (float64, cursor)) ([]Hit, error) {
	all := make([]Hit, len(rows))
	for i, r := range rows {
		sh, err := r.shop()
		if err != nil {
			return nil, err
		}
		d, c := place(r)
		all[i] = Hit{sh, d, c.String()}
	}
	return all, nil
}

// A cursor is the place of a hit in its order.
type cursor struct {
	Distance float64 `json:"d,omitempty"`
	Folded   string  `json:"n,omitempty"`
	ID       ID      `json:"i"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // Distances are finite: both ends are valid positions.
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads a cursor; nothing is the place before the first hit.
func parseCursor(s string) (c cursor, err error) {
	if s == "" {
		return cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(b, &c) != nil || c.Distance < 0 || c.Distance > allRound || c.ID == "" || !sheet.Printable(c.Folded) || !sheet.Printable(string(c.ID)) {
		return cursor{}, ErrCursor
	}
	return c, nil
}
