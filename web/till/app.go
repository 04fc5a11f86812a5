// Package till is the staff's phone: scan the member's code, enter the bill,
// see it paid, undo it in time. Busy, untrained, one hand, in sunlight.
//
// It opens on the camera. Each screen has one thing to do; what was paid or
// refused fills the whole screen and is said aloud, and stays until staff goes
// on. Requests from the shop's sign slide in over the camera, the typed code
// and the day's list.
//
//	camera ──scan──▶ amount ──▶ confirming ⇄ change ──▶ paying ──▶ paid ──▶ camera
//	   ▲ ╲                                                          ╰─ undo ▶ undone
//	   │  ╰─ the sign's request ── right ──▶ paying
//	   ╰──────────── refused, cancelled ◀──── any of them
//
// Nothing has to be installed. Every page works without script, with typed
// codes instead of the camera and pages that load themselves again instead of
// the live view.
package till

import (
	_ "embed"
	"net/http"
	"time"

	"citywalk/account"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// Parts are what the app stands on.
type Parts struct {
	Edge      *web.Edge
	Account   *account.Service
	Shop      *shop.Service
	Redeem    *redeem.Service
	Zone      *time.Location
	Now       func() time.Time
	Programme string
	BaseURL   string
}

// An App is the till.
type App struct {
	Parts
}

// New returns the app.
func New(p Parts) *App { return &App{p} }

//go:embed words.json
var words []byte

// Words are the till's words and those of ui.
func Words() ui.Words { return ui.LoadWords(words) }

// at is where a shop's till lives.
func at(id shop.ID) string { return "/till/shops/" + string(id) }

// bill is where a redemption is shown.
func bill(id redeem.ID) string { return "/till/bills/" + string(id) }

// here returns the shop of the path, if the session may act for it; to others
// it is not there.
func (a *App) here(r *http.Request) (shop.Shop, error) {
	id, err := web.ID(r, "shop", "shp")
	if err != nil {
		return shop.Shop{}, err
	}
	s, err := a.Shop.Get(r.Context(), shop.ID(id))
	if err != nil {
		return s, err
	}
	if !web.Session(r).AtShop(string(s.Merchant), string(s.ID)) {
		return s, shop.ErrUnknown
	}
	return s, nil
}

// page is a page of a shop's till, with its two tabs.
func (a *App) page(r *http.Request, s shop.Shop, title, tab string) ui.Page {
	p := web.Page(r)
	p.Title, p.Tab, p.Place = p.T(title), tab, s.Name
	p.Tabs = []ui.Tab{
		{Key: "tab.scan", Href: at(s.ID), Icon: "scan"},
		{Key: "tab.today", Href: at(s.ID) + "/today", Icon: "today"},
	}
	p.Islands = []string{"till"}
	return p
}

// key is the idempotency key that a form carries.
func key(f ui.Form) string { return f.Value("idem", "") }
