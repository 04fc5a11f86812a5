// Package curate turns what users write about shops into an honest list of
// them: notes in, a score that sees through bought notes, a queue in which the
// next review is worth most, a person's decision with its dossier, and a list
// that stays true.
//
// A note comes from a file, the API or a member of the programme. It is known
// by its source and its id there, so that taking it twice changes nothing. Who
// wrote it is a keyed hash: the product can see that two notes are of one
// author and never who that is, and no page shows anything about an author.
//
//	            ┌─ the shop is named, or found by name beyond doubt ─▶ linked
//	note taken ─┤                                                       ▲
//	            └─ it might be several ─▶ waiting ──a person says─────┤
//	                                                 └─ of none ─▶ set aside
//
// The score of a shop is computed by package score from its notes, those of
// its authors and what reviewers said. A city is fitted as a whole by one
// nightly job, which any node can take (FitCity), if something new is known of
// it or its fit is a week old; a note that comes in between
// re-scores its shop alone (Rescore). The same notes give the same scores.
//
// A machine puts shops into a queue; only people put them on the list. A
// decision is taken under a version of the published rules, gives a public
// reason, and expires. Where it stands:
//
//	Decide ──a second person is needed──▶ proposed ──Confirm──▶ standing ──next decision──▶ past
//	   └─────────────otherwise──────────────────────────────────▲
//	                                      proposed ──Reject───▶ rejected
//
// A second person is needed to take a shop off the list that members already
// paid for, and for every decision of a reviewer who has a tie to the shop.
// The merchant sees the public part of the dossier and may appeal against each
// decision once; who decides the appeal had no part in the decision.
//
//	Appeal ─▶ open ──Judge──▶ upheld
//	                  └─────▶ overturned, with a new decision
//
// A listed shop whose decision expired, or whose score has fallen below the
// bar with 95 %, raises an alarm and goes to the top of the queue. It is never
// taken off in silence. Every act of a person is audited.
package curate

import (
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/opinion"
	"citywalk/shop"
)

// Refusals that concern who asks.
var (
	ErrDenied = fault.New(fault.Denied, "curate.denied", fault.Operator,
		"只有运营人员可以评审门店。", "Only operators may review shops.")
	ErrOwn = fault.New(fault.Denied, "curate.own", fault.Operator,
		"你在这家商家任职，不能评审它的门店，请同事来做。", "You work for this merchant, so you cannot review its shops. Ask a colleague.")
)

// Rules are the published numbers of curation. Zero values mean the defaults.
type Rules struct {
	Version  string  // Cited by every decision; default RulesVersion.
	Days     int     // How long a decision holds; default 365.
	Evidence float64 // Effective notes a shop needs to be a candidate; default 5.
	Chain    int     // Candidates of one chain in a city; default 3.
	Category float64 // Share of the queue that one category may take; default 0.25.
	District float64 // Share of the queue that one district may take; default 0.25.
	Queue    int     // Places of a city's queue; default 600.
}

// RulesVersion is the version of the rules that this program publishes and
// decides by. It changes whenever what a shop is judged by changes.
const RulesVersion = "2026-11"

func (r Rules) filled() Rules {
	set := func(v *int, to int) {
		if *v == 0 {
			*v = to
		}
	}
	share := func(v *float64, to float64) {
		if *v == 0 {
			*v = to
		}
	}
	if r.Version == "" {
		r.Version = RulesVersion
	}
	set(&r.Days, 365)
	set(&r.Chain, 3)
	set(&r.Queue, 600)
	share(&r.Evidence, 5)
	share(&r.Category, 0.25)
	share(&r.District, 0.25)
	return r
}

// Service is what the package does.
type Service struct {
	DB     *db.DB
	Key    []byte // Keys the hashes of authors; 32 bytes.
	Zone   *time.Location
	Rules  Rules
	Reader *opinion.Model // Reads texts; nil is opinion.Default().
	Seed   uint64         // Of the fits.
	Cores  int            // How many a fit uses; 0 is all.

	// Relied, if there are passes, says whether members paid for a pass while
	// the shop was part of what they paid for.
	Relied func(tx *db.Tx, id shop.ID) (bool, error)
	// Visited, if there is a till, returns the redemption that proves that the
	// person was at the shop lately, or "".
	Visited func(tx *db.Tx, person account.ID, id shop.ID) (string, error)

	gazetteers gazetteers
}

// reads refuses who may not see what is internal to curation.
func reads(who account.Session) error {
	if !account.Allowed(who, account.ActConsoleRead) {
		return ErrDenied
	}
	return nil
}

// reviews refuses who may not review the shop.
func reviews(who account.Session, sh shop.Shop) error {
	if !account.Allowed(who, account.ActConsoleWrite) {
		return ErrDenied
	}
	for _, g := range who.Grants {
		if g.Merchant != "" && g.Merchant == string(sh.Merchant) {
			return ErrOwn
		}
	}
	return nil
}
