package discover

import (
	"cmp"
	"slices"

	"citywalk/db"
	"citywalk/esteem"
	"citywalk/ledger"
	"citywalk/shop"
)

// A standRow is a shop's place on a list of its whole city. Place 0 is none.
type standRow struct {
	Shop     shop.ID
	Span     Span
	Kind     esteem.Kind
	Category string
	Place    int
	Best     int
	Worst    int
}

// A stance is what a standRow is about.
type stance struct {
	shop     shop.ID
	span     Span
	kind     esteem.Kind
	category string
}

func (p standRow) stance() stance { return stance{p.Shop, p.Span, p.Kind, p.Category} }

// changedPlaces are the places that shops have now and did not have, and those
// that they lost. Where only the interval moved nothing is told.
func changedPlaces(tx *db.Tx, city string, now []standRow) (changed []standRow, err error) {
	old := map[stance]standRow{}
	err = db.Each(tx, func(p standRow) error {
		old[p.stance()] = p
		return nil
	}, `
		SELECT p.shop AS shop, p.span AS span, p.kind AS kind, p.category AS category, p.place AS place, p.best AS best, p.worst AS worst
		FROM discover_list_places p JOIN shop_shops s ON s.id = p.shop
		WHERE s.city = $1 AND p.day = (SELECT MAX(n.day) FROM discover_list_places n
			WHERE n.shop = p.shop AND n.span = p.span AND n.kind = p.kind AND n.category = p.category)`, city)
	if err != nil {
		return nil, err
	}
	for _, p := range now {
		if old[p.stance()].Place != p.Place {
			changed = append(changed, p)
		}
		delete(old, p.stance())
	}
	for _, p := range old {
		if p.Place > 0 {
			p.Place, p.Best, p.Worst = 0, 0, 0
			changed = append(changed, p)
		}
	}
	slices.SortFunc(changed, func(a, b standRow) int {
		return cmp.Or(compareText(a.Shop, b.Shop), compareText(a.Span, b.Span), compareText(a.Kind, b.Kind), compareText(a.Category, b.Category))
	})
	return changed, nil
}

func putStand(tx *db.Tx, p standRow, day ledger.Day) error {
	_, err := tx.Exec(`
		INSERT INTO discover_list_places (shop, span, kind, category, day, place, best, worst) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (shop, span, kind, category, day) DO UPDATE SET place = excluded.place, best = excluded.best, worst = excluded.worst`,
		p.Shop, string(p.Span), string(p.Kind), p.Category, day, p.Place, p.Best, p.Worst)
	return err
}

func compareText[T ~string](a, b T) int { return cmp.Compare(a, b) }

func compareSlots(a, b slot) int {
	return cmp.Or(compareText(a.Span, b.Span), compareText(a.Kind, b.Kind), compareText(a.Category, b.Category), compareText(a.District, b.District))
}
