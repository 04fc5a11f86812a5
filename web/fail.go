package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/web/ui"
)

// A turn is an error with the button that its page shows.
type turn struct {
	error
	label, href string
}

func (t turn) Unwrap() error { return t.error }

// Next gives the refusal page of err its button: where the reader goes on.
func Next(err error, label, href string) error {
	if err == nil {
		return nil
	}
	return turn{err, label, href}
}

// wantsPage reports whether a person will see the answer, rather than script
// or a device.
func wantsPage(r *http.Request) bool {
	if app := state(r).app; app != nil && app.Name == account.APIApp {
		return false
	}
	accept := r.Header.Get("Accept")
	return !strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/event-stream") && !isFragment(r)
}

func isFragment(r *http.Request) bool { return r.Header.Get("X-Fragment") != "" }

// wantsJSON reports whether the answer is read by a program.
func wantsJSON(r *http.Request) bool {
	app := state(r).app
	return app != nil && app.Name == account.APIApp || strings.Contains(r.Header.Get("Accept"), "application/json")
}

// fail answers with err: its status, and its page, fragment or problem.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	s := state(r)
	if clientGone(r, err) {
		s.fault = "web.client_gone"
		return
	}
	f := Fault(err)
	if s.app != nil && errors.Is(err, db.ErrFenced) {
		f = Closed(s.app.Name)
	}
	status := http.StatusInternalServerError
	if f != nil {
		status, s.fault = statusOf(f), f.Code
		if n := RetryAfter(f); n > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(n))
		}
	}
	if _, isFault := fault.From(err); !isFault {
		s.err = err
	}
	if rec, ok := w.(*recorder); ok && rec.code != 0 {
		return // The answer is on its way; the log says what happened.
	}
	w.Header().Del("Content-Disposition")
	w.Header().Set("Cache-Control", "no-store")
	if wantsJSON(r) {
		writeProblem(w, r, status, f)
		return
	}
	p := Page(r)
	p.Live, p.Islands, p.Bare = "", nil, true
	refused := refusal(r, p, err, f)
	p.Title = refused.Sentence
	if renderErr := Render(w, r, status, ui.RefusalPage(p, refused)); renderErr != nil {
		s.err = errors.Join(err, renderErr)
		http.Error(w, refused.Sentence, status)
	}
}

// refusal is what the page says: sentence, move and one button.
func refusal(r *http.Request, p ui.Page, err error, f *fault.Error) ui.Refused {
	out := ui.Refused{Sentence: p.T("ui.broken"), Move: fault.Us, Request: RequestID(r), Code: "web.broken"}
	if f != nil {
		out = ui.Refused{Sentence: f.Say(p.Lang), Move: f.Move, Code: f.Code}
		switch f.Kind {
		case fault.SignedOut:
			out.Move = "" // The button says it; "the member's move" would be wrong at a till.
		case fault.NotFound, fault.Invalid, fault.Unsupported, fault.TooLarge:
			if f.Move == fault.Us {
				out.Move = "" // An address was wrong, whoever made it: nothing is being done, and the button leads on.
			}
		}
		if f.Move == fault.Us && f.Kind == fault.Unavailable {
			out.Request = RequestID(r)
		}
	}
	var t turn
	if errors.As(err, &t) {
		out.Label, out.Href = t.label, t.href
		return out
	}
	app := state(r).app
	switch {
	case app != nil && f != nil && f.Kind == fault.SignedOut && app.SignIn != "":
		out.Label, out.Href = p.T("ui.signin"), app.SignIn
	case f != nil && f.Kind == fault.Invalid && r.Method == http.MethodGet:
		out.Label, out.Href = p.T("ui.home"), p.Base // The same address would be refused again.
	case f != nil && (f.Kind == fault.NotFound || f.Kind == fault.Denied || f.Kind == fault.Unsupported):
		out.Label, out.Href = p.T("ui.home"), p.Base
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		out.Label, out.Href = p.T("ui.again"), r.URL.RequestURI()
	default:
		out.Label, out.Href = p.T("ui.back"), cameFrom(r, p.Base)
	}
	return out
}

// cameFrom is the page of ours that held the form, or otherwise.
func cameFrom(r *http.Request, otherwise string) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return otherwise
	}
	return Local(u.RequestURI(), otherwise)
}

// A problemBody is a refusal as devices read it (RFC 9457). They act on Code.
type problemBody struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Code       string `json:"code"`
	Move       string `json:"move"`
	Field      string `json:"field,omitempty"`
	RetryAfter int    `json:"retry_after,omitempty"`
	Request    string `json:"request_id"`
}

func writeProblem(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	body := problemBody{Status: status, Code: "web.broken", Move: string(fault.Us), Request: RequestID(r)}
	if f != nil {
		body.Title, body.Code, body.Move, body.Field = f.Say(state(r).lang), f.Code, string(f.Move), f.Field
		body.RetryAfter = RetryAfter(f)
	} else {
		body.Title = ui.Shared().Say(state(r).lang, "ui.broken")
	}
	body.Type = "urn:citywalk:fault:" + body.Code
	b, err := json.Marshal(body)
	if err != nil {
		panic("web: problem: " + err.Error())
	}
	write(w, r, status, "application/problem+json", b)
}
