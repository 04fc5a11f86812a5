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
	First string
	After string
}

// saved lists what the member saved and follows.
func (a *App) saved(w http.ResponseWriter, r *http.Request) error {
	v := keptView{Tab: keptTabs[0]}
	if tab := r.URL.Query().Get("tab"); slices.Contains(keptTabs, tab) {
		v.Tab = tab
	}
	p := a.page(r, "saved.title", "tab.me")
	after, here := cut(r.URL.Query().Get("after"), 200), "/saved?tab="+v.Tab
	next, err := a.fillKept(r, p, &v, after)
	if err != nil {
		return err
	}
	if after != "" {
		v.First = here
	}
	if next != "" {
		v.After = here + "&after=" + next
	}
	return web.Render(w, r, http.StatusOK, savedPage(p, v))
}

// fillKept reads a page of the list, and returns where the next begins.
func (a *App) fillKept(r *http.Request, p ui.Page, v *keptView, after string) (next string, err error) {
	ctx, who := r.Context(), web.Session(r)
	var kept []community.KeptShop
	switch v.Tab {
	case "notes":
		var notes []community.Note
		if notes, next, err = a.Community.SavedNotes(ctx, who, after, pageOfShops); err != nil {
			return "", err
		}
		items := make([]community.Item, len(notes))
		for i := range notes {
			items[i] = community.Item{Note: &notes[i], Shop: notes[i].Shop, At: notes[i].Written, Metres: -1}
		}
		v.Notes, err = a.feedItems(r, p, items)
		return next, err
	case "following":
		kept, next, err = a.Community.Followed(ctx, who, after, pageOfShops)
	default:
		kept, next, err = a.Community.SavedShops(ctx, who, after, pageOfShops)
	}
	if err != nil {
		return "", err
	}
	for _, k := range kept {
		s, err := a.Shop.Get(ctx, k.Shop)
		if err != nil {
			return "", err
		}
		v.Shops = append(v.Shops, a.shopView(p, shop.Hit{Shop: s, Distance: -1}))
	}
	return next, nil
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
