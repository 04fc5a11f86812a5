// Package shop is merchants and their shops: where they are, what they give to
// card members, what they offer anyway, and whether they take the card now.
//
//	draft ──Open──▶ live ◀──Resume── paused
//	                 └────Pause───────▲
//	live, paused ──Leave──▶ left
//
// An imported shop is a draft without a merchant. It goes live when it has a
// merchant and terms.
package shop

import (
	"context"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/ledger"
	"citywalk/money"
)

// An ID names a shop: "shp_...". A MerchantID names a merchant: "mer_...".
type (
	ID         string
	MerchantID string
)

// A Merchant is a legal entity that owns shops.
type Merchant struct {
	ID      MerchantID
	Name    string
	Created time.Time
}

// A State says whether a shop takes the card.
type State string

const (
	Draft  State = "draft"
	Live   State = "live"
	Paused State = "paused"
	Left   State = "left"
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
	Terms    Terms
	Offers   []Offer
	Source   string
	SourceID string
	Updated  time.Time
}

// A Kind is how a benefit lowers a bill.
type Kind string

const (
	None    Kind = ""        // No terms set.
	Percent Kind = "percent" // Percent off the bill.
	Fixed   Kind = "fixed"   // A fixed sum off the bill.
	Gift    Kind = "gift"    // Something given; the bill is not lowered.
)

// Terms are what a shop gives card members. They are copied onto each
// redemption.
type Terms struct {
	Version  int // Rises with every change.
	Kind     Kind
	Percent  int          // 1..90, of Percent terms: 10 means ten percent off.
	Off      money.Amount // Of Fixed terms.
	Gift     string       // Of Gift terms.
	Floor    money.Amount // The bill must be at least this; 0: none.
	Cap      money.Amount // At most this is taken off one bill; 0: none.
	PerDay   int          // Uses per member per day; 0 means 1.
	Hours    []Hours      // When the terms apply; empty: whenever the shop is open.
	Blackout []ledger.Day // Days on which they do not.
	Excluded string       // What they do not cover, as people read it.
	Budget   money.Amount // At most this is given a business day; 0: no limit.
}

// Hours is a weekly window in the shop's local time.
type Hours struct {
	Days  []time.Weekday // Empty: every day.
	From  int            // Minute of day, inclusive.
	Until int            // Minute of day, exclusive; beyond 1440 runs past midnight.
}

// An Offer is the shop's own standing promotion, declared for price truth.
type Offer struct {
	ID      string
	Title   string
	Kind    Kind // Percent or Fixed.
	Percent int
	Off     money.Amount
	Floor   money.Amount
	Cap     money.Amount
	Hours   []Hours
	From    ledger.Day // First day, "" for always.
	Until   ledger.Day // First day on which it no longer applies, "" for never.
}

// Take returns what the terms take off a bill at a local time, or the fault
// that says why they do not apply (ErrTermsNone, ErrFloor, ErrHours,
// ErrBlackout). Day limits and budgets are not its business.
func (t Terms) Take(bill money.Amount, local time.Time) (money.Amount, error) { panic("not built") }

// Take returns what the offer takes off a bill at a local time, or why not.
func (o Offer) Take(bill money.Amount, local time.Time) (money.Amount, error) { panic("not built") }

// OpenAt reports whether the shop is open at a local time; known is false if
// its hours are unknown.
func (s Shop) OpenAt(local time.Time) (open, known bool) { panic("not built") }

// Service is what the package does.
type Service struct {
	DB   *db.DB
	Zone *time.Location
}

// Find returns a shop within tx, or ErrUnknown.
func Find(tx *db.Tx, id ID) (Shop, error) { panic("not built") }

// FindNumber returns the shop with a sign number within tx; a number whose
// check digit is wrong is ErrNumber.
func FindNumber(tx *db.Tx, number string) (Shop, error) { panic("not built") }

// FindMerchant returns a merchant within tx.
func FindMerchant(tx *db.Tx, id MerchantID) (Merchant, error) { panic("not built") }

// Get and ByNumber are Find and FindNumber in a View of their own.
func (s *Service) Get(ctx context.Context, id ID) (Shop, error)              { panic("not built") }
func (s *Service) ByNumber(ctx context.Context, number string) (Shop, error) { panic("not built") }

// A Query selects shops.
type Query struct {
	City     string
	Name     string     // Part of the name, category or dish.
	Near     *geo.Point // Sort by distance from here.
	Within   float64    // Metres; 0 means no bound.
	Merchant MerchantID
	State    State // "" for all.
	OpenNow  bool
	After    string // Page after this cursor (from Hit.Cursor).
	Limit    int
}

// A Hit is a shop found, with its distance in metres (-1 without Near).
type Hit struct {
	Shop
	Distance float64
	Cursor   string
}

// Search returns shops by distance, or by name without Near.
func (s *Service) Search(ctx context.Context, q Query) ([]Hit, error) { panic("not built") }

// AddMerchant makes a merchant.
func (s *Service) AddMerchant(ctx context.Context, who account.Session, name string) (Merchant, error) {
	panic("not built")
}

// Merchants lists merchants by name, after a name.
func (s *Service) Merchants(ctx context.Context, after string, limit int) ([]Merchant, error) {
	panic("not built")
}

// Add makes a shop by hand (state draft) and returns it with its number.
func (s *Service) Add(ctx context.Context, who account.Session, sh Shop) (Shop, error) {
	panic("not built")
}

// Assign gives a shop to a merchant.
func (s *Service) Assign(ctx context.Context, who account.Session, id ID, m MerchantID) error {
	panic("not built")
}

// SetTerms replaces a shop's terms; operators and the shop's merchant may.
func (s *Service) SetTerms(ctx context.Context, who account.Session, id ID, t Terms) (Shop, error) {
	panic("not built")
}

// SetOffers replaces the shop's own offers.
func (s *Service) SetOffers(ctx context.Context, who account.Session, id ID, o []Offer) (Shop, error) {
	panic("not built")
}

// Open, Pause, Resume and Leave change the state; Pause and Leave say why.
func (s *Service) Open(ctx context.Context, who account.Session, id ID) error { panic("not built") }
func (s *Service) Pause(ctx context.Context, who account.Session, id ID, reason string) error {
	panic("not built")
}
func (s *Service) Resume(ctx context.Context, who account.Session, id ID) error { panic("not built") }
func (s *Service) Leave(ctx context.Context, who account.Session, id ID, reason string) error {
	panic("not built")
}
