package member

import (
	"context"
	"net/http"
	"slices"

	"citywalk/account"
	"citywalk/community"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// keptTabs are the lists of what a member keeps, the first by default.
var keptTabs = []string{"shops", "notes", "following"}

// A keptView is one of the lists.
type keptView struct {
	Tab   string
	Shops []ui.ShopView
	Notes []feedItem
}

// saved lists what the member saved and follows.
func (a *App) saved(w http.ResponseWriter, r *http.Request) error {
	v := keptView{Tab: keptTabs[0]}
	if tab := r.URL.Query().Get("tab"); slices.Contains(keptTabs, tab) {
		v.Tab = tab
	}
	p := a.page(r, "saved.title", "tab.me")
	ctx, who := r.Context(), web.Session(r)
	var kept []community.KeptShop
	var err error
	switch v.Tab {
	case "notes":
		notes, err := a.Community.SavedNotes(ctx, who)
		if err != nil {
			return err
		}
		items := make([]community.Item, len(notes))
		for i := range notes {
			items[i] = community.Item{Note: &notes[i], Shop: notes[i].Shop, At: notes[i].Written, Metres: -1}
		}
		if v.Notes, err = a.feedItems(r, p, items); err != nil {
			return err
		}
	case "following":
		kept, err = a.Community.Followed(ctx, who)
	default:
		kept, err = a.Community.SavedShops(ctx, who)
	}
	if err != nil {
		return err
	}
	for _, k := range kept {
		s, err := a.Shop.Get(ctx, k.Shop)
		if err != nil {
			return err
		}
		v.Shops = append(v.Shops, a.shopView(p, shop.Hit{Shop: s, Distance: -1}))
	}
	return web.Render(w, r, http.StatusOK, savedPage(p, v))
}

// saveShop saves a shop or takes it out again.
func (a *App) saveShop(w http.ResponseWriter, r *http.Request) error {
	return a.tie(w, r, a.Community.SaveShop, a.Community.UnsaveShop)
}

// followShop has news of a shop in the member's feed, or no more.
func (a *App) followShop(w http.ResponseWriter, r *http.Request) error {
	return a.tie(w, r, a.Community.Follow, a.Community.Unfollow)
}

// tie makes or ends what the member has to a shop.
func (a *App) tie(w http.ResponseWriter, r *http.Request, on, off func(context.Context, account.Session, shop.ID) error) error {
	id, err := web.ID(r, "id", "shp")
	if err != nil {
		return err
	}
	return toggle(w, r, shop.ID(id), "notes", on, off)
}
