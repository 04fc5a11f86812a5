package member

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"citywalk/community"
	"citywalk/web"
	"citywalk/web/ui"
)

// thingID is what the path names: a note, a comment or an answer.
func thingID(r *http.Request) (string, error) {
	prefix, _, _ := strings.Cut(r.PathValue("thing"), "_")
	switch prefix {
	case "nte", "com", "ans":
		return web.ID(r, "thing", prefix)
	}
	return "", web.ErrNowhere
}

// reportForm is where a member says what is wrong with something.
func (a *App) reportForm(w http.ResponseWriter, r *http.Request) error {
	id, err := thingID(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, reportPage(a.reportHead(r), id, ui.Form{}))
}

// report keeps what a member says against something.
func (a *App) report(w http.ResponseWriter, r *http.Request) error {
	id, err := thingID(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	err = a.Community.Report(r.Context(), web.Session(r), id, community.Reason(f.Value("reason", "")), f.Value("words", ""))
	if err == nil {
		back := feedPath
		if strings.HasPrefix(id, "nte_") {
			back = feedPath + "/" + id // Where he was reading.
		}
		return web.SeeAndSay(w, r, back, "say.reported")
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		return reportPage(a.reportHead(r), id, f)
	})
}

func (a *App) reportHead(r *http.Request) ui.Page {
	p := a.page(r, "report.title", "tab.explore")
	p.Tabs = nil // What is pressed stands where the tabs are.
	return p
}
