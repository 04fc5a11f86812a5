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
//	                   │    ◀──Dispute──┘ │ ▲ └re-price: v+1  │                                    └──▶ stuck ────▲
//	                   │                  │ └─────┘           │ deadline
//	                   ▼                  ▼                   ▼
//	                 voided ◀─────────────┘◀──closed────── reversing ──paid──▶ committed
//	                   ▲
//	sign ──Request──▶ requested ──Accept──▶ paying
//	                   └──decline, 120 s──▶ voided ──late money──▶ late_paid ──▶ late_refunded
//
// A bill of nothing due commits at Confirm (Accept at the second door). What
// cannot happen is refused in the order that each command documents.
//
// While a redemption is under way it has reserved one of the member's uses at
// the shop, one of his uses of the day and, once agreed to, its share of the
// shop's daily budget. Committed it has consumed them; voided or undone it
// gives them back in the same transaction (Prove). What is scarce is guarded
// by a rule, which gives the right answer, and by a row or a conditional
// update, which holds even if the rule is wrong.
//
// A price is what the bill costs by the shop's terms and offers as they stand
// when it is quoted. They are copied onto the redemption; if they change before
// the agreement, the agreement is refused and the bill is priced again.
//
// The business day of a redemption is that of its commit, fixed once.
package redeem

import (
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
	Terms      shop.Terms `db:"terms,json"` // As they stood when it was last priced.
	Quote      Quote      `db:"quote,json"` // The last one; Version 0 before there is one.
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

// A Step is one change of a redemption's state.
type Step struct {
	State State
	At    time.Time
	Actor account.ID // Empty for the programme itself.
	Note  string
}

// A Filter selects redemptions for the console; empty fields select all.
type Filter struct {
	Shop     shop.ID
	Merchant shop.MerchantID
	Person   account.ID
	State    State
	Day      ledger.Day
	After    ID
	Limit    int
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
