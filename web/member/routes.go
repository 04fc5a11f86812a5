package member

import (
	"slices"

	"citywalk/account"
	"citywalk/web"
)

// Routes is the whole of the app, to be read from top to bottom.
func (a *App) Routes() []web.Route {
	return slices.Concat(a.Edge.SignIn(account.MemberApp, "/"), a.noteRoutes(), []web.Route{
		{Pattern: "GET /{$}", Action: account.ActPublic, Handle: a.home},
		{Pattern: "GET /search", Action: account.ActPublic, Handle: a.explore},
		{Pattern: "GET /suggest", Action: account.ActPublic, Handle: a.suggest},
		{Pattern: "GET /shops/{id}/share", Action: account.ActPublic, Handle: a.sharePage},
		{Pattern: "GET /shops/{id}/share.svg", Action: account.ActPublic, Handle: a.shareImage},
		{Pattern: "GET /pictures/shops/{shop}", Action: account.ActPublic, Class: web.Export, Handle: a.shopPicture},
		{Pattern: "GET /manifest.webmanifest", Action: account.ActPublic, Handle: a.manifest},
		{Pattern: "GET /icons/{icon}", Action: account.ActPublic, Handle: a.icon},
		{Pattern: "GET /worker.js", Action: account.ActPublic, Handle: a.worker},
		{Pattern: "GET /offline", Action: account.ActPublic, Handle: a.offline},
		{Pattern: "GET /map", Action: account.ActPublic, Handle: a.mapPage},
		{Pattern: "GET /map/shops.geojson", Action: account.ActPublic, Handle: a.mapShops},
		{Pattern: "GET /map/base.geojson", Action: account.ActPublic, Handle: a.mapBase},
		{Pattern: "GET /shops/{id}", Action: account.ActPublic, Handle: a.shopPage},
		{Pattern: "GET /lists", Action: account.ActPublic, Handle: a.lists},
		{Pattern: "GET /shops/{id}/places", Action: account.ActPublic, Handle: a.listHistory},
		{Pattern: "GET /rules/curation", Action: account.ActPublic, Handle: a.rules},
		{Pattern: "GET /rules/lists", Action: account.ActPublic, Handle: a.listRules},

		{Pattern: "GET /card", Action: account.ActPublic, Class: web.Scan, Handle: a.card},
		{Pattern: "POST /card/code", Action: account.ActMemberUse, Class: web.Scan, Handle: a.code},
		{Pattern: "GET /card/live", Action: account.ActMemberUse, Class: web.Scan, Handle: a.cardLive},
		{Pattern: "POST /card/wish", Action: account.ActMemberUse, Handle: a.wish},
		{Pattern: "POST /card/unwish", Action: account.ActMemberUse, Handle: a.unwish},
		{Pattern: "POST /buy/{plan}", Action: account.ActMemberUse, Handle: a.buy},
		{Pattern: "GET /passes/{id}", Action: account.ActMemberUse, Class: web.Change, Handle: a.passPage},
		{Pattern: "GET /passes/{id}/live", Action: account.ActMemberUse, Class: web.Change, Handle: a.passLive},
		{Pattern: "GET /passes/{id}/refund", Action: account.ActMemberUse, Handle: a.refundPage},
		{Pattern: "POST /passes/{id}/refund", Action: account.ActMemberUse, Handle: a.refund},

		{Pattern: "GET /s/{number}", Action: account.ActMemberUse, Class: web.Scan, Handle: a.sign},
		{Pattern: "POST /s/{number}", Action: account.ActMemberUse, Class: web.Scan, Handle: a.estimate},
		{Pattern: "POST /s/{number}/pay", Action: account.ActMemberUse, Class: web.Pay, Handle: a.request},
		{Pattern: "GET /pay/{id}", Action: account.ActMemberUse, Class: web.Pay, Handle: a.pay},
		{Pattern: "GET /pay/{id}/live", Action: account.ActMemberUse, Class: web.Pay, Handle: a.payLive},
		{Pattern: "POST /pay/{id}/confirm", Action: account.ActMemberUse, Class: web.Pay, Handle: a.confirm},
		{Pattern: "POST /pay/{id}/dispute", Action: account.ActMemberUse, Class: web.Pay, Handle: a.dispute},
		{Pattern: "POST /pay/{id}/cancel", Action: account.ActMemberUse, Class: web.Pay, Handle: a.cancel},

		{Pattern: "GET /receipts", Action: account.ActMemberUse, Handle: a.receipts},
		{Pattern: "GET /r/{id}", Action: account.ActMemberUse, Handle: a.receipt},
		{Pattern: "GET /uses.csv", Action: account.ActMemberUse, Class: web.Export, Handle: a.uses},

		{Pattern: "GET /me", Action: account.ActMemberUse, Handle: a.me},
		{Pattern: "GET /me/places", Action: account.ActMemberUse, Handle: a.places},
		{Pattern: "POST /me/places", Action: account.ActMemberUse, Handle: a.keepPlace},
		{Pattern: "POST /me/places/drop", Action: account.ActMemberUse, Handle: a.dropPlaces},
		{Pattern: "GET /me/places.json", Action: account.ActMemberUse, Class: web.Export, Handle: a.placesFile},
		{Pattern: "POST /me/name", Action: account.ActMemberUse, Handle: a.rename},
		{Pattern: "POST /me/sessions/{id}/end", Action: account.ActMemberUse, Handle: a.endSession},
		{Pattern: "POST /me/agreement/end", Action: account.ActMemberUse, Handle: a.endAgreement},
	})
}

// noteRoutes are those of what members write and do with it.
func (a *App) noteRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /shops/{id}/note", Action: account.ActMemberUse, Handle: a.askNote},
		{Pattern: "POST /shops/{id}/note", Action: account.ActMemberUse, Class: web.Export, Handle: a.writeNote},
		{Pattern: "POST /shops/{id}/save", Action: account.ActMemberUse, Handle: a.saveShop},
		{Pattern: "POST /shops/{id}/follow", Action: account.ActMemberUse, Handle: a.followShop},
		{Pattern: "GET /notes", Action: account.ActPublic, Handle: a.feed},
		{Pattern: "GET /notes/{id}", Action: account.ActPublic, Handle: a.notePublic},
		{Pattern: "GET /pictures/notes/{note}", Action: account.ActPublic, Class: web.Export, Handle: a.notePicture},
		{Pattern: "GET /notes/photos/{picture}", Action: account.ActPublic, Handle: a.notePhoto},
		{Pattern: "POST /notes/{id}/like", Action: account.ActMemberUse, Handle: a.likeNote},
		{Pattern: "POST /notes/{id}/save", Action: account.ActMemberUse, Handle: a.saveNote},
		{Pattern: "POST /notes/{id}/comments", Action: account.ActMemberUse, Handle: a.addComment},
		{Pattern: "POST /notes/{id}/delete", Action: account.ActMemberUse, Handle: a.dropNote},
		{Pattern: "POST /comments/{comment}/delete", Action: account.ActMemberUse, Handle: a.dropComment},
		{Pattern: "GET /report/{thing}", Action: account.ActMemberUse, Handle: a.reportForm},
		{Pattern: "POST /report/{thing}", Action: account.ActMemberUse, Handle: a.report},
		{Pattern: "POST /appeal/{thing}", Action: account.ActMemberUse, Handle: a.appealHidden},
		{Pattern: "POST /asks/{id}/dismiss", Action: account.ActMemberUse, Handle: a.dismissAsk},
		{Pattern: "GET /saved", Action: account.ActMemberUse, Handle: a.saved},
		{Pattern: "GET /me/notes", Action: account.ActMemberUse, Handle: a.mine},
		{Pattern: "POST /me/notes/name", Action: account.ActMemberUse, Handle: a.signNotes},
	}
}

// Mount adds the app to the edge.
func (a *App) Mount(e *web.Edge) {
	e.Mount(web.App{Name: account.MemberApp, Base: "/", SignIn: "/signin", Words: Words(), Tabs: tabs}, a.Routes()...)
}
