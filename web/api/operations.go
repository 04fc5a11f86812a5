package api

import (
	"net/http"

	"citywalk/account"
	"citywalk/discover"
	"citywalk/web"
)

// operations is the whole API.
func (a *API) operations() {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete

	// People.
	op(a, post, "/challenges", "challenge", "Send a one-time code to a phone number", account.ActPublic, a.challenge)
	op(a, post, "/sessions", "signIn", "Meet a challenge and get a token", account.ActPublic, a.signIn)
	op(a, get, "/sessions", "sessions", "Your open sessions", account.ActMemberUse, a.sessions)
	op(a, del, "/sessions/{id}", "revoke", "End one of your sessions", account.ActMemberUse, a.revoke)
	op(a, put, "/name", "rename", "Set your name", account.ActMemberUse, a.rename)
	op(a, get, "/agreement", "agreement", "Whether you agreed to pay without the cashier", account.ActMemberUse, a.agreement)
	op(a, del, "/agreement", "endAgreement", "Pay at the cashier again", account.ActMemberUse, a.endAgreement)
	op(a, get, "/people", "people", "People by name, newest first", account.ActConsoleRead, a.people)
	op(a, post, "/invitations", "invite", "Invite somebody to a role: a shop's staff, a merchant, an operator, an auditor", account.ActMerchantWrite, a.invite)
	op(a, post, "/invitations/accept", "accept", "Accept an invitation", account.ActMemberUse, a.acceptInvitation)

	op(a, get, "/shops/{shop}/team", "team", "Who works at a shop", account.ActMerchantRead, a.team)
	op(a, del, "/shops/{shop}/team/{person}", "dismiss", "Take somebody out of a shop's staff", account.ActMerchantWrite, a.dismiss)

	// Shops.
	op(a, get, "/shops", "shops", "Find shops near a place or by name", account.ActPublic, a.shops)
	op(a, get, "/search", "search", "Find shops by words, place, hour and price", account.ActPublic, a.search, quick(a.quickSearch))
	op(a, get, "/suggest", "suggest", "Complete what was typed so far", account.ActPublic, a.suggest, quick(a.quickSuggest))
	op(a, get, "/shops/{shop}", "shop", "One shop", account.ActPublic, a.oneShop)
	op(a, get, "/shops/{shop}/dossier", "why", "Why a shop is on the curated list", account.ActPublic, a.why)
	op(a, get, "/lists", "publicList", "A public list of shops, with places and why", account.ActPublic, a.publicList)
	op(a, get, "/shops/{shop}/places", "places", "Which places a shop has and had on the public lists", account.ActPublic, a.places)
	op(a, get, "/signs/{number}", "sign", "The shop of a sign's number", account.ActPublic, a.sign)
	op(a, post, "/shops", "addShop", "Add one shop by hand", account.ActConsoleWrite, a.addShop)
	op(a, put, "/shops/{shop}/description", "describe", "Replace what is said of a shop", account.ActMerchantWrite, a.describe)
	op(a, post, "/imports/shops", "importShops", "Import shops from CSV text", account.ActConsoleWrite, a.importShops, as(web.Export))
	op(a, post, "/merchants", "addMerchant", "Make a merchant", account.ActConsoleWrite, a.addMerchant)
	op(a, get, "/merchants", "merchants", "List merchants", account.ActConsoleRead, a.merchants)
	op(a, put, "/shops/{shop}/merchant", "assign", "Give a shop to a merchant", account.ActConsoleWrite, a.assign)
	op(a, put, "/shops/{shop}/terms", "setTerms", "Replace a shop's terms", account.ActMerchantWrite, a.setTerms)
	op(a, put, "/shops/{shop}/offers", "setOffers", "Replace a shop's own offers", account.ActMerchantWrite, a.setOffers)
	op(a, put, "/shops/{shop}/state", "setState", "Open, pause, resume or leave", account.ActMerchantWrite, a.setState)

	// Passes.
	op(a, get, "/plans", "plans", "Plans on sale", account.ActPublic, a.plans)
	op(a, put, "/plans/{plan}", "setPlan", "Add or change a plan", account.ActConsoleWrite, a.setPlan)
	op(a, post, "/passes", "buy", "Buy a pass", account.ActMemberUse, a.buy)
	op(a, get, "/passes", "passes", "Your passes", account.ActMemberUse, a.passes)
	op(a, get, "/passes/{pass}/refund", "previewRefund", "What a refund would pay now", account.ActMemberUse, a.previewRefund)
	op(a, post, "/passes/{pass}/refund", "refund", "End a pass and get the money back", account.ActMemberUse, a.refund)

	// The till.
	op(a, post, "/codes", "showCode", "A new one-use code for your pass", account.ActMemberUse, a.showCode, as(web.Scan))
	op(a, post, "/shops/{shop}/scans", "scan", "Begin a redemption from a member's code", account.ActTillUse, a.scan, as(web.Pay))
	op(a, post, "/shops/{shop}/estimates", "estimate", "What a bill would come to", account.ActMemberUse, a.estimate, as(web.Scan))
	op(a, post, "/shops/{shop}/requests", "request", "Begin a redemption from the shop's sign", account.ActMemberUse, a.request, as(web.Pay))
	op(a, get, "/shops/{shop}/redemptions", "shopRedemptions", "A shop's redemptions of a day", account.ActTillUse, a.shopRedemptions)
	op(a, post, "/redemptions/{redemption}/quotes", "price", "Quote a bill", account.ActTillUse, a.price, as(web.Pay))
	op(a, post, "/redemptions/{redemption}/confirm", "confirm", "Agree to a quote and pay", account.ActMemberUse, a.confirm, as(web.Pay))
	op(a, post, "/redemptions/{redemption}/dispute", "dispute", "Say that the amount is wrong", account.ActMemberUse, a.dispute, as(web.Pay))
	op(a, post, "/redemptions/{redemption}/accept", "acceptRequest", "Accept a request", account.ActTillUse, a.acceptRequest, as(web.Pay))
	op(a, post, "/redemptions/{redemption}/decline", "decline", "Give up a redemption that is not paid", account.ActMemberUse, a.decline, as(web.Pay))
	op(a, post, "/redemptions/{redemption}/undo", "undo", "Give a redemption back within 15 minutes", account.ActTillUse, a.undo, as(web.Pay))
	op(a, get, "/redemptions/current", "current", "Your redemption that is under way", account.ActMemberUse, a.current, as(web.Pay))
	op(a, get, "/redemptions/{redemption}", "redemption", "One of your redemptions", account.ActMemberUse, a.redemption, as(web.Pay))
	op(a, get, "/redemptions", "redemptions", "Your redemptions", account.ActMemberUse, a.redemptions)
	op(a, get, "/redemptions/{redemption}/receipt", "receipt", "The signed receipt", account.ActMemberUse, a.receipt)

	op(a, get, "/merchants/{merchant}/redemptions", "merchantRedemptions", "A merchant's redemptions", account.ActMerchantRead, a.merchantRedemptions)

	// Books.
	op(a, get, "/statements", "statements", "Statements of a merchant", account.ActMerchantRead, a.statements)
	op(a, get, "/statements/{merchant}/{day}", "statement", "One statement with its lines", account.ActMerchantRead, a.statement)
	op(a, get, "/statements/{merchant}/{day}/csv", "statementFile", "One statement's lines as a CSV file", account.ActMerchantRead, a.statementFile, asFile("text/csv", "UTF-8 with a header row."), as(web.Export))
	op(a, get, "/ledger/trial", "trial", "Trial balance of a day", account.ActConsoleRead, a.trial)
	op(a, get, "/ledger/entries", "entries", "Entries of the ledger", account.ActConsoleRead, a.entries)
	op(a, get, "/ledger/proof", "proof", "Prove the books", account.ActConsoleRead, a.proof, as(web.Export))
	op(a, get, "/jobs", "jobs", "Background work", account.ActConsoleRead, a.jobs)
	op(a, post, "/jobs/{job}/rerun", "rerunJob", "Queue a dead job again", account.ActConsoleWrite, a.rerunJob)
	op(a, get, "/audit", "audit", "The audit, newest first", account.ActConsoleRead, a.audit)

	a.curation()
	a.community()
	a.covering()
}

// curation is what notes and the list are about.
func (a *API) curation() {
	const get, post = http.MethodGet, http.MethodPost

	op(a, post, "/imports/notes", "importNotes", "Take up to 500 notes of a source", account.ActConsoleWrite, a.importNotes, as(web.Export))
	op(a, post, "/imports/comments", "importComments", "Take up to 500 comments on notes of a source", account.ActConsoleWrite, a.importComments, as(web.Export))
	op(a, get, "/curation/candidates", "candidates", "The review queue of a city", account.ActConsoleRead, a.candidates)
	op(a, get, "/curation/shops/{shop}", "dossier", "What was decided about a shop", account.ActConsoleRead, a.dossier)
	op(a, post, "/curation/shops/{shop}/decisions", "decide", "Decide about a shop", account.ActConsoleWrite, a.decide)
	op(a, post, "/curation/decisions/{decision}/confirm", "confirmDecision", "Confirm a colleague's decision", account.ActConsoleWrite, a.confirmDecision)
	op(a, post, "/curation/decisions/{decision}/reject", "rejectDecision", "Reject a colleague's decision", account.ActConsoleWrite, a.rejectDecision)
	op(a, post, "/curation/appeals/{appeal}/judge", "judge", "Answer an appeal", account.ActConsoleWrite, a.judge)
	op(a, post, "/curation/notes/{note}/label", "label", "Say whether a note looks bought", account.ActConsoleWrite, a.label)
	op(a, post, "/shops/{shop}/appeals", "appeal", "Appeal against the decision about a shop", account.ActMerchantWrite, a.appeal)
}

// community is what members do with notes, and what becomes of reports.
func (a *API) community() {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete

	op(a, get, "/notes", "feed", "Notes around a place or of a city, page by page until it ends", account.ActPublic, a.feed)
	op(a, get, "/notes/{note}", "note", "One note", account.ActPublic, a.note)
	op(a, get, "/shops/{shop}/notes", "shopNotes", "Notes about a shop", account.ActPublic, a.shopNotes)
	op(a, get, "/notes/mine", "ownNotes", "Your notes, hidden ones too", account.ActMemberUse, a.ownNotes)
	op(a, post, "/shops/{shop}/notes", "writeNote", "Write a note about a shop", account.ActMemberUse, a.writeNote)
	op(a, post, "/notes/{note}/photos", "addPhoto", "Put a photo to your note; nine at most", account.ActMemberUse, a.addPhoto, as(web.Export), large(pictureBody))
	op(a, del, "/notes/{note}", "deleteNote", "Delete your note with all that hangs on it", account.ActMemberUse, a.deleteNote)
	op(a, put, "/notes/{note}/like", "like", "Like a note", account.ActMemberUse, a.like)
	op(a, del, "/notes/{note}/like", "unlike", "Take a like back", account.ActMemberUse, a.unlike)
	op(a, put, "/notes/{note}/save", "saveNote", "Save a note", account.ActMemberUse, a.saveNote)
	op(a, del, "/notes/{note}/save", "unsaveNote", "Take a note out of the saved ones", account.ActMemberUse, a.unsaveNote)
	op(a, put, "/shops/{shop}/save", "saveShop", "Save a shop", account.ActMemberUse, a.saveShop)
	op(a, del, "/shops/{shop}/save", "unsaveShop", "Take a shop out of the saved ones", account.ActMemberUse, a.unsaveShop)
	op(a, put, "/shops/{shop}/follow", "follow", "Follow a shop", account.ActMemberUse, a.follow)
	op(a, del, "/shops/{shop}/follow", "unfollow", "Follow a shop no more", account.ActMemberUse, a.unfollow)
	op(a, get, "/saved/shops", "savedShops", "Shops that you saved, page by page", account.ActMemberUse, a.savedShops)
	op(a, get, "/saved/notes", "savedNotes", "Notes that you saved and that are still shown, page by page", account.ActMemberUse, a.savedNotes)
	op(a, get, "/following", "following", "Shops that you follow, page by page", account.ActMemberUse, a.following)
	op(a, get, "/asks/current", "currentAsk", "The one visit about which you are asked for a note now, if there is one", account.ActMemberUse, a.currentAsk)
	op(a, del, "/asks/{redemption}", "dismissAsk", "Put the question about a visit away for good", account.ActMemberUse, a.dismissAsk)
	op(a, get, "/notes/{note}/comments", "comments", "Comments on a note", account.ActPublic, a.comments)
	op(a, post, "/notes/{note}/comments", "comment", "Comment on a note", account.ActMemberUse, a.comment)
	op(a, del, "/comments/{comment}", "deleteComment", "Delete your comment", account.ActMemberUse, a.deleteComment)
	op(a, put, "/notes/{note}/answer", "answerNote", "Answer a note about your shop, or rewrite the answer", account.ActMerchantWrite, a.answerNote)
	op(a, del, "/notes/{note}/answer", "unanswerNote", "Take the answer back", account.ActMerchantWrite, a.unanswerNote)
	op(a, post, "/reports/{thing}", "report", "Report a note, a comment or an answer", account.ActMemberUse, a.report)
	op(a, post, "/cases/{thing}/appeal", "appealHidden", "Ask for a second look at what was hidden of yours", account.ActMemberUse, a.appealHidden)
	op(a, get, "/cases", "cases", "What was reported or hidden", account.ActConsoleRead, a.cases)
	op(a, post, "/cases/{thing}", "rule", "Keep, hide, restore, or answer a second look", account.ActConsoleWrite, a.ruleOn)
}

// covering is where the card is of use, and is sold.
func (a *API) covering() {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete

	op(a, get, "/coverage", "coverage", "How many shops take the card around a place", account.ActPublic, a.coverage)
	op(a, get, "/coverage/gates", "gates", "What must hold for a pass to be sold somewhere, and whether it does", account.ActPublic, a.gates)
	op(a, put, "/coverage/gates", "setGate", "Set what must hold for a plan to be sold in an area", account.ActConsoleWrite, a.setGate)
	op(a, del, "/coverage/gates/{gate}", "endGate", "Take a gate away", account.ActConsoleWrite, a.endGate)
	op(a, post, "/coverage/plans", "startPlan", "Have a plan made of which shops to sign next; a city has one at a time", account.ActConsoleWrite, a.startCover)
	op(a, get, "/coverage/plans", "coverPlans", "The last plans of a city, and how far they are", account.ActConsoleRead, a.coverPlans)
	op(a, get, "/coverage/plans/{cover}", "coverPlan", "How far a plan is, or what came of it: whom to sign, what is proved, what is missing", account.ActConsoleRead, a.coverPlan)
	op(a, post, "/coverage/plans/{cover}/stop", "stopPlan", "Stop a plan; the best until then is kept", account.ActConsoleWrite, a.stopCover)
	op(a, get, "/coverage/plans/{cover}/certificate", "planCertificate", "The proof of a plan, for citywalk coverage check", account.ActConsoleRead,
		a.coverFile(discover.CoverCertificate, "application/jsonl", "certificate.jsonl"), asFile("application/jsonl", "A value a line."), as(web.Export))
	op(a, get, "/coverage/plans/{cover}/csv", "planShops", "The shops to sign, for the field team", account.ActConsoleRead,
		a.coverFile(discover.CoverCSV, "text/csv; charset=utf-8", "next.csv"), asFile("text/csv", "UTF-8 with a header row."), as(web.Export))
	op(a, get, "/coverage/plans/{cover}/geojson", "planMap", "A plan as a map: shops and gaps", account.ActConsoleRead,
		a.coverFile(discover.CoverGeoJSON, "application/geo+json", "map.geojson"), asFile("application/geo+json", "A feature collection."), as(web.Export))
}
