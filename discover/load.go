package discover

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"slices"

	"citywalk/db"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
)

// A shopRow is all that the index keeps of a shop, from wherever it stands.
type shopRow struct {
	ID       shop.ID
	Number   string
	City     string
	District string
	Address  string
	Name     string
	Category string
	Dishes   string
	Lat      float64
	Lng      float64
	Price    money.Amount
	Opens    int
	Closes   int
	State    shop.State
	Curated  bool
	Terms    string
	Offers   string
	Notes    int
	Verified int
	Score    int // Thousandths of the list score.
	Back     int
	Place    int
	List     string
	Tally    int64 // Of findRows: Notes, and Verified in the upper half, so that each note is read once.
}

// shown leaves out notes that are hidden from public pages, as community's
// cases say.
const shown = ` AND NOT EXISTS (
			SELECT 1 FROM community_cases c WHERE c.thing = n.id AND c.state IN ('hidden', 'appealed', 'final'))`

// What a shopRow is read by; what follows says which rows.
const (
	ofShop = `
	SELECT s.id AS id, s.number AS number, s.city AS city, s.district AS district, s.address AS address, s.name AS name,
		s.category AS category, s.dishes AS dishes, s.lat AS lat, s.lng AS lng, s.price AS price, s.opens AS opens,
		s.closes AS closes, s.state AS state, s.curated AS curated, s.terms AS terms, s.offers AS offers,
		COALESCE(r.score, 0) AS score, COALESCE(r.back, -1) AS back, COALESCE(r.place, 0) AS place, COALESCE(r.list, '') AS list`
	ofNotes = `,
		COALESCE((SELECT CAST(SUM(CASE WHEN n.visit <> '' THEN 4294967297 ELSE 1 END) AS BIGINT)
			FROM curate_notes n WHERE n.shop = s.id` + shown + `), 0) AS tally`
	from = `
	FROM shop_shops s LEFT JOIN discover_regards r ON r.shop = s.id
	WHERE s.state <> 'left' AND `
)

// lotSize is how many rows are read and handed on at once: few enough that all
// cores have some, and many enough that handing them on costs nothing.
const lotSize = 1000

// eachLot hands on the shops of a city that have not left, by id, lotSize at
// once.
func eachLot(tx *db.Tx, city string, do func([]shopRow) error) error {
	for last := shop.ID(""); ; {
		lot, err := db.All[shopRow](tx, ofShop+from+`s.city = $1 AND s.id > $2 ORDER BY s.id LIMIT CAST($3 AS BIGINT)`, city, last, lotSize)
		if err == nil && len(lot) > 0 {
			err = countNotes(tx, city, last, lot)
		}
		if err != nil {
			return fmt.Errorf("discover: shops of %s: %w", city, err)
		}
		if len(lot) == 0 {
			return nil
		}
		last = lot[len(lot)-1].ID
		if err := do(lot); err != nil {
			return err
		}
	}
}

// countNotes fills in how many notes there are of the shops of a lot, which
// begins after an id.
func countNotes(tx *db.Tx, city string, after shop.ID, lot []shopRow) error {
	type count struct {
		Shop     shop.ID
		Notes    int
		Verified int
	}
	i := 0 // Both come by id.
	return db.Each(tx, func(c count) error {
		for ; i < len(lot) && lot[i].ID != c.Shop; i++ {
			continue
		}
		if i < len(lot) {
			lot[i].Notes, lot[i].Verified = c.Notes, c.Verified
		}
		return nil
	}, `
		SELECT s.id AS shop, COUNT(*) AS notes, CAST(SUM(CASE WHEN n.visit <> '' THEN 1 ELSE 0 END) AS BIGINT) AS verified
		FROM shop_shops s JOIN curate_notes n ON n.shop = s.id`+shown+`
		WHERE s.state <> 'left' AND s.city = $1 AND s.id > $2 AND s.id <= $3 GROUP BY s.id ORDER BY s.id`, city, after, lot[len(lot)-1].ID)
}

// handful is how many shops findRows asks for at once.
const handful = 50

// findRows returns the shops with these ids, by id, without those that are not
// there or have left.
func findRows(tx *db.Tx, ids []string) (map[string]shopRow, error) {
	rows := make(map[string]shopRow, len(ids))
	for some := range slices.Chunk(ids, handful) {
		var args [handful]any
		for i := range args {
			args[i] = some[min(i, len(some)-1)]
		}
		err := db.Each(tx, func(r shopRow) error {
			r.Notes, r.Verified = int(r.Tally&math.MaxUint32), int(r.Tally>>32)
			rows[string(r.ID)] = r
			return nil
		}, ofShop+ofNotes+from+`s.id IN (
			$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
			$26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50)`, args[:]...)
		if err != nil {
			return nil, fmt.Errorf("discover: shops %s and others: %w", some[0], err)
		}
	}
	return rows, nil
}

// cities are those that have shops.
func cities(tx *db.Tx) ([]string, error) {
	all, err := db.All[string](tx, `SELECT DISTINCT city FROM shop_shops ORDER BY city`)
	if err != nil {
		return nil, fmt.Errorf("discover: cities: %w", err)
	}
	return all, nil
}

// stamp is a hash of all that the index keeps of the shop: rows of one stamp
// make the same document in the same surroundings.
func (r *shopRow) stamp() uint64 {
	h := fnv.New64a()
	var b [8]byte
	number := func(n uint64) {
		binary.LittleEndian.PutUint64(b[:], n)
		h.Write(b[:])
	}
	for _, s := range []string{string(r.ID), r.Number, r.City, r.District, r.Address, r.Name, r.Category, r.Dishes,
		string(r.State), r.Terms, r.Offers, r.List} {
		number(uint64(len(s)))
		h.Write([]byte(s))
	}
	curated := int64(0)
	if r.Curated {
		curated = 1
	}
	point := geo.Point{Lat: r.Lat, Lng: r.Lng}
	for _, n := range []int64{int64(r.Price), int64(r.Opens), int64(r.Closes), curated, int64(r.Notes), int64(r.Verified),
		int64(r.Score), int64(r.Back), int64(r.Place), point.Cell()} {
		number(uint64(n))
	}
	return h.Sum64()
}

// dishes are the shop's, decoded.
func (r *shopRow) dishes() ([]string, error) {
	if r.Dishes == "" {
		return nil, nil
	}
	var all []string
	if err := json.Unmarshal([]byte(r.Dishes), &all); err != nil {
		return nil, fmt.Errorf("discover: dishes of %s: %w", r.ID, err)
	}
	return all, nil
}
