package console

import (
	"slices"

	"citywalk/account"
	"citywalk/discover"
	"citywalk/web"
)

// Routes is the whole of the app, to be read from top to bottom.
func (a *App) Routes() []web.Route {
	return slices.Concat(a.Edge.SignIn(account.ConsoleApp, "/console/"), a.curationRoutes(), a.visitRoutes(), a.caseRoutes(), a.coverageRoutes(), a.planningRoutes(), []web.Route{
		{Pattern: "GET /console/join/{token}", Action: account.ActPublic, Handle: a.invitation},
		{Pattern: "POST /console/join/{token}", Action: account.ActMemberUse, Handle: a.join},

		{Pattern: "GET /console/{$}", Action: account.ActMemberUse, Handle: a.home},
		{Pattern: "GET /console/live", Action: account.ActMerchantRead, Handle: a.homeLive},

		{Pattern: "GET /console/shops", Action: account.ActMerchantRead, Handle: a.shops},
		{Pattern: "GET /console/shops.csv", Action: account.ActMerchantRead, Class: web.Export, Handle: a.shopsFile},
		{Pattern: "GET /console/shops/add", Action: account.ActConsoleWrite, Handle: a.addForm},
		{Pattern: "POST /console/shops/add", Action: account.ActConsoleWrite, Handle: a.addShop},
		{Pattern: "GET /console/shops/import", Action: account.ActConsoleWrite, Handle: a.importForm},
		{Pattern: "POST /console/shops/import", Action: account.ActConsoleWrite, Class: web.Export, Handle: a.importFile},
		{Pattern: "GET /console/shops/{shop}", Action: account.ActMerchantRead, Handle: a.shop},
		{Pattern: "GET /console/shops/{shop}/about", Action: account.ActMerchantWrite, Handle: a.about},
		{Pattern: "POST /console/shops/{shop}/about", Action: account.ActMerchantWrite, Handle: a.describe},
		{Pattern: "POST /console/shops/{shop}/assign", Action: account.ActConsoleWrite, Handle: a.assign},
		{Pattern: "POST /console/shops/{shop}/open", Action: account.ActMerchantWrite, Handle: a.open},
		{Pattern: "GET /console/shops/{shop}/pause", Action: account.ActMerchantWrite, Handle: a.pausing},
		{Pattern: "POST /console/shops/{shop}/pause", Action: account.ActMerchantWrite, Handle: a.pause},
		{Pattern: "POST /console/shops/{shop}/resume", Action: account.ActMerchantWrite, Handle: a.resume},
		{Pattern: "GET /console/shops/{shop}/leave", Action: account.ActMerchantWrite, Handle: a.leaving},
		{Pattern: "POST /console/shops/{shop}/leave", Action: account.ActMerchantWrite, Handle: a.leave},
		{Pattern: "GET /console/shops/{shop}/terms", Action: account.ActMerchantWrite, Handle: a.terms},
		{Pattern: "POST /console/shops/{shop}/terms", Action: account.ActMerchantWrite, Handle: a.setTerms},
		{Pattern: "GET /console/shops/{shop}/offers", Action: account.ActMerchantWrite, Handle: a.offers},
		{Pattern: "POST /console/shops/{shop}/offers", Action: account.ActMerchantWrite, Handle: a.addOffer},
		{Pattern: "POST /console/shops/{shop}/offers/{offer}/end", Action: account.ActMerchantWrite, Handle: a.endOffer},
		{Pattern: "POST /console/shops/{shop}/team", Action: account.ActMerchantWrite, Handle: a.inviteStaff},
		{Pattern: "GET /console/shops/{shop}/team/{person}", Action: account.ActMerchantWrite, Handle: a.staff},
		{Pattern: "POST /console/shops/{shop}/team/{person}", Action: account.ActMerchantWrite, Handle: a.dismissStaff},
		{Pattern: "GET /console/shops/{shop}/dossier", Action: account.ActMerchantRead, Handle: a.dossier},
		{Pattern: "POST /console/shops/{shop}/appeal", Action: account.ActMerchantWrite, Handle: a.appeal},
		{Pattern: "GET /console/shops/{shop}/sign", Action: account.ActMerchantRead, Handle: a.sign},
		{Pattern: "GET /console/shops/{shop}/sign.svg", Action: account.ActMerchantRead, Handle: a.signFile},

		{Pattern: "GET /console/merchants", Action: account.ActConsoleRead, Handle: a.merchants},
		{Pattern: "POST /console/merchants", Action: account.ActConsoleWrite, Handle: a.addMerchant},
		{Pattern: "GET /console/merchants/{merchant}", Action: account.ActMerchantRead, Handle: a.merchant},
		{Pattern: "POST /console/merchants/{merchant}/team", Action: account.ActConsoleWrite, Handle: a.inviteMerchant},
		{Pattern: "GET /console/merchants/{merchant}/team/{person}", Action: account.ActConsoleWrite, Handle: a.owner},
		{Pattern: "POST /console/merchants/{merchant}/team/{person}", Action: account.ActConsoleWrite, Handle: a.dismissOwner},

		{Pattern: "GET /console/members", Action: account.ActConsoleRead, Handle: a.members},
		{Pattern: "POST /console/members/find", Action: account.ActConsoleRead, Class: web.Browse, Handle: a.findMember},
		{Pattern: "GET /console/members/{person}", Action: account.ActConsoleRead, Handle: a.member},
		{Pattern: "GET /console/passes", Action: account.ActConsoleRead, Handle: a.passes},

		{Pattern: "GET /console/redemptions", Action: account.ActMerchantRead, Handle: a.redemptions},
		{Pattern: "GET /console/redemptions.csv", Action: account.ActMerchantRead, Class: web.Export, Handle: a.redemptionsFile},
		{Pattern: "GET /console/redemptions/{redemption}", Action: account.ActMerchantRead, Handle: a.redemption},
		{Pattern: "GET /console/redemptions/{redemption}/live", Action: account.ActMerchantRead, Handle: a.redemptionLive},
		{Pattern: "POST /console/redemptions/{redemption}/undo", Action: account.ActMerchantWrite, Class: web.Pay, Handle: a.undo},

		{Pattern: "GET /console/statements", Action: account.ActMerchantRead, Handle: a.statements},
		{Pattern: "GET /console/statements.csv", Action: account.ActMerchantRead, Class: web.Export, Handle: a.statementsFile},
		{Pattern: "GET /console/statements/{merchant}/{day}", Action: account.ActMerchantRead, Handle: a.statement},
		{Pattern: "GET /console/statements/{merchant}/{day}/csv", Action: account.ActMerchantRead, Class: web.Export, Handle: a.statementFile},
		{Pattern: "GET /console/trial", Action: account.ActConsoleRead, Handle: a.trial},
		{Pattern: "GET /console/trial.csv", Action: account.ActConsoleRead, Class: web.Export, Handle: a.trialFile},
		{Pattern: "GET /console/entries", Action: account.ActConsoleRead, Handle: a.entries},
		{Pattern: "GET /console/entries.csv", Action: account.ActConsoleRead, Class: web.Export, Handle: a.entriesFile},
		{Pattern: "GET /console/entries/{key...}", Action: account.ActConsoleRead, Handle: a.entry},
		{Pattern: "GET /console/proof", Action: account.ActConsoleRead, Class: web.Export, Handle: a.proof},

		{Pattern: "GET /console/jobs", Action: account.ActConsoleRead, Handle: a.jobs},
		{Pattern: "POST /console/jobs/{job}/rerun", Action: account.ActConsoleWrite, Handle: a.rerun},
		{Pattern: "GET /console/audit", Action: account.ActConsoleRead, Handle: a.audit},
		{Pattern: "GET /console/audit/proof", Action: account.ActConsoleRead, Class: web.Export, Handle: a.auditProof},
		{Pattern: "GET /console/plans", Action: account.ActConsoleRead, Handle: a.plans},
		{Pattern: "GET /console/plans/{code}", Action: account.ActConsoleWrite, Handle: a.plan},
		{Pattern: "POST /console/plans", Action: account.ActConsoleWrite, Handle: a.setPlan},
		{Pattern: "GET /console/access", Action: account.ActConsoleWrite, Handle: a.access},
		{Pattern: "POST /console/access", Action: account.ActConsoleWrite, Handle: a.inviteOperator},
	})
}

// curationRoutes are those of the list and of what is decided about shops.
func (a *App) curationRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /console/curation", Action: account.ActConsoleRead, Handle: a.curation},
		{Pattern: "GET /console/curation.csv", Action: account.ActConsoleRead, Class: web.Export, Handle: a.curationFile},
		{Pattern: "GET /console/curation/waiting", Action: account.ActConsoleRead, Handle: a.waiting},
		{Pattern: "POST /console/curation/waiting/{note}", Action: account.ActConsoleWrite, Handle: a.linkNote},
		{Pattern: "POST /console/curation/fit", Action: account.ActConsoleWrite, Handle: a.fit},
		{Pattern: "GET /console/curation/shops/{shop}", Action: account.ActConsoleRead, Handle: a.review},
		{Pattern: "POST /console/curation/shops/{shop}/decide", Action: account.ActConsoleWrite, Handle: a.decide},
		{Pattern: "POST /console/curation/shops/{shop}/decisions/{decision}/confirm", Action: account.ActConsoleWrite, Handle: a.confirmDecision},
		{Pattern: "POST /console/curation/shops/{shop}/decisions/{decision}/reject", Action: account.ActConsoleWrite, Handle: a.rejectDecision},
		{Pattern: "POST /console/curation/shops/{shop}/appeals/{appeal}", Action: account.ActConsoleWrite, Handle: a.judge},
		{Pattern: "POST /console/curation/shops/{shop}/notes/{note}/label", Action: account.ActConsoleWrite, Handle: a.label},
	}
}

// coverageRoutes are those of where the card is of use, and is sold.
func (a *App) coverageRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /console/coverage", Action: account.ActConsoleRead, Handle: a.coverage},
		{Pattern: "GET /console/coverage/gates/{gate}", Action: account.ActConsoleRead, Handle: a.gatePage},
		{Pattern: "POST /console/coverage/gates", Action: account.ActConsoleWrite, Handle: a.setGate},
		{Pattern: "POST /console/coverage/gates/{gate}/end", Action: account.ActConsoleWrite, Handle: a.endGate},
		{Pattern: "GET /console/coverage/alarms/{alarm}", Action: account.ActConsoleRead, Handle: a.coverAlarm},
		{Pattern: "POST /console/coverage/alarms/{alarm}/extend", Action: account.ActConsoleWrite, Handle: a.extend},
	}
}

// planningRoutes are those of which shops to sign next.
func (a *App) planningRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /console/coverage/plan", Action: account.ActConsoleRead, Handle: a.planning},
		{Pattern: "POST /console/coverage/plan", Action: account.ActConsoleWrite, Handle: a.startPlanning},
		{Pattern: "GET /console/coverage/plan/{cover}", Action: account.ActConsoleRead, Handle: a.planned},
		{Pattern: "GET /console/coverage/plan/{cover}/live", Action: account.ActConsoleRead, Handle: a.plannedLive},
		{Pattern: "GET /console/coverage/plan/{cover}/map", Action: account.ActConsoleRead, Handle: a.plannedMap},
		{Pattern: "POST /console/coverage/plan/{cover}/stop", Action: account.ActConsoleWrite, Handle: a.stopPlanning},
		{Pattern: "GET /console/coverage/plan/{cover}/next.csv", Action: account.ActConsoleRead, Class: web.Export,
			Handle: a.plannedFile(discover.CoverCSV, "text/csv; charset=utf-8", "next.csv")},
		{Pattern: "GET /console/coverage/plan/{cover}/map.geojson", Action: account.ActConsoleRead, Class: web.Export,
			Handle: a.plannedFile(discover.CoverGeoJSON, "application/geo+json", "map.geojson")},
		{Pattern: "GET /console/coverage/plan/{cover}/certificate.jsonl", Action: account.ActConsoleRead, Class: web.Export,
			Handle: a.plannedFile(discover.CoverCertificate, "application/jsonl", "certificate.jsonl")},
	}
}

// visitRoutes are those of visits to shops.
func (a *App) visitRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /console/curation/shops/{shop}/visit", Action: account.ActConsoleWrite, Handle: a.visitForm},
		{Pattern: "POST /console/curation/shops/{shop}/visit", Action: account.ActConsoleWrite, Class: web.Export, Handle: a.addVisit},
		{Pattern: "GET /console/curation/visits", Action: account.ActConsoleWrite, Handle: a.visits},
		{Pattern: "POST /console/curation/visits", Action: account.ActConsoleWrite, Handle: a.sendVisit},
		{Pattern: "POST /console/curation/visits/{visit}/photos", Action: account.ActConsoleWrite, Class: web.Export, Handle: a.sendPhoto},
		{Pattern: "GET /console/curation/photos/{photo}", Action: account.ActConsoleRead, Handle: a.photo},
		{Pattern: "GET /console/curation/worker.js", Action: account.ActPublic, Handle: a.worker},
	}
}

// Mount adds the app to the edge.
func (a *App) Mount(e *web.Edge) {
	e.Mount(web.App{Name: account.ConsoleApp, Base: "/console/", SignIn: "/console/signin", Words: Words(), Tabs: menu}, a.Routes()...)
}
