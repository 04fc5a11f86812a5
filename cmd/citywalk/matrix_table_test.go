package main

// The permission matrix: who may do what to whose things, written out. It says
// nothing that the code does not decide by itself; it is here to be read, and
// to fail when the code decides otherwise.
//
// The callers:
//
//	nobody   no session         expired  an operator's, over       revoked  an operator's, ended
//	M  member, card holder      N  another member, card holder
//	S  staff of shop 1          T  staff of shop 2, of the same merchant
//	A  owner of that merchant   B  owner of another merchant, with shop 3
//	O  operator                 U  auditor
//
// A row has the route, its action, and who is served when it names the first
// thing (shop 1, M's pass, M's bill at shop 1), the second (shop 2, N's pass,
// N's bill there) and the third (shop 3, N's pass, N's bill there). * is
// everybody whom the action lets in, - is nobody, and a row with one cell names
// nothing of anybody's. !S is refused with 403 although the action lets S in:
// who works at a shop uses no card there.
//
// Everybody else is refused without a trace: without a session 401, or a page
// leads to the sign-in; with a role that the action does not let in, 403; with
// the right role and somebody else's thing, 404, as if it were not there.
const matrix = `
GET    /api/v1/agreement                                  | member.use     | *
DELETE /api/v1/agreement                                  | member.use     | *
GET    /api/v1/audit                                      | console.read   | *
POST   /api/v1/challenges                                 | public         | *
POST   /api/v1/codes                                      | member.use     | *
GET    /api/v1/coverage                                   | public         | *
GET    /api/v1/coverage/gates                             | public         | *
PUT    /api/v1/coverage/gates                             | console.write  | *
DELETE /api/v1/coverage/gates/{gate}                      | console.write  | *
POST   /api/v1/coverage/plans                             | console.write  | *
GET    /api/v1/coverage/plans                             | console.read   | *
GET    /api/v1/coverage/plans/{cover}                     | console.read   | *
POST   /api/v1/coverage/plans/{cover}/stop                | console.write  | *
GET    /api/v1/coverage/plans/{cover}/certificate         | console.read   | *
GET    /api/v1/coverage/plans/{cover}/csv                 | console.read   | *
GET    /api/v1/coverage/plans/{cover}/geojson             | console.read   | *
GET    /api/v1/curation/candidates                        | console.read   | *
GET    /api/v1/curation/shops/{shop}                      | console.read   | *
POST   /api/v1/curation/shops/{shop}/decisions            | console.write  | *
POST   /api/v1/curation/decisions/{decision}/confirm      | console.write  | *
POST   /api/v1/curation/decisions/{decision}/reject       | console.write  | *
POST   /api/v1/curation/appeals/{appeal}/judge            | console.write  | *
POST   /api/v1/curation/notes/{note}/label                | console.write  | *
POST   /api/v1/imports/comments                           | console.write  | *
POST   /api/v1/imports/notes                              | console.write  | *
POST   /api/v1/imports/shops                              | console.write  | *
POST   /api/v1/invitations                                | merchant.write | A O | A O | B O
POST   /api/v1/invitations/accept                         | member.use     | *
GET    /api/v1/jobs                                       | console.read   | *
POST   /api/v1/jobs/{job}/rerun                           | console.write  | *
GET    /api/v1/ledger/entries                             | console.read   | *
GET    /api/v1/ledger/proof                               | console.read   | *
GET    /api/v1/ledger/trial                               | console.read   | *
POST   /api/v1/merchants                                  | console.write  | *
GET    /api/v1/merchants                                  | console.read   | *
GET    /api/v1/merchants/{merchant}/redemptions           | merchant.read  | A O U | A O U | B O U
PUT    /api/v1/name                                       | member.use     | *
GET    /api/v1/notes                                      | public         | *
GET    /api/v1/notes/{note}                               | public         | *
GET    /api/v1/notes/mine                                 | member.use     | *
GET    /api/v1/shops/{shop}/notes                         | public         | *
POST   /api/v1/notes/{note}/photos                        | member.use     | M | N | N
DELETE /api/v1/notes/{note}                               | member.use     | M | N | N
PUT    /api/v1/notes/{note}/like                          | member.use     | *
DELETE /api/v1/notes/{note}/like                          | member.use     | *
PUT    /api/v1/notes/{note}/save                          | member.use     | *
DELETE /api/v1/notes/{note}/save                          | member.use     | *
PUT    /api/v1/shops/{shop}/save                          | member.use     | *
DELETE /api/v1/shops/{shop}/save                          | member.use     | *
PUT    /api/v1/shops/{shop}/follow                        | member.use     | *
DELETE /api/v1/shops/{shop}/follow                        | member.use     | *
GET    /api/v1/saved/shops                                | member.use     | *
GET    /api/v1/saved/notes                                | member.use     | *
GET    /api/v1/following                                  | member.use     | *
GET    /api/v1/asks/current                               | member.use     | *
DELETE /api/v1/asks/{redemption}                          | member.use     | M | N | N
GET    /api/v1/notes/{note}/comments                      | public         | *
POST   /api/v1/notes/{note}/comments                      | member.use     | *
DELETE /api/v1/comments/{comment}                         | member.use     | M | N | N
PUT    /api/v1/notes/{note}/answer                        | merchant.write | A | A | B
DELETE /api/v1/notes/{note}/answer                        | merchant.write | A | A | B
POST   /api/v1/reports/{thing}                            | member.use     | *
POST   /api/v1/cases/{thing}/appeal                       | member.use     | M | N | N
GET    /api/v1/cases                                      | console.read   | *
POST   /api/v1/cases/{thing}                              | console.write  | *
GET    /api/v1/openapi.json                               | public         | *
POST   /api/v1/passes                                     | member.use     | *
GET    /api/v1/passes                                     | member.use     | *
GET    /api/v1/passes/{pass}/refund                       | member.use     | M | N | N
POST   /api/v1/passes/{pass}/refund                       | member.use     | M | N | N
GET    /api/v1/people                                     | console.read   | *
GET    /api/v1/plans                                      | public         | *
PUT    /api/v1/plans/{plan}                               | console.write  | *
GET    /api/v1/redemptions                                | member.use     | *
GET    /api/v1/redemptions/current                        | member.use     | M N
GET    /api/v1/redemptions/{redemption}                   | member.use     | M S A O U | N T A O U | N B O U
POST   /api/v1/redemptions/{redemption}/accept            | till.use       | S A | T A | B
POST   /api/v1/redemptions/{redemption}/confirm           | member.use     | M | N | N
POST   /api/v1/redemptions/{redemption}/decline           | member.use     | M S A O | N T A O | N B O
POST   /api/v1/redemptions/{redemption}/dispute           | member.use     | M | N | N
POST   /api/v1/redemptions/{redemption}/quotes            | till.use       | S A | T A | B
GET    /api/v1/redemptions/{redemption}/receipt           | member.use     | M S A O U | N T A O U | N B O U
POST   /api/v1/redemptions/{redemption}/undo              | till.use       | S A | T A | B
POST   /api/v1/sessions                                   | public         | *
GET    /api/v1/sessions                                   | member.use     | *
DELETE /api/v1/sessions/{id}                              | member.use     | M | N | N
GET    /api/v1/search                                     | public         | *
GET    /api/v1/shops                                      | public         | *
POST   /api/v1/shops                                      | console.write  | *
GET    /api/v1/shops/{shop}                               | public         | *
POST   /api/v1/shops/{shop}/appeals                       | merchant.write | A | A | B
GET    /api/v1/shops/{shop}/dossier                       | public         | *
GET    /api/v1/lists                                      | public         | *
GET    /api/v1/shops/{shop}/places                        | public         | *
PUT    /api/v1/shops/{shop}/description                   | merchant.write | A O | A O | B O
POST   /api/v1/shops/{shop}/estimates                     | member.use     | M N T B O U !S !A | M N S B O U !T !A | M N S T A O U !B
PUT    /api/v1/shops/{shop}/merchant                      | console.write  | *
POST   /api/v1/shops/{shop}/notes                         | member.use     | M N B O U !S !T !A | M N B O U !S !T !A | M N S T A O U !B
PUT    /api/v1/shops/{shop}/offers                        | merchant.write | A O | A O | B O
GET    /api/v1/shops/{shop}/redemptions                   | till.use       | S A | T A | B
POST   /api/v1/shops/{shop}/requests                      | member.use     | M N T B O U !S !A | M N S B O U !T !A | M N S T A O U !B
POST   /api/v1/shops/{shop}/scans                         | till.use       | S A | T A | B
PUT    /api/v1/shops/{shop}/state                         | merchant.write | A O | A O | B O
GET    /api/v1/shops/{shop}/team                          | merchant.read  | A O U | A O U | B O U
DELETE /api/v1/shops/{shop}/team/{person}                 | merchant.write | A O | A O | B O
PUT    /api/v1/shops/{shop}/terms                         | merchant.write | A O | A O | B O
GET    /api/v1/signs/{number}                             | public         | *
GET    /api/v1/suggest                                    | public         | *
GET    /api/v1/statements                                 | merchant.read  | A O U | A O U | B O U
GET    /api/v1/statements/{merchant}/{day}                | merchant.read  | A O U | A O U | B O U
GET    /api/v1/statements/{merchant}/{day}/csv            | merchant.read  | A O U | A O U | B O U

GET    /{$}                                               | public         | *
GET    /search                                            | public         | *
GET    /suggest                                           | public         | *
GET    /shops/{id}                                        | public         | *
GET    /map                                               | public         | *
GET    /map/shops.geojson                                 | public         | *
GET    /map/base.geojson                                  | public         | *
GET    /shops/{id}/share                                  | public         | *
GET    /shops/{id}/share.svg                              | public         | *
GET    /pictures/shops/{shop}                             | public         | *
GET    /pictures/notes/{note}                             | public         | *
GET    /manifest.webmanifest                              | public         | *
GET    /icons/{icon}                                      | public         | *
GET    /worker.js                                         | public         | *
GET    /offline                                           | public         | *
GET    /shops/{id}/note                                   | member.use     | *
POST   /shops/{id}/note                                   | member.use     | M N B O U !S !T !A | M N B O U !S !T !A | M N S T A O U !B
GET    /notes/{id}                                        | public         | *
GET    /notes/photos/{picture}                            | public         | *
POST   /notes/{id}/like                                   | member.use     | *
POST   /notes/{id}/save                                   | member.use     | *
POST   /notes/{id}/comments                               | member.use     | *
POST   /notes/{id}/delete                                 | member.use     | M | N | N
POST   /comments/{comment}/delete                         | member.use     | M | N | N
GET    /lists                                             | public         | *
GET    /shops/{id}/places                                 | public         | *
GET    /notes                                             | public         | *
POST   /shops/{id}/save                                   | member.use     | *
POST   /shops/{id}/follow                                 | member.use     | *
GET    /report/{thing}                                    | member.use     | *
POST   /report/{thing}                                    | member.use     | *
POST   /appeal/{thing}                                    | member.use     | M | N | N
POST   /asks/{id}/dismiss                                 | member.use     | M | N | N
GET    /saved                                             | member.use     | *
GET    /me/notes                                          | member.use     | *
POST   /me/notes/name                                     | member.use     | *
GET    /rules/curation                                    | public         | *
GET    /rules/lists                                       | public         | *
GET    /card                                              | public         | *
POST   /card/code                                         | member.use     | *
GET    /card/live                                         | member.use     | *
POST   /card/wish                                         | member.use     | *
POST   /card/unwish                                       | member.use     | *
POST   /buy/{plan}                                        | member.use     | *
GET    /passes/{id}                                       | member.use     | M | N | N
GET    /passes/{id}/live                                  | member.use     | M | N | N
GET    /passes/{id}/refund                                | member.use     | M | N | N
POST   /passes/{id}/refund                                | member.use     | M | N | N
GET    /s/{number}                                        | member.use     | *
POST   /s/{number}                                        | member.use     | M N T B O U !S !A | M N S B O U !T !A | M N S T A O U !B
POST   /s/{number}/pay                                    | member.use     | M N T B O U !S !A | M N S B O U !T !A | M N S T A O U !B
GET    /pay/{id}                                          | member.use     | M | N | N
GET    /pay/{id}/live                                     | member.use     | M | N | N
POST   /pay/{id}/confirm                                  | member.use     | M | N | N
POST   /pay/{id}/dispute                                  | member.use     | M | N | N
POST   /pay/{id}/cancel                                   | member.use     | M | N | N
GET    /receipts                                          | member.use     | *
GET    /r/{id}                                            | member.use     | M | N | N
GET    /uses.csv                                          | member.use     | *
GET    /me                                                | member.use     | *
GET    /me/places                                         | member.use     | *
POST   /me/places                                         | member.use     | *
POST   /me/places/drop                                    | member.use     | *
GET    /me/places.json                                    | member.use     | *
POST   /me/name                                           | member.use     | *
POST   /me/sessions/{id}/end                              | member.use     | M | N | N
POST   /me/agreement/end                                  | member.use     | *
GET    /signin                                            | public         | *
POST   /signin                                            | public         | *
POST   /signin/code                                       | public         | *
POST   /signout                                           | public         | *
POST   /lang                                              | public         | *

GET    /till/{$}                                          | member.use     | *
GET    /till/join/{token}                                 | public         | *
POST   /till/join/{token}                                 | member.use     | *
GET    /till/shops/{shop}                                 | till.use       | S A | T A | B
GET    /till/shops/{shop}/type                            | till.use       | S A | T A | B
POST   /till/shops/{shop}/scan                            | till.use       | S A | T A | B
GET    /till/shops/{shop}/today                           | till.use       | S A | T A | B
GET    /till/shops/{shop}/live                            | till.use       | S A | T A | B
GET    /till/bills/{bill}                                 | till.use       | S A | T A | B
GET    /till/bills/{bill}/live                            | till.use       | S A | T A | B
POST   /till/bills/{bill}/price                           | till.use       | S A | T A | B
GET    /till/bills/{bill}/change                          | till.use       | S A | T A | B
POST   /till/bills/{bill}/accept                          | till.use       | S A | T A | B
POST   /till/bills/{bill}/decline                         | till.use       | S A | T A | B
POST   /till/bills/{bill}/undo                            | till.use       | S A | T A | B
GET    /till/bills/{bill}/record                          | till.use       | S A | T A | B
GET    /till/signin                                       | public         | *
POST   /till/signin                                       | public         | *
POST   /till/signin/code                                  | public         | *
POST   /till/signout                                      | public         | *
POST   /till/lang                                         | public         | *

GET    /console/{$}                                       | member.use     | A B O U !M !N !S !T
GET    /console/join/{token}                              | public         | *
POST   /console/join/{token}                              | member.use     | *
GET    /console/live                                      | merchant.read  | *
GET    /console/curation                                  | console.read   | *
GET    /console/curation.csv                              | console.read   | *
GET    /console/curation/waiting                          | console.read   | *
POST   /console/curation/waiting/{note}                   | console.write  | *
POST   /console/curation/fit                              | console.write  | *
GET    /console/curation/shops/{shop}                     | console.read   | *
POST   /console/curation/shops/{shop}/decide              | console.write  | *
POST   /console/curation/shops/{shop}/decisions/{decision}/confirm | console.write | *
POST   /console/curation/shops/{shop}/decisions/{decision}/reject  | console.write | *
POST   /console/curation/shops/{shop}/appeals/{appeal}    | console.write  | *
POST   /console/curation/shops/{shop}/notes/{note}/label  | console.write  | *
GET    /console/coverage                                  | console.read   | *
GET    /console/coverage/plan                             | console.read   | *
POST   /console/coverage/plan                             | console.write  | *
GET    /console/coverage/plan/{cover}                     | console.read   | *
GET    /console/coverage/plan/{cover}/live                | console.read   | *
GET    /console/coverage/plan/{cover}/map                 | console.read   | *
POST   /console/coverage/plan/{cover}/stop                | console.write  | *
GET    /console/coverage/plan/{cover}/next.csv            | console.read   | *
GET    /console/coverage/plan/{cover}/map.geojson         | console.read   | *
GET    /console/coverage/plan/{cover}/certificate.jsonl   | console.read   | *
GET    /console/coverage/gates/{gate}                     | console.read   | *
POST   /console/coverage/gates                            | console.write  | *
POST   /console/coverage/gates/{gate}/end                 | console.write  | *
GET    /console/coverage/alarms/{alarm}                   | console.read   | *
POST   /console/coverage/alarms/{alarm}/extend            | console.write  | *
GET    /console/shops                                     | merchant.read  | A O U | A O U | B O U
GET    /console/shops.csv                                 | merchant.read  | A O U | A O U | B O U
GET    /console/shops/add                                 | console.write  | *
POST   /console/shops/add                                 | console.write  | *
GET    /console/shops/import                              | console.write  | *
POST   /console/shops/import                              | console.write  | *
GET    /console/shops/{shop}                              | merchant.read  | A O U | A O U | B O U
GET    /console/shops/{shop}/about                        | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/about                        | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/assign                       | console.write  | *
POST   /console/shops/{shop}/open                         | merchant.write | A O | A O | B O
GET    /console/shops/{shop}/pause                        | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/pause                        | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/resume                       | merchant.write | A O | A O | B O
GET    /console/shops/{shop}/leave                        | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/leave                        | merchant.write | A O | A O | B O
GET    /console/shops/{shop}/terms                        | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/terms                        | merchant.write | A O | A O | B O
GET    /console/shops/{shop}/offers                       | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/offers                       | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/offers/{offer}/end           | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/team                         | merchant.write | A O | A O | B O
GET    /console/shops/{shop}/team/{person}                | merchant.write | A O | A O | B O
POST   /console/shops/{shop}/team/{person}                | merchant.write | A O | A O | B O
GET    /console/shops/{shop}/dossier                      | merchant.read  | A O U | A O U | B O U
POST   /console/shops/{shop}/appeal                       | merchant.write | A | A | B
GET    /console/shops/{shop}/sign                         | merchant.read  | A O U | A O U | B O U
GET    /console/shops/{shop}/sign.svg                     | merchant.read  | A O U | A O U | B O U
GET    /console/merchants                                 | console.read   | *
POST   /console/merchants                                 | console.write  | *
GET    /console/merchants/{merchant}                      | merchant.read  | A O U | A O U | B O U
POST   /console/merchants/{merchant}/team                 | console.write  | *
GET    /console/merchants/{merchant}/team/{person}        | console.write  | *
POST   /console/merchants/{merchant}/team/{person}        | console.write  | *
GET    /console/members                                   | console.read   | *
POST   /console/members/find                              | console.read   | *
GET    /console/members/{person}                          | console.read   | *
GET    /console/passes                                    | console.read   | *
GET    /console/redemptions                               | merchant.read  | A O U | A O U | B O U
GET    /console/redemptions.csv                           | merchant.read  | A O U | A O U | B O U
GET    /console/redemptions/{redemption}                  | merchant.read  | A O U | A O U | B O U
GET    /console/redemptions/{redemption}/live             | merchant.read  | A O U | A O U | B O U
POST   /console/redemptions/{redemption}/undo             | merchant.write | A O | A O | B O
GET    /console/statements                                | merchant.read  | A O U | A O U | B O U
GET    /console/statements.csv                            | merchant.read  | A O U | A O U | B O U
GET    /console/statements/{merchant}/{day}               | merchant.read  | A O U | A O U | B O U
GET    /console/statements/{merchant}/{day}/csv           | merchant.read  | A O U | A O U | B O U
GET    /console/trial                                     | console.read   | *
GET    /console/trial.csv                                 | console.read   | *
GET    /console/entries                                   | console.read   | *
GET    /console/entries.csv                               | console.read   | *
GET    /console/entries/{key...}                          | console.read   | *
GET    /console/proof                                     | console.read   | *
GET    /console/curation/shops/{shop}/visit               | console.write  | *
POST   /console/curation/shops/{shop}/visit               | console.write  | *
GET    /console/curation/visits                           | console.write  | *
POST   /console/curation/visits                           | console.write  | *
POST   /console/curation/visits/{visit}/photos            | console.write  | *
GET    /console/curation/photos/{photo}                   | console.read   | *
GET    /console/curation/worker.js                        | public         | *
GET    /console/reports                                   | console.read   | *
GET    /console/reports/{thing}                           | console.read   | *
POST   /console/reports/{thing}                           | console.write  | *
GET    /console/reports/photos/{picture}                  | console.read   | *
GET    /console/shops/{shop}/notes                        | merchant.read  | A O U | A O U | B O U
POST   /console/shops/{shop}/notes/{note}                 | merchant.write | A | A | B
GET    /console/jobs                                      | console.read   | *
POST   /console/jobs/{job}/rerun                          | console.write  | *
GET    /console/audit                                     | console.read   | *
GET    /console/audit/proof                               | console.read   | *
GET    /console/plans                                     | console.read   | *
GET    /console/plans/{code}                              | console.write  | *
POST   /console/plans                                     | console.write  | *
GET    /console/access                                    | console.write  | *
POST   /console/access                                    | console.write  | *
GET    /console/signin                                    | public         | *
POST   /console/signin                                    | public         | *
POST   /console/signin/code                               | public         | *
POST   /console/signout                                   | public         | *
POST   /console/lang                                      | public         | *

GET    /assets/{name}                                     |                | *
GET    /healthz                                           |                | *
GET    /readyz                                            |                | *
POST   /callbacks/payment                                 |                | -
`

// doors is whom each action lets in. What is no app's knows no session and is
// open to everybody.
var doors = map[string]string{
	"":               "nobody expired revoked M N S T A B O U",
	"public":         "nobody expired revoked M N S T A B O U",
	"member.use":     "M N S T A B O U",
	"till.use":       "S T A B",
	"merchant.read":  "A B O U",
	"merchant.write": "A B O",
	"console.read":   "O U",
	"console.write":  "O",
}

// sent is what each command carries: one that is served if the caller may. In
// it, as in a path, {shop} is the shop that the cell is about.
var sent = map[string]string{
	"POST /api/v1/challenges":                       `{"phone":"13900000099"}`,
	"POST /api/v1/curation/appeals/{appeal}/judge":  `{"answer":"看过了，维持原判。"}`,
	"POST /api/v1/curation/notes/{note}/label":      `{"bought":true}`,
	"POST /api/v1/curation/shops/{shop}/decisions":  `{"ruling":{"verdict":"watched","reason":"再看看","tie":{"none":true}}}`,
	"POST /api/v1/notes/{note}/photos":              `{"picture":"aGVsbG8="}`,
	"POST /api/v1/notes/{note}/comments":            `{"text":"同意"}`,
	"PUT /api/v1/notes/{note}/answer":               `{"text":"谢谢"}`,
	"POST /api/v1/reports/{thing}":                  `{"reason":"ad"}`,
	"POST /api/v1/cases/{thing}/appeal":             `{"words":"不是"}`,
	"POST /api/v1/cases/{thing}":                    `{"act":"keep"}`,
	"POST /api/v1/imports/comments":                 `{"source":"m","comments":[{"id":"1","note":"1","author":"甲","text":"同意","time":"2026-01-02T03:04:05Z"}]}`,
	"POST /api/v1/imports/notes":                    `{"source":"m","notes":[{"id":"1","shop":"{shop}","author":"甲","text":"好吃","time":"2026-01-02T03:04:05Z"}]}`,
	"POST /api/v1/shops/{shop}/appeals":             `{"text":"请再来看看"}`,
	"POST /api/v1/shops/{shop}/notes":               `{"text":"面很好","stars":4.5}`,
	"POST /api/v1/imports/shops":                    `{"city":"上海","source":"m","crs":"wgs84","map":{},"csv":"id,name,lat,lng\n1,店,31.2,121.4\n"}`,
	"POST /api/v1/invitations":                      `{"role":"staff","shop":"{shop}"}`,
	"POST /api/v1/invitations/accept":               `{"token":"{token}"}`,
	"POST /api/v1/merchants":                        `{"name":"新商家"}`,
	"POST /api/v1/coverage/plans":                   `{"city":"上海","shops":3,"uncurated":true}`,
	"PUT /api/v1/coverage/gates":                    `{"city":"上海","share":60,"shops":5,"categories":3,"minutes":15,"hour":"19:00"}`,
	"PUT /api/v1/name":                              `{"name":"新名字"}`,
	"POST /api/v1/passes":                           `{"plan":"annual"}`,
	"POST /api/v1/passes/{pass}/refund":             `{"amount":1}`,
	"PUT /api/v1/plans/{plan}":                      `{"zh":"年卡","en":"Annual","price":16800,"days":365,"sold":true}`,
	"POST /api/v1/redemptions/{redemption}/confirm": `{"version":1,"hash":"{hash}"}`,
	"POST /api/v1/redemptions/{redemption}/quotes":  `{"bill":8000}`,
	"POST /api/v1/sessions":                         `{"challenge":"none","code":"000000"}`,
	"POST /api/v1/shops":                            `{"name":"新店","city":"上海","lat":31.2,"lng":121.4}`,
	"PUT /api/v1/shops/{shop}/description":          `{"name":"店","city":"上海","lat":31.2,"lng":121.4}`,
	"POST /api/v1/shops/{shop}/estimates":           `{"bill":8000}`,
	"PUT /api/v1/shops/{shop}/merchant":             `{"merchant":"{merchant}"}`,
	"PUT /api/v1/shops/{shop}/offers":               `{"offers":[]}`,
	"POST /api/v1/shops/{shop}/requests":            `{"bill":8000,"due":7200}`,
	"POST /api/v1/shops/{shop}/scans":               `{"code":"{code}"}`,
	"PUT /api/v1/shops/{shop}/state":                `{"state":"paused","reason":"x"}`,
	"PUT /api/v1/shops/{shop}/terms":                `{"kind":"percent","percent":20}`,

	"POST /passes/{id}/refund":          "idem={idem}&amount=1",
	"POST /console/shops/{shop}/appeal": "idem={idem}&text=请再来看看",
	"POST /shops/{id}/note":             "idem={idem}&text=汤很鲜&stars=4",
	"POST /notes/{id}/like":             "do=on",
	"POST /notes/{id}/save":             "do=on",
	"POST /notes/{id}/comments":         "idem={idem}&text=同意",
	"POST /notes/{id}/delete":           "idem={idem}",
	"POST /comments/{comment}/delete":   "idem={idem}",
	"POST /s/{number}":                  "bill=80",
	"POST /s/{number}/pay":              "idem={idem}&bill=80&due=72",
	"POST /pay/{id}/confirm":            "idem={idem}&version=1&hash={hash}",
	"POST /me/name":                     "name=新名字",
	"POST /me/places":                   "kind=home&consent=2026-11&lat=31.2&lng=121.4",
	"POST /signin":                      "phone=13900000099",
	"POST /signin/code":                 "challenge=none&code=000000",
	"POST /lang":                        "lang=en",

	"POST /shops/{id}/save":                   "do=on",
	"POST /shops/{id}/follow":                 "do=on",
	"POST /report/{thing}":                    "reason=ad",
	"POST /appeal/{thing}":                    "words=x",
	"POST /asks/{id}/dismiss":                 "idem={idem}",
	"POST /me/notes/name":                     "name=x",
	"POST /console/reports/{thing}":           "act=hide&reason=ad&words=x",
	"POST /console/shops/{shop}/notes/{note}": "text=x",

	"POST /till/shops/{shop}/scan":  "idem={idem}&code={code}",
	"POST /till/bills/{bill}/price": "idem={idem}&bill=80",
	"POST /till/signin":             "phone=13900000099",
	"POST /till/signin/code":        "challenge=none&code=000000",
	"POST /till/lang":               "lang=en",

	"POST /console/redemptions/{redemption}/undo":            "idem={idem}",
	"POST /console/shops/{shop}/assign":                      "merchant={merchant}",
	"POST /console/shops/{shop}/pause":                       "reason=x",
	"POST /console/shops/{shop}/leave":                       "reason=x",
	"POST /console/shops/{shop}/terms":                       "kind=percent&percent=20",
	"POST /console/coverage/plan":                            "idem={idem}&city=上海&shops=3&minutes=10&chance=100&visit=300&effort=1&uncurated=1",
	"POST /console/coverage/gates":                           "city=上海&share=60&shops=5&categories=3&minutes=15&hour=19:00",
	"POST /console/coverage/alarms/{alarm}/extend":           "idem={idem}&days=30&members=1",
	"POST /console/curation/fit":                             "city=上海",
	"POST /console/curation/shops/{shop}/decide":             "idem={idem}&verdict=watched&reason=x&tied=no",
	"POST /console/curation/shops/{shop}/appeals/{appeal}":   "outcome=upheld&answer=x",
	"POST /console/curation/shops/{shop}/notes/{note}/label": "label=bought",
	"POST /console/curation/waiting/{note}":                  "act=none",
	"POST /console/merchants":                                "name=新商家",
	"POST /console/members/find":                             "q=13900000001",
	"POST /console/access":                                   "role=auditor",
	"POST /console/signin":                                   "phone=13900000099",
	"POST /console/signin/code":                              "challenge=none&code=000000",
	"POST /console/lang":                                     "lang=en",
	"POST /callbacks/payment":                                "{}",
}

// asked is what the lists are asked for: somebody's.
var asked = map[string]string{
	"GET /api/v1/coverage":            "?lat=31.2&lng=121.4",
	"GET /api/v1/coverage/plans":      "?city=%E4%B8%8A%E6%B5%B7",
	"GET /api/v1/curation/candidates": "?city=%E4%B8%8A%E6%B5%B7",
	"GET /api/v1/notes":               "?city=%E4%B8%8A%E6%B5%B7",
	"GET /api/v1/statements":          "?merchant={merchant}",
	"GET /console/shops":              "?merchant={merchant}",
	"GET /console/shops.csv":          "?merchant={merchant}",
	"GET /console/redemptions":        "?shop={shop}",
	"GET /console/redemptions.csv":    "?merchant={merchant}",
	"GET /console/statements":         "?merchant={merchant}",
	"GET /console/statements.csv":     "?merchant={merchant}",
}
