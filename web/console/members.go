package console

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/web"
	"citywalk/web/ui"
)

// members lists people, newest first. A name is looked for in the address; a
// phone number never gets there (findMember).
func (a *App) members(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	name, after := strings.TrimSpace(q.Get("q")), q.Get("after")
	if _, err := account.ParsePhone(name); err == nil {
		return web.See(w, r, "/console/members") // Without the number: addresses are kept, and shown again.
	}
	all, err := a.Account.People(r.Context(), web.Session(r), name, after, rowsMax)
	if err != nil {
		return err
	}
	first, next := "", ""
	if after != "" {
		first = at("/console/members", "q", name)
	}
	if len(all) == rowsMax {
		next = at("/console/members", "q", name, "after", string(all[len(all)-1].ID))
	}
	f := ui.Form{Values: map[string][]string{"q": {name}}}
	return web.Render(w, r, http.StatusOK, a.membersPage(a.page(r, "tab.members", "tab.members"), all, f, first, next))
}

// findMember leads to the one member of a phone number, or to the list of a
// name.
func (a *App) findMember(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	asked := strings.TrimSpace(f.Value("q", ""))
	f.Values.Del("q") // A number is not shown again, whatever is wrong with it.
	if _, err := account.ParsePhone(asked); err != nil {
		if digits(asked) >= 7 {
			return web.Again(w, r, account.ErrPhone.In("q"), f, func(f ui.Form) templ.Component {
				return a.membersPage(a.page(r, "tab.members", "tab.members"), nil, f, "", "")
			})
		}
		return web.See(w, r, at("/console/members", "q", asked))
	}
	found, err := a.Account.People(r.Context(), web.Session(r), asked, "", 1)
	if err == nil && len(found) == 0 {
		err = account.ErrPerson.In("q")
	}
	if err == nil {
		return web.See(w, r, "/console/members/"+string(found[0].ID))
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		return a.membersPage(a.page(r, "tab.members", "tab.members"), nil, f, "", "")
	})
}

// digits counts the digits of a text.
func digits(s string) (n int) {
	for _, c := range s {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// A holder is a member with what is known of the card.
type holder struct {
	account.Person
	Passes []pass.Pass
	Uses   []redeem.Redemption
}

func (a *App) member(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "person", "per")
	if err != nil {
		return err
	}
	var h holder
	if h.Person, err = a.findPerson(r, account.ID(id)); err != nil {
		return err
	}
	if h.Passes, err = a.Pass.Of(r.Context(), web.Session(r), h.ID); err != nil {
		return err
	}
	if h.Uses, err = a.Redeem.List(r.Context(), web.Session(r), redeem.Filter{Person: h.ID, Limit: 20}); err != nil {
		return err
	}
	p := a.page(r, "tab.members", "tab.members")
	p.Title = personName(h.Person)
	return web.Render(w, r, http.StatusOK, a.memberPage(p, h))
}

// passLook is how a pass's state is meant.
func passLook(s pass.State) string {
	switch s {
	case pass.Active:
		return ui.Good
	case pass.Ordered, pass.Refunding:
		return ui.Wait
	}
	return ui.Plain
}

// passName is what a pass is called in the page's language.
func passName(p ui.Page, x pass.Pass) string {
	if p.Zh() {
		return x.Zh
	}
	return x.En
}

// lastDay is the last day on which a pass is valid.
func (a *App) lastDay(p ui.Page, x pass.Pass) string {
	if x.Until == "" {
		return ""
	}
	return a.date(p, x.Until.Next(-1))
}

// last are the four digits of a pass's number that people see.
func last(number string) string { return number[max(0, len(number)-4):] }
