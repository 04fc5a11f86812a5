// Package abuse is what bad input and bad actors must get, case by case, over
// HTTP.
//
// Each section is a file, and each file opens with its table: the case's id,
// one sentence of what must come of it, and how it is played. The ids are
// those of the catalogue of abuse, where the gaps are cases of what does not
// exist yet. Every id that applies stands in a table: with the play, with the
// test elsewhere that holds it, or with the reason why there is nothing to
// play. TestEveryCaseHasItsPlace says so if one is missing.
//
//	TestInput       A  what is no sane request
//	TestMoney       B  what would move money that it must not
//	TestCodes       C  codes guessed, copied, late and foreign
//	TestAccess      D  who reaches for what is not his
//	TestPages       G  browsers that are used against their owners
//	TestSignIn      H  one-time codes guessed, pumped and raced
//	TestPrivacy     I  where a phone number must never stand
//	TestOverload    J  who keeps others waiting
//	TestOperations  K  installations that are not fit to be opened
//
// Beside the cases, TestDocument makes requests of the OpenAPI document, right
// ones and spoiled ones, and holds every answer to it. The requests are drawn
// from a seed, and a failure prints the seed, the request's number and the
// request. make requests makes many.
//
//	go test ./proof/abuse -run TestDocument -args -document.seed=7 -document.requests=20000 -document.only=123
//
// A refusal is held to more than its status: it has the stable code, says it
// in the reader's language and whose move it is, tells nothing of the inside,
// and leaves every table of the database as it was (town.refused).
//
// Two stages serve. A town is the whole product in the test's process, over
// real HTTP and on a clock that the test moves. An installation (package proof)
// is the real binary in processes of its own, for what only that can show:
// several nodes, logs, files, commands.
package abuse
