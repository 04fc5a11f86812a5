package till

import (
	"citywalk/account"
	"citywalk/web"
)

// Routes is the whole of the app, to be read from top to bottom.
func (a *App) Routes() []web.Route {
	return append(a.Edge.SignIn(account.TillApp, "/till/"), []web.Route{
		{Pattern: "GET /till/join/{token}", Action: account.ActPublic, Handle: a.invitation},
		{Pattern: "POST /till/join/{token}", Action: account.ActMemberUse, Handle: a.join},
		{Pattern: "GET /till/{$}", Action: account.ActMemberUse, Class: web.Scan, Handle: a.shops},

		{Pattern: "GET /till/shops/{shop}", Action: account.ActTillUse, Class: web.Scan, Handle: a.camera},
		{Pattern: "GET /till/shops/{shop}/type", Action: account.ActTillUse, Class: web.Scan, Handle: a.typing},
		{Pattern: "POST /till/shops/{shop}/scan", Action: account.ActTillUse, Class: web.Pay, Handle: a.scan},
		{Pattern: "GET /till/shops/{shop}/today", Action: account.ActTillUse, Handle: a.today},
		{Pattern: "GET /till/shops/{shop}/live", Action: account.ActTillUse, Class: web.Scan, Handle: a.requestsLive},

		{Pattern: "GET /till/bills/{bill}", Action: account.ActTillUse, Class: web.Pay, Handle: a.bill},
		{Pattern: "GET /till/bills/{bill}/live", Action: account.ActTillUse, Class: web.Pay, Handle: a.billLive},
		{Pattern: "POST /till/bills/{bill}/price", Action: account.ActTillUse, Class: web.Pay, Handle: a.price},
		{Pattern: "GET /till/bills/{bill}/change", Action: account.ActTillUse, Class: web.Pay, Handle: a.change},
		{Pattern: "POST /till/bills/{bill}/accept", Action: account.ActTillUse, Class: web.Pay, Handle: a.accept},
		{Pattern: "POST /till/bills/{bill}/decline", Action: account.ActTillUse, Class: web.Pay, Handle: a.decline},
		{Pattern: "POST /till/bills/{bill}/undo", Action: account.ActTillUse, Class: web.Pay, Handle: a.undo},
		{Pattern: "GET /till/bills/{bill}/record", Action: account.ActTillUse, Handle: a.record},
	}...)
}

// Mount adds the app to the edge.
func (a *App) Mount(e *web.Edge) {
	e.Mount(web.App{Name: account.TillApp, Base: "/till/", SignIn: "/till/signin", Words: Words()}, a.Routes()...)
}
