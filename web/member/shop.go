package member

import (
	"fmt"
	"net/http"

	"citywalk/fault"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

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
	return web.Render(w, r, http.StatusOK, shopPage(p, s, a.shopView(p, shop.Hit{Shop: s, Distance: -1}), sayOffers(p.Lang, s)))
}

// hours prints a shop's opening hours, or "" if they are unknown.
func hours(s shop.Shop) string {
	if s.Opens < 0 || s.Closes < 0 {
		return ""
	}
	return clock(s.Opens) + "–" + clock(s.Closes)
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60) }

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
