// Package ledger is the books: double entry, append-only, in one currency.
//
// Debits are positive and credits negative. An entry is a set of postings that
// add up to zero, under a key that is unique for ever. Entries are never
// changed; a mistake is corrected by another entry. Post is the only function
// that writes.
//
// A posting goes to an account of the chart and, where the account is kept per
// party, to one party (a merchant, a cohort of passes, a refund). Prove shows
// that the books hold.
package ledger

import (
	"time"

	"citywalk/db"
	"citywalk/money"
)

// An Account is a line of the chart.
type Account string

const (
	GatewayCash       Account = "gateway.cash"       // Asset: what the payment institution holds for the programme.
	PassUnearned      Account = "pass.unearned"      // Liability per cohort of passes: paid, not yet earned.
	PassRevenue       Account = "pass.revenue"       // Income, recognised by day.
	MerchantPending   Account = "merchant.pending"   // Liability per merchant: earned, not yet on a statement.
	MerchantPayable   Account = "merchant.payable"   // Liability per merchant: on a closed statement, to be paid out.
	GatewayFee        Account = "gateway.fee"        // Expense: payment fees that the programme bears.
	PlatformDiscounts Account = "platform.discounts" // Expense: discounts that the programme co-funds.
	Refunds           Account = "refunds"            // Liability per refund: decided, not yet paid back.
	Suspense          Account = "suspense"           // Liability per payment: money that came when nothing was owed.
)

// Normal says on which side an account's balance must stand.
type Normal int

const (
	Debit  Normal = +1
	Credit Normal = -1
)

// A Line describes an account of the chart.
type Line struct {
	Account  Account
	Normal   Normal
	ByParty  bool // Whether postings name a party, each of which obeys the sign rule by itself.
	Zh, En   string
	Flexible bool // Whether the balance may stand on either side.
}

// Chart returns the chart of accounts in the order in which books show it.
func Chart() []Line { panic("not built") }

// A Posting moves an amount on an account: debit positive, credit negative.
type Posting struct {
	Account Account
	Party   string
	Amount  money.Amount
}

// An Entry is one balanced change of the books.
type Entry struct {
	Key      string // Unique for ever, "redeem/red_...".
	Memo     string // For auditors, in English.
	Day      Day    // Business day.
	Postings []Posting
}

// A Day is a business day, "2026-03-02", in the programme's time zone.
type Day string

// DayOf returns the business day of t in the zone.
func DayOf(t time.Time, zone *time.Location) Day { panic("not built") }

// Start returns the first instant of the day in the zone; Next(1).Start is its
// end.
func (d Day) Start(zone *time.Location) time.Time { panic("not built") }

// Next returns the day n days later; n may be negative.
func (d Day) Next(n int) Day { panic("not built") }

// Sub returns the number of days from e to d.
func (d Day) Sub(e Day) int { panic("not built") }

// ParseDay reads "2006-01-02".
func ParseDay(s string) (Day, error) { panic("not built") }

// Post writes an entry. Postings of zero are left out; an entry of only zeros
// is not written. An entry whose key is there with the same postings is a
// no-op; with others it is an error. It never reads a balance.
func Post(tx *db.Tx, e Entry) error { panic("not built") }

// Balance returns an account's balance, over all parties if party is "".
func Balance(tx *db.Tx, a Account, party string) (money.Amount, error) { panic("not built") }

// Balances returns the non-zero balances of an account by party.
func Balances(tx *db.Tx, a Account) (map[string]money.Amount, error) { panic("not built") }

// A Sum is one line of a trial balance.
type Sum struct {
	Account Account
	Opening money.Amount // Balance before the day.
	Debits  money.Amount // Of the day, positive.
	Credits money.Amount // Of the day, negative.
	Closing money.Amount
}

// TrialBalance returns a line per account of the chart for one day; the
// closings add up to zero.
func TrialBalance(tx *db.Tx, day Day) ([]Sum, error) { panic("not built") }

// A Written is an entry as it stands in the books.
type Written struct {
	ID       string
	Key      string
	Memo     string
	Day      Day
	At       time.Time
	Postings []Posting
}

// Entries returns the entries of a day (all days if ""), of one account (all
// if ""), newest first, at most limit, starting after the entry id `after`.
func Entries(tx *db.Tx, day Day, a Account, after string, limit int) ([]Written, error) {
	panic("not built")
}

// A Control is a sub-ledger kept elsewhere that an account must equal, party
// by party. Sums returns balances in the ledger's sign.
type Control struct {
	Name    string
	Account Account
	Sums    func(tx *db.Tx) (map[string]money.Amount, error)
}

// A Finding is something that does not hold.
type Finding struct {
	Rule   string // "balanced", "sign", "control"
	What   string
	Amount money.Amount
}

// Prove checks that every entry and the whole add up to zero, that every
// account (and party) stands on its side, and that the controls agree. An
// empty result is the proof.
func Prove(tx *db.Tx, controls ...Control) ([]Finding, error) { panic("not built") }
