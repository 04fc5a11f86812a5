package web

import (
	"net/http"

	"citywalk/web/ui"
)

// guide shows the parts of ui on one page, in demonstrations only.
func guide(w http.ResponseWriter, r *http.Request) {
	show := r.URL.Query().Get("show")
	p := Page(r)
	switch show {
	case "scan", "till", "wait":
		p.App, p.Place, p.Islands = ui.Till, "阿娘面馆", []string{"till"}
		Allow(w, r, Camera)
	case "console":
		p.App = ui.Console
	case "confirm", "paid", "refused":
		p.Bare = true
	}
	p.Tabs = ui.GuideTabs(p.App)
	p.Tab = "ui.code"
	if err := Render(w, r, http.StatusOK, ui.Guide(p, show)); err != nil {
		fail(w, r, err)
	}
}
