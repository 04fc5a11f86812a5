package member

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"citywalk/discover"
	"citywalk/fault"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A shopView is a shop as its page shows it.
type shopView struct {
	shop.Shop
	View   ui.ShopView
	Gives  gives
	Honour string
	Metro  string // The nearest station, with the walk from it; empty if there is none.
	Offers []string
	Why    *ui.DossierView // Nil when it is not on the list.
	Stands []standLine     // On which public lists it stands.
	Notes  noteList
}

// shopPage is one shop: what the card gives there, when it does not, and how
// to get there.
func (a *App) shopPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "id", "shp")
	if err != nil {
		return err
	}
	s, err := a.Shop.Get(r.Context(), shop.ID(id))
	if err != nil {
		return err
	}
	p := a.page(r, "explore.title", "tab.explore")
	p.Title, p.Tabs = s.Name, nil // What can be done here stands where the tabs are.
	if p.Meta, err = a.shopMeta(r, s, a.shareView(p, s)); err != nil {
		return err
	}
	v := shopView{Shop: s, View: a.shopView(p, shop.Hit{Shop: s, Distance: -1}), Offers: sayOffers(p.Lang, s)}
	if v.Gives, err = a.gives(r, p, s); err != nil {
		return err
	}
	if v.Honour, err = a.honour(r, p, s); err != nil {
		return err
	}
	if v.Metro, err = a.metro(r, p, s); err != nil {
		return err
	}
	if v.Why, err = a.whyHere(r, p, s.ID); err != nil {
		return err
	}
	if v.Stands, err = a.stands(r, p, s); err != nil {
		return err
	}
	if v.Notes, err = a.notes(r, s.ID); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.showShop(p, v))
}

// hours prints a shop's opening hours, or "" if they are unknown.
func hours(s shop.Shop) string {
	if s.Opens < 0 || s.Closes < 0 {
		return ""
	}
	return clock(s.Opens) + "–" + clock(s.Closes)
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60) }

// metro says which metro station is near and how far it is on foot.
func (a *App) metro(r *http.Request, p ui.Page, s shop.Shop) (string, error) {
	w, ok, err := a.Discover.Nearest(r.Context(), s.City, s.Point)
	if errors.Is(err, discover.ErrLoading) {
		return "", nil // The page is of use without it.
	}
	if err != nil || !ok {
		return "", err
	}
	name := strings.TrimSuffix(w.Station.Name, "站") // Which the sentence adds.
	if !p.Zh() {
		name = cmp.Or(w.Station.En, name)
	}
	var lines []string
	for _, l := range w.Station.Lines {
		lines = append(lines, p.Called(l.Name))
	}
	if len(lines) == 0 {
		return p.T("shop.metro", "station", name, "min", discover.WalkMinutes(w.Metres)), nil
	}
	return p.T("shop.metro.lines", "station", name, "lines", strings.Join(lines, p.T("ui.and")), "min", discover.WalkMinutes(w.Metres)), nil
}

// wayURL is the way to a shop on a map.
func wayURL(s shop.Shop) string { return ui.WayURL(s.Name, s.Point) }

// notNow says why the shop does not take the card now, or "".
func notNow(p ui.Page, s shop.Shop) string {
	switch s.State {
	case shop.Live:
		return ""
	case shop.Paused:
		return p.T("shop.paused", "reason", s.Reason)
	case shop.Left:
		return p.T("shop.left")
	}
	return p.T("shop.draft")
}

// sayOffers are the shop's own offers in words.
func sayOffers(lang fault.Lang, s shop.Shop) []string {
	var all []string
	for _, o := range s.Offers {
		all = append(all, o.Say(lang))
	}
	return all
}
