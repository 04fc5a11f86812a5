package console

import (
	"net/http"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A letter is an invitation to hand over: its link is shown once.
type letter struct {
	Title, Line string
	Link        string
	Until       string
	Back        string
}

// hand makes an invitation and shows its link.
func (a *App) hand(w http.ResponseWriter, r *http.Request, g account.Grant, l letter) error {
	in, err := a.Account.Invite(r.Context(), web.Session(r), g)
	if err != nil {
		return web.Next(err, web.Page(r).T("ui.back"), l.Back)
	}
	app := "/console/join/"
	if g.Role == account.Staff {
		app = "/till/join/"
	}
	p := a.page(r, "invite.title", "tab.shops")
	l.Link, l.Until = a.BaseURL+app+in.Token, a.moment(p, in.Expires)
	return web.Render(w, r, http.StatusOK, letterPage(p, l))
}

func (a *App) inviteStaff(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	g := account.Grant{Role: account.Staff, Merchant: string(s.Merchant), Shop: string(s.ID)}
	p := web.Page(r)
	return a.hand(w, r, g, letter{Title: p.T("invite.staff", "shop", s.Name), Line: p.T("invite.staff.line"), Back: shopPath(s.ID)})
}

func (a *App) inviteMerchant(w http.ResponseWriter, r *http.Request) error {
	m, err := a.merchantOf(r)
	if err != nil {
		return err
	}
	g := account.Grant{Role: account.Merchant, Merchant: string(m.ID)}
	p := web.Page(r)
	return a.hand(w, r, g, letter{Title: p.T("invite.merchant", "merchant", m.Name), Line: p.T("invite.merchant.line"), Back: merchantPath(m.ID)})
}

// access is where operators bring in operators and auditors.
func (a *App) access(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, accessPage(a.page(r, "tab.access", "tab.access")))
}

func (a *App) inviteOperator(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	role := account.Role(f.Value("role", ""))
	if role != account.Operator && role != account.Auditor {
		return web.Next(account.ErrGrant, web.Page(r).T("ui.back"), "/console/access")
	}
	p := web.Page(r)
	return a.hand(w, r, account.Grant{Role: role}, letter{Title: p.T("invite." + string(role)), Line: p.T("invite.line." + string(role)), Back: "/console/access"})
}

// A parting is a dismissal that is asked about before it is done.
type parting struct {
	Person account.Person
	Grant  account.Grant
	Place  string
	Path   string // Where it is posted.
	Back   string
}

// leaver returns the person of the path as a member of a team.
func (a *App) leaver(r *http.Request, g account.Grant) (account.Person, error) {
	id, err := web.ID(r, "person", "per")
	if err != nil {
		return account.Person{}, err
	}
	team, err := a.Account.Team(r.Context(), web.Session(r), g.Merchant, g.Shop)
	if err != nil {
		return account.Person{}, err
	}
	for _, one := range team {
		if string(one.ID) == id && one.Has(g) {
			return one, nil
		}
	}
	return account.Person{}, account.ErrNotHeld
}

func (a *App) staffLeaving(r *http.Request) (x parting, err error) {
	s, err := a.shopOf(r)
	if err != nil {
		return x, err
	}
	g := account.Grant{Role: account.Staff, Merchant: string(s.Merchant), Shop: string(s.ID)}
	who, err := a.leaver(r, g)
	return parting{who, g, s.Name, shopPath(s.ID) + "/team/" + string(who.ID), shopPath(s.ID)}, web.Next(err, web.Page(r).T("shop.back"), shopPath(s.ID))
}

func (a *App) ownerLeaving(r *http.Request) (x parting, err error) {
	m, err := a.merchantOf(r)
	if err != nil {
		return x, err
	}
	g := account.Grant{Role: account.Merchant, Merchant: string(m.ID)}
	who, err := a.leaver(r, g)
	return parting{who, g, m.Name, merchantPath(m.ID) + "/team/" + string(who.ID), merchantPath(m.ID)}, web.Next(err, web.Page(r).T("ui.back"), merchantPath(m.ID))
}

func (a *App) staff(w http.ResponseWriter, r *http.Request) error {
	return a.askParting(w, r, a.staffLeaving)
}

func (a *App) owner(w http.ResponseWriter, r *http.Request) error {
	return a.askParting(w, r, a.ownerLeaving)
}

func (a *App) dismissStaff(w http.ResponseWriter, r *http.Request) error {
	return a.part(w, r, a.staffLeaving)
}

func (a *App) dismissOwner(w http.ResponseWriter, r *http.Request) error {
	return a.part(w, r, a.ownerLeaving)
}

func (a *App) askParting(w http.ResponseWriter, r *http.Request, of func(*http.Request) (parting, error)) error {
	x, err := of(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, partingPage(a.page(r, "dismiss.title", "tab.shops"), x))
}

func (a *App) part(w http.ResponseWriter, r *http.Request, of func(*http.Request) (parting, error)) error {
	x, err := of(r)
	if err != nil {
		return err
	}
	if err := a.Account.Dismiss(r.Context(), web.Session(r), x.Person.ID, x.Grant); err != nil {
		return web.Next(err, web.Page(r).T("ui.back"), x.Back)
	}
	return web.SeeAndSay(w, r, x.Back, "say.dismissed")
}

// invitation shows what an invitation's link offers.
func (a *App) invitation(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	in, err := a.Account.Invited(r.Context(), token)
	if err != nil {
		return err
	}
	p := a.page(r, "join.title", "")
	p.Bare = true
	as := p.T("role." + string(in.Grant.Role))
	if in.Grant.Merchant != "" {
		called, err := a.names(r.Context(), shop.MerchantID(in.Grant.Merchant))
		if err != nil {
			return err
		}
		as += " · " + called[shop.MerchantID(in.Grant.Merchant)]
	}
	return web.Render(w, r, http.StatusOK, joinPage(p, as, token, web.SignedIn(r)))
}

// join accepts the invitation and opens what it leads to.
func (a *App) join(w http.ResponseWriter, r *http.Request) error {
	g, err := a.Account.Accept(r.Context(), web.Session(r), r.PathValue("token"))
	if err != nil {
		return err
	}
	if g.Role == account.Staff {
		return web.See(w, r, "/till/shops/"+g.Shop)
	}
	return web.SeeAndSay(w, r, "/console/", "say.joined")
}

// findPerson returns a person for a page of theirs.
func (a *App) findPerson(r *http.Request, id account.ID) (who account.Person, err error) {
	err = a.DB.View(r.Context(), func(tx *db.Tx) error {
		who, err = account.Find(tx, id)
		return err
	})
	return who, err
}

func accessRoles(p ui.Page) []ui.Choice {
	return []ui.Choice{
		{Value: string(account.Auditor), Label: p.T("role.auditor"), Line: p.T("access.auditor")},
		{Value: string(account.Operator), Label: p.T("role.operator"), Line: p.T("access.operator")},
	}
}
