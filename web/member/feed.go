package member

import (
	"net/http"
	"net/url"
	"slices"

	"citywalk/community"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// feedPath is where notes are met.
const feedPath = "/notes"

// A feedView is a page of a feed.
type feedView struct {
	By       community.By
	Items    []feedItem
	Slots    []community.Slot // Empty: nothing fills them yet.
	Located  bool
	SignedIn bool
	Lat, Lng string
	First    string
	After    string
	Ended    bool
}

// line says how the list is ordered: without a position nothing is near.
func (f feedView) line(p ui.Page) string {
	if f.By == community.Near && !f.Located {
		return p.T("feed.line.anywhere")
	}
	return p.T("feed.line." + string(f.By))
}

// A feedItem is a note, or what a followed shop changed.
type feedItem struct {
	noteView
	Terms string // What it gives now, in one sentence; empty for a note.
	Of    shop.Shop
	When  string
	Away  string
}

// feed shows what others wrote: near and recent, by time alone, or of the shops
// that the member follows.
func (a *App) feed(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	q := community.FeedQuery{By: community.Bys[0], City: a.City, After: cut(v.Get("after"), 200)}
	if by := community.By(v.Get("by")); slices.Contains(community.Bys, by) {
		q.By = by
	}
	f := feedView{By: q.By, SignedIn: web.SignedIn(r)}
	if at, ok := position(v); ok && q.By == community.Near {
		q.At, f.Located, f.Lat, f.Lng = &at, true, v.Get("lat"), v.Get("lng")
	}
	if q.By == community.Following && !f.SignedIn {
		return web.See(w, r, "/signin?back="+url.QueryEscape(feedPath+"?by=following"))
	}
	got, err := a.Community.Feed(r.Context(), web.Session(r), q)
	if err != nil {
		return web.Next(err, web.Page(r).T("feed.title"), feedPath)
	}
	p := a.page(r, "feed.title", "tab.explore")
	p.Islands = []string{"place"}
	if f.Items, err = a.feedItems(r, p, got.Items); err != nil {
		return err
	}
	f.Slots, f.Ended = got.Slots, got.Ended
	if got.Next != "" {
		f.After = f.link(f.By, got.Next)
	}
	if q.After != "" {
		f.First = f.link(f.By, "")
	}
	return web.Render(w, r, http.StatusOK, feedPage(p, f))
}

func (a *App) feedItems(r *http.Request, p ui.Page, items []community.Item) ([]feedItem, error) {
	var all []feedItem
	for _, i := range items {
		of, err := a.Shop.Get(r.Context(), i.Shop)
		if err != nil {
			return nil, err
		}
		item := feedItem{Of: of, When: a.noteDay(p, i.At)}
		if i.Note != nil {
			item.noteView = a.noteView(p, *i.Note)
		} else {
			item.Terms = i.Terms.Say(p.Lang)
		}
		if i.Metres >= 0 {
			item.Away = away(p, i.Metres)
		}
		all = append(all, item)
	}
	return all, nil
}

// link is the feed in an order, after a place.
func (f feedView) link(by community.By, after string) string {
	v := url.Values{}
	if by != community.Bys[0] {
		v.Set("by", string(by))
	}
	if after != "" {
		v.Set("after", after)
	}
	if f.Located && by == community.Near {
		v.Set("lat", f.Lat)
		v.Set("lng", f.Lng)
	}
	if len(v) == 0 {
		return feedPath
	}
	return feedPath + "?" + v.Encode()
}
