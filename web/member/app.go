// Package member is the member's phone: find shops, buy a pass, show the code,
// confirm and pay, look back at what it saved.
//
// The next step is always the biggest thing on the screen. Every page works
// without script; script brings the code anew, follows the bill from the till
// and asks for the position, when the member lets it.
package member

import (
	_ "embed"
	"time"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/redeem"
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
	Payment   *payment.Service
	Pass      *pass.Service
	Curate    *curate.Service
	Community *community.Service
	Discover  *discover.Service
	Redeem    *redeem.Service
	Zone      *time.Location
	Now       func() time.Time
	Programme string
	City      string
}

// An App is the member's app.
type App struct {
	Parts
	pins    shelf[discover.Pins]
	sheets  shelf[[]byte]
	grounds shelf[ground]
}

// New returns the app.
func New(p Parts) *App { return &App{Parts: p} }

//go:embed words.json
var words []byte

// Words are the app's words and those of ui.
func Words() ui.Words { return ui.LoadWords(words) }

// tabs is the bar at the bottom, out of which the card stands.
func tabs(account.Session) []ui.Tab {
	return []ui.Tab{
		{Key: "tab.explore", Href: "/", Icon: "explore"},
		{Key: "tab.map", Href: "/map", Icon: "map"},
		{Key: "tab.card", Href: "/card", Icon: "card", Raised: true},
		{Key: "tab.me", Href: "/me", Icon: "me"},
	}
}
