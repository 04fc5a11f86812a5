package console

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"strconv"

	"citywalk/curate"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A trip is a visit with the name of its shop.
type trip struct {
	curate.Visit
	Name string
}

// visits is the page of one's own visits: those that wait on the phone, which
// script fills in, and those that are here.
func (a *App) visits(w http.ResponseWriter, r *http.Request) error {
	all, err := a.Curate.Mine(r.Context(), web.Session(r))
	if err != nil {
		return err
	}
	names, rows := map[shop.ID]string{}, make([]trip, len(all))
	for i, v := range all {
		if _, known := names[v.Shop]; !known {
			s, err := a.Shop.Get(r.Context(), v.Shop)
			if err != nil {
				return err
			}
			names[v.Shop] = s.Name
		}
		rows[i] = trip{v, names[v.Shop]}
	}
	p := a.page(r, "visits.title", "tab.visits")
	p.Islands = []string{"visit"}
	return web.Render(w, r, http.StatusOK, a.visitsPage(p, web.Session(r), rows))
}

// worker is the script that keeps the pages of visits on the phone. It stands
// here and not with the other built files because it rules over the paths
// below its own. A browser asks for it each time, so that a new one is used.
func (a *App) worker(w http.ResponseWriter, _ *http.Request) error {
	f, err := ui.Dist().Open(path.Base(ui.Asset("visitworker.js")))
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	_, err = io.Copy(w, f)
	return err
}

// mark prints a visit's mark, or "" if it has none.
func mark(v curate.Visit) string {
	if v.Value == 0 {
		return ""
	}
	return strconv.FormatFloat(v.Value, 'f', -1, 64)
}

// named is the name of an answer of the checklist.
func named(answer string) string {
	if answer == "" {
		return "skip"
	}
	return answer
}

// located says that the reviewer gave a position, or "".
func located(p ui.Page, v curate.Visit) string {
	if v.Point == nil {
		return ""
	}
	return p.T("visits.located")
}

// spoken are the words that the page's script says.
var spoken = []string{
	"queued", "waiting", "sending", "signin", "signin.go", "busy", "others", "nothing", "full",
	"saved.title", "saved.line", "sent.title", "sent.line", "refused.title", "refused.line",
	"edit", "edit.busy", "drop", "drop.sure", "again", "photo.drop", "photo.bad", "photo.max", "photo.n", "photos.n", "price.bad",
	"place", "place.why", "place.asking", "place.taken", "place.kept", "place.drop", "place.denied",
	"refused", "refused.photo", "badge.waiting", "badge.refused",
}

// visitWords are those words as JSON: what the page says when the server
// cannot be asked.
func visitWords(p ui.Page) string {
	all := map[string]string{}
	for _, key := range spoken {
		all[key] = p.T("visit." + key)
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic("console: words of a visit: " + err.Error())
	}
	return string(b)
}
