// Package shop is merchants and their shops: where they are, what they give to
// card members, what they offer anyway, and whether they take the card now.
//
//	draft ──Open──▶ live ◀──Resume── paused
//	                 └────Pause───────▲
//	live, paused ──Leave──▶ left
//
// An imported shop is a draft without a merchant. It goes live when it has a
// merchant and terms. Giving it a merchant (Assign) is the operator's yes; from
// then on the merchant opens, pauses and resumes it and sets its terms and
// offers, except that a pause by an operator is ended only by an operator. A
// shop that left does not come back; its number is never given again.
//
// Terms and offers never change in place. Each change of terms is a new version
// and each change of an offer a new offer, and the old ones are kept, so that
// anybody can later be shown what stood on a given day. Whoever sells under
// terms copies them (redeem does, onto each redemption).
//
// Who may not know that a shop is his to change is told that there is no such
// shop (ErrUnknown), so that ids cannot be tried out.
//
// Whether a shop is on the curated list is curate's to decide; it is kept here
// as well (Enlist, Delist), so that a search can ask for it.
//
// Search reads the database: a circle becomes a few ranges of cells, a name is
// looked for in the folded words of at most 90,000 shops, which is how many
// numbers there are. Nothing here decides limits per member or per day, nor
// budgets: redeem does, where the uses are.
package shop

import (
	"context"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"
)

// An ID names a shop: "shp_...". A MerchantID names a merchant: "mer_...".
type (
	ID         string
	MerchantID string
)

// Refusals about shops as such.
var (
	ErrUnknown = fault.New(fault.NotFound, "shop.unknown", fault.Operator, "没有找到这家门店。", "There is no such shop.")
	ErrDenied  = fault.New(fault.Denied, "shop.denied", fault.Operator, "只有运营人员可以这样操作。", "Only operators may do this.")
	ErrPlace   = fault.New(fault.Invalid, "shop.place", fault.Operator, "位置不在中国境内，请检查经纬度。", "The position is not in China. Check latitude and longitude.")
	ErrOpening = fault.New(fault.Invalid, "shop.opening", fault.Operator, "营业时间不对：开门在 00:00 到 23:59 之间，营业最长 24 小时。", "These opening hours cannot be: opening is from 00:00 to 23:59 and lasts at most 24 hours.")
)

// A Shop is one place with a till.
type Shop struct {
	ID       ID
	Merchant MerchantID // Empty for an imported shop that nobody signed yet.
	Number   string     // Six digits, the last a check digit; typed or in the sign's URL.
	City     string
	District string
	Address  string
	Name     string
	Category string
	Dishes   []string
	Point    geo.Point
	Price    money.Amount // Per head; 0 is unknown.
	Opens    int          // Minute of day, -1 unknown.
	Closes   int          // Minute of day, may exceed 1440 past midnight; -1 unknown.
	State    State
	Reason   string // Why it is paused or left.
	Held     bool   // Paused by an operator, so that only an operator may resume it.
	Curated  bool   // On the curated list, which curate decides.
	Terms    Terms
	Offers   []Offer
	Source   string
	SourceID string
	Opened   time.Time // When it began to take the card; zero if it never did.
	Updated  time.Time
}

// Service is what the package does.
type Service struct {
	DB   *db.DB
	Zone *time.Location
}

// day is the number of minutes in a day.
const day = 24 * 60

// minute returns the minute of the day that a clock on the wall shows.
func minute(local time.Time) int { return local.Hour()*60 + local.Minute() }

// OpenAt reports whether the shop is open at a local time; known is false if
// its hours are unknown.
func (s Shop) OpenAt(local time.Time) (open, known bool) {
	return OpenAt(s.Opens, s.Closes, local)
}

// OpenAt is Shop.OpenAt for hours alone.
func OpenAt(opens, closes int, local time.Time) (open, known bool) {
	if opens < 0 || closes < 0 {
		return false, false
	}
	now := minute(local)
	return opens <= now && now < closes || now+day < closes, true
}

// Limits of what a shop says of itself, in characters and pieces.
const (
	nameMax     = 100
	cityMax     = 40
	districtMax = 40
	addressMax  = 200
	categoryMax = 40
	dishMax     = 60
	dishesMax   = 50
)

// tidy trims the shop's texts and refuses what is out of range.
func (s Shop) tidy() (Shop, error) {
	for _, f := range []struct {
		field string
		text  *string
		max   int
		check func(string, string, int) (string, error)
	}{
		{"city", &s.City, cityMax, needed},
		{"name", &s.Name, nameMax, needed},
		{"district", &s.District, districtMax, text},
		{"address", &s.Address, addressMax, text},
		{"category", &s.Category, categoryMax, text},
	} {
		var err error
		if *f.text, err = f.check(f.field, *f.text, f.max); err != nil {
			return s, err
		}
	}
	if len(s.Dishes) > dishesMax {
		return s, ErrLong.With("max", dishesMax).In("dishes")
	}
	dishes := make([]string, len(s.Dishes))
	for i, d := range s.Dishes {
		var err error
		if dishes[i], err = needed("dishes", d, dishMax); err != nil {
			return s, err
		}
	}
	s.Dishes = dishes
	switch {
	case !s.Point.Valid() || !geo.InChina(s.Point):
		return s, ErrPlace.In("point")
	case s.Price < 0 || s.Price > money.Max:
		return s, ErrAmount.In("price")
	case s.Opens < -1 || s.Opens >= day, s.Closes < -1,
		s.Opens >= 0 && s.Closes >= 0 && (s.Closes <= s.Opens || s.Closes > s.Opens+day),
		s.Opens < 0 && s.Closes > day:
		return s, ErrOpening.In("opens")
	}
	return s, nil
}

// Find returns a shop within tx, or ErrUnknown.
func Find(tx *db.Tx, id ID) (Shop, error) { return find(tx, id) }

// FindNumber returns the shop with a sign number within tx; a number whose
// check digit is wrong is ErrNumber.
func FindNumber(tx *db.Tx, number string) (Shop, error) {
	number, err := ParseNumber(number)
	if err != nil {
		return Shop{}, err
	}
	return findNumber(tx, number)
}

// FindSource returns the shop that a source knows by an id, within tx, or
// ErrUnknown.
func FindSource(tx *db.Tx, source, id string) (Shop, error) { return findSource(tx, source, id) }

// HasSource reports within tx whether a source has any shops.
func HasSource(tx *db.Tx, source string) (bool, error) {
	n, err := db.One[int64](tx, `SELECT COUNT(*) FROM (SELECT id FROM shop_shops WHERE source = $1 LIMIT 1) s`, source)
	if err != nil {
		return false, fmt.Errorf("shop: has source %s: %w", source, err)
	}
	return n > 0, nil
}

// Get and ByNumber are Find and FindNumber in a View of their own.
func (s *Service) Get(ctx context.Context, id ID) (sh Shop, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		sh, err = Find(tx, id)
		return err
	})
	return sh, err
}

func (s *Service) ByNumber(ctx context.Context, number string) (sh Shop, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		sh, err = FindNumber(tx, number)
		return err
	})
	return sh, err
}

// mayChange reports whether who may change what the merchant's shops do: the
// merchant itself and operators. Unsigned shops are the operators' alone.
func mayChange(who account.Session, m MerchantID) bool {
	if m == "" {
		return who.Has(account.Operator)
	}
	return who.Of(string(m))
}

// findFor returns a shop that who may change; another's is unknown to him.
func findFor(tx *db.Tx, who account.Session, id ID) (Shop, error) {
	sh, err := Find(tx, id)
	if err == nil && !mayChange(who, sh.Merchant) {
		return Shop{}, ErrUnknown
	}
	return sh, err
}
