// Package redeem is the till: one use of a pass at a shop, from the code on the
// member's phone to the receipt.
//
// Two doors lead to the same redemption. At the first, staff scans or types
// the member's code and prices the bill; the member confirms the quote. At the
// second, the member opens the shop's sign, enters the bill himself and
// confirms; staff sees the request with its two-digit match number and
// accepts. A presented code gives no authority to take money: only the
// member's confirmation of a priced quote does.
//
//	code ──Scan──▶ presented ──Price──▶ priced ──Confirm──▶ paying ──paid──▶ committed ──Undo──▶ refunding ──▶ refunded
//	                   │                │ ▲ └re-price: v+1      │                                    └──▶ stuck
//	                   │                │ └──────┘              │ deadline
//	                   ▼                ▼                       ▼
//	                 voided ◀───────── voided ◀──closed─── reversing ──paid──▶ committed
//	                   ▲
//	sign ──Request──▶ requested ──Accept──▶ paying
//	                   └──decline, 120 s──▶ voided ──late money──▶ late_paid ──▶ late_refunded
//
// A bill of nothing due commits at Confirm (Accept at the second door).
package redeem

import (
	"context"
	"crypto/ed25519"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/shop"
)

// An ID names a redemption: "red_...".
type ID string

// A State of a redemption.
type State string

const (
	Presented    State = "presented"
	Priced       State = "priced"
	Requested    State = "requested"
	Paying       State = "paying"
	Reversing    State = "reversing"
	Committed    State = "committed"
	Voided       State = "voided"
	LatePaid     State = "late_paid"
	LateRefunded State = "late_refunded"
	Refunding    State = "refunding"
	Refunded     State = "refunded"
	Stuck        State = "stuck"
)

// How long things live.
const (
	CodeLife  = 60 * time.Second // A code is good for.
	CodeShown = 45 * time.Second // A phone shows it before it asks for another.
	QuoteLife = 120 * time.Second
	OpenLife  = 120 * time.Second // A presented or requested redemption waits.
	PayLife   = 60 * time.Second  // Until a payment is reversed.
	UndoLife  = 15 * time.Minute
)

// A Door is how a redemption began.
type Door string

const (
	ByCode Door = "code"
	BySign Door = "sign"
)

// A Redemption is one use of a pass at a shop.
type Redemption struct {
	ID         ID
	Door       Door
	State      State
	Version    int // Rises with every change; what live views watch.
	Shop       shop.ID
	ShopName   string
	Merchant   shop.MerchantID
	Person     account.ID
	PersonName string // Masked for staff: "王*" or the masked phone's tail.
	Pass       pass.ID
	Staff      account.ID // Who scanned or accepted.
	Match      string     // Two digits that both phones show.
	Terms      shop.Terms
	Quote      Quote // The last one; Version 0 before there is one.
	Payment    string
	PayURL     string // Where the payer goes if the payment needs a cashier.
	Due        money.Amount
	Fee        money.Amount
	Day        ledger.Day // Business day, fixed at commit.
	Receipt    string     // Receipt number, set at commit.
	Why        string     // Fault code of why it was voided.
	Created    time.Time
	Expires    time.Time // When the present state times out; zero if it does not.
	Committed  time.Time
	UndoUntil  time.Time
	Undone     time.Time
}

// A Quote is a priced bill.
type Quote struct {
	Version int
	Hash    string // SHA-256 of the canonical quote; Confirm names it.
	Bill    money.Amount
	Off     money.Amount
	Due     money.Amount
	Gift    string
	Options []Option // The best lawful one first.
	Until   time.Time
}

// An Option is one price that was considered.
type Option struct {
	Kind    string // "card", "offer", "plain"
	Title   string // The terms or the offer in one sentence.
	TitleEn string
	Off     money.Amount
	Wins    bool
	Lost    string // Fault code of why it lost; "redeem.not_best" if another is better.
	Zh, En  string // The reason in words.
}

// A Code is what the member's phone shows.
type Code struct {
	Digits string // 18 digits.
	Until  time.Time
	Renew  time.Time // When the phone asks for the next.
	Pass   pass.ID
}

// Keys are the secrets of the package.
type Keys struct {
	Code    []byte             // Pepper of the codes' hashes.
	Receipt ed25519.PrivateKey // Signs receipts.
}

// Service is what the package does.
type Service struct {
	DB      *db.DB
	Payment *payment.Service
	Keys    Keys
	Zone    *time.Location
	// Changed, if set, is told after a commit which redemption changed, so that
	// live views need not wait for their next look. wire sets it.
	Changed func(r Redemption)
}

// Show makes a code for the member's valid pass and kills the one before.
func (s *Service) Show(ctx context.Context, who account.Session) (Code, error) { panic("not built") }

// Scan begins a redemption at a shop from a member's code, once per code.
func (s *Service) Scan(ctx context.Context, staff account.Session, at shop.ID, code, key string) (Redemption, error) {
	panic("not built")
}

// Price quotes a bill on a presented or priced redemption; the quote before is
// dead.
func (s *Service) Price(ctx context.Context, staff account.Session, id ID, bill money.Amount, key string) (Redemption, error) {
	panic("not built")
}

// Estimate quotes a bill for the member at a shop without beginning anything.
func (s *Service) Estimate(ctx context.Context, who account.Session, at shop.ID, bill money.Amount) (Quote, error) {
	panic("not built")
}

// Request begins a redemption from the shop's sign: the member names the bill
// and agrees to the due sum that Estimate showed (ErrQuoteStale otherwise).
func (s *Service) Request(ctx context.Context, who account.Session, at shop.ID, bill, due money.Amount, key string) (Redemption, error) {
	panic("not built")
}

// Accept lets a request go on to payment; Decline voids a redemption that is
// not paid, by staff (wrong amount, cancel) or by the member.
func (s *Service) Accept(ctx context.Context, staff account.Session, id ID, key string) (Redemption, error) {
	panic("not built")
}
func (s *Service) Decline(ctx context.Context, who account.Session, id ID, key string) (Redemption, error) {
	panic("not built")
}

// Dispute sends a priced redemption back to staff: the amount is wrong.
func (s *Service) Dispute(ctx context.Context, who account.Session, id ID, key string) (Redemption, error) {
	panic("not built")
}

// Confirm agrees to a quote by version and hash and starts the payment. The
// answer is committed (nothing due, or an agreement charged at once) or paying
// with a PayURL.
func (s *Service) Confirm(ctx context.Context, who account.Session, id ID, version int, hash, key string) (Redemption, error) {
	panic("not built")
}

// Undo gives a committed redemption back within UndoLife.
func (s *Service) Undo(ctx context.Context, staff account.Session, id ID, key string) (Redemption, error) {
	panic("not built")
}

// ForMember and ForShop return a redemption to its member or to its shop's
// staff; to others it is not there.
func (s *Service) ForMember(ctx context.Context, who account.Session, id ID) (Redemption, error) {
	panic("not built")
}
func (s *Service) ForShop(ctx context.Context, staff account.Session, id ID) (Redemption, error) {
	panic("not built")
}

// Current returns the member's open redemption, or ErrNothing.
func (s *Service) Current(ctx context.Context, who account.Session) (Redemption, error) {
	panic("not built")
}

// Mine lists the member's redemptions that committed (and what became of
// them), newest first, after an id.
func (s *Service) Mine(ctx context.Context, who account.Session, after ID, limit int) ([]Redemption, error) {
	panic("not built")
}

// Today lists a shop's redemptions of a business day, newest first, open
// requests included.
func (s *Service) Today(ctx context.Context, staff account.Session, at shop.ID, day ledger.Day) ([]Redemption, error) {
	panic("not built")
}

// Requests lists the shop's requests that wait for staff.
func (s *Service) Requests(ctx context.Context, staff account.Session, at shop.ID) ([]Redemption, error) {
	panic("not built")
}

// A Filter selects redemptions for the console.
type Filter struct {
	Shop     shop.ID
	Merchant shop.MerchantID
	Person   account.ID
	State    State
	Day      ledger.Day
	After    ID
	Limit    int
}

// List returns redemptions for operators, auditors and merchants (their own).
func (s *Service) List(ctx context.Context, who account.Session, f Filter) ([]Redemption, error) {
	panic("not built")
}

// Step is one change of a redemption's state.
type Step struct {
	State State
	At    time.Time
	Actor account.ID
	Note  string
}

// History returns the steps of a redemption.
func (s *Service) History(ctx context.Context, who account.Session, id ID) ([]Step, error) {
	panic("not built")
}

// Expire voids what timed out. It is a periodic job and also happens when an
// expired redemption is looked at.
func (s *Service) Expire(ctx context.Context) error { panic("not built") }

// Outcome is what payment calls for the purpose "redeem".
func (s *Service) Outcome() payment.Outcome { panic("not built") }

// Control is the sub-ledger of ledger.MerchantPending.
func (s *Service) Totals(tx *db.Tx) (map[string]money.Amount, error) { panic("not built") }

// A Receipt is the signed proof of a committed redemption.
type Receipt struct {
	Redemption Redemption
	Text       string // "CWR1.<base64url payload>.<base64url signature>"
}

// Receipt returns the receipt of a committed redemption to its member or shop.
func (s *Service) Receipt(ctx context.Context, who account.Session, id ID) (Receipt, error) {
	panic("not built")
}

// A Proof is what a receipt says.
type Proof struct {
	Receipt string
	ID      ID
	Shop    string
	Bill    money.Amount
	Off     money.Amount
	Paid    money.Amount
	At      time.Time
}

// Verify checks a receipt's text against a public key, offline.
func Verify(text string, key ed25519.PublicKey) (Proof, error) { panic("not built") }
