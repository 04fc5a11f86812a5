// Package console is where the programme is run: shops and their terms,
// people, redemptions, money, and the system that carries them.
//
// Three kinds of people use it. Operators do everything. Auditors see
// everything and change nothing. Merchants see and run their own shops, teams
// and statements; what is not theirs is not there for them. The menu shows
// what the session may do, and every handler asks again.
//
// Every list is a table whose filters are in its address, so that a view can
// be kept and sent; every number leads to the rows that make it. Phone numbers
// are masked, and a search by a whole number is posted, so that none gets into
// an address or a log. Acts that hurt say in plain words what will happen.
package console

import (
	"context"
	_ "embed"
	"time"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/settle"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// Parts are what the app stands on.
type Parts struct {
	Edge      *web.Edge
	DB        *db.DB
	Account   *account.Service
	Shop      *shop.Service
	Pass      *pass.Service
	Curate    *curate.Service
	Community *community.Service
	Discover  *discover.Service
	Redeem    *redeem.Service
	Settle    *settle.Service
	Runner    *jobs.Runner
	Prove     func(context.Context) ([]ledger.Finding, error)
	Zone      *time.Location
	Now       func() time.Time
	Programme string
	City      string
	BaseURL   string
}

// An App is the console.
type App struct {
	Parts
	lastProof lastProof
	uploads   uploads
}

// New returns the app.
func New(p Parts) *App { return &App{Parts: p} }

//go:embed words.json
var words []byte

// Words are the console's words and those of ui.
func Words() ui.Words { return ui.LoadWords(words) }
