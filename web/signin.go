package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/web/ui"
)

// SignIn is the routes by which people sign in to an app and out of it: a
// phone number, a one-time code, and back to where they were.
func (e *Edge) SignIn(app account.App, base string) []Route {
	return []Route{
		{"GET " + base + "signin", account.ActPublic, Change, e.askPhone},
		{"POST " + base + "signin", account.ActPublic, Change, e.sendCode},
		{"POST " + base + "signin/code", account.ActPublic, Change, e.enterCode(app)},
		{"POST " + base + "signout", account.ActPublic, Change, e.signOut(app)},
	}
}

// signInPage is a page with one thing to do and nothing else.
func signInPage(r *http.Request, title string) ui.Page {
	p := Page(r)
	p.Title, p.Bare = p.T(title), true
	return p
}

// signInLine tells whoever was signed in before that this is over, so that he
// does not wonder why he is asked again.
func (e *Edge) signInLine(r *http.Request) string {
	if e.token(r, state(r).app.Name) != "" {
		return Page(r).T("ui.signin.over")
	}
	return Page(r).T("ui.signin.line")
}

func (e *Edge) askPhone(w http.ResponseWriter, r *http.Request) error {
	back := Back(r, r.URL.Query().Get("back"))
	if SignedIn(r) {
		return See(w, r, back)
	}
	e.knowAgain(w, r)
	return Render(w, r, http.StatusOK, ui.PhonePage(signInPage(r, "ui.signin.title"), e.signInLine(r), ui.Form{}, back))
}

// sendCode sends a code and asks for it. Known and unknown numbers get the
// same page.
func (e *Edge) sendCode(w http.ResponseWriter, r *http.Request) error {
	f, err := Form(r)
	if err != nil {
		return err
	}
	back := Back(r, f.Value("back", ""))
	asked, err := e.opts.Account.Challenge(r.Context(), f.Value("phone", ""), Client(r))
	if err != nil {
		return Again(w, r, err, f, func(f ui.Form) templ.Component {
			return ui.PhonePage(signInPage(r, "ui.signin.title"), e.signInLine(r), f, back)
		})
	}
	f.Values.Set("challenge", asked.Challenge)
	p := signInPage(r, "ui.signin.code.title")
	notice := ""
	if asked.Notice != nil {
		notice = asked.Notice.Say(p.Lang)
	}
	return Render(w, r, http.StatusOK, ui.CodePage(p, f, notice, back))
}

// enterCode meets the challenge and leads back.
func (e *Edge) enterCode(app account.App) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := Form(r)
		if err != nil {
			return err
		}
		back := Back(r, f.Value("back", ""))
		c := Client(r)
		if _, token, ok := strings.Cut(back, "/join/"); ok {
			c.Invitation = token
		}
		token, _, err := e.opts.Account.SignIn(r.Context(), f.Value("challenge", ""), f.Value("code", ""), app, c)
		if err != nil {
			return Again(w, r, err, f, func(f ui.Form) templ.Component {
				return ui.CodePage(signInPage(r, "ui.signin.code.title"), f, "", back)
			})
		}
		Keep(w, r, app, token)
		return See(w, r, back)
	}
}

func (e *Edge) signOut(app account.App) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if SignedIn(r) {
			if err := e.opts.Account.SignOut(r.Context(), Session(r)); err != nil {
				return err
			}
		}
		Drop(w, r, app)
		return See(w, r, Page(r).Base)
	}
}
