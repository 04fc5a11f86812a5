// Package community is what members do with notes about shops: write them with
// pictures, like, comment, save and report them, follow shops, and meet notes
// in a feed. A shop's merchant answers, and operators look at what was reported.
//
// The words and stars of a note are curate's; here stands whose it is, so that
// its author can find and delete it. Notes that came from elsewhere have no
// author here and can be liked, saved, commented and reported like the others.
//
// The day after a visit that was paid for, its member is asked once for a note
// (Ask). The question goes when it was put away or answered, or after a week;
// of several visits the latest is asked about, and one a day. A note that
// answers it names the visit, and a visit is told of once.
//
// What a page shows of an author is the name that he chose for his notes, or
// "会员" with two digits of a keyed hash; never a name from the till or a number
// of a telephone.
//
// Likes please authors and order lists that say so. No score and no place on
// the list of shops takes them for good: they can be had for nothing.
//
//	         ┌──Keep──▶ kept ──reported by another──┐
//	reported ─▶ open ◀─────────────────────────────┘
//	         └──Hide──▶ hidden ──Appeal, once──▶ appealed ──Judge──▶ final
//	                      │                          └──Judge──▶ kept
//	                      └──Restore──▶ kept ◀──Restore── final
//
// What is hidden is on no public page; its author sees it, with the reason in
// words, and may ask once for a second look, which another operator gives. That
// a note is hidden is about what others see: curate still weighs it, because
// whether words may be shown and whether a visit was good are two questions,
// and who could hide notes could otherwise make scores. When its author deletes
// a thing, its case is gone, whatever it was: text, pictures and what others
// put on it are deleted with it.
//
// Every act is audited but liking, saving and following, which concern nobody
// but the member.
package community

import (
	"errors"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// Refusals that more than one act gives.
var (
	ErrNote = fault.New(fault.NotFound, "community.note", fault.Member,
		"这条笔记不在了，可能作者删掉了。去看看别的笔记吧。", "This note is no longer here; its author may have deleted it. Look at others.")
	ErrDenied = fault.New(fault.Denied, "community.denied", fault.Operator,
		"只有运营人员可以处理举报。", "Only operators may handle reports.")
)

// Service is what the package does.
type Service struct {
	DB     *db.DB
	Curate *curate.Service
	Zone   *time.Location
}

// member refuses who is not signed in as a member.
func member(who account.Session) error {
	if !account.Allowed(who, account.ActMemberUse) {
		return account.ErrSignedOut
	}
	return nil
}

// tell says within tx that what is known of a shop's notes changed.
func tell(tx *db.Tx, id shop.ID) error { return shop.Said(tx, id) }

// seen returns the shop of a note that everybody may see, or ErrNote.
func seen(tx *db.Tx, id curate.NoteID) (shop.ID, error) {
	sh, err := db.One[shop.ID](tx, `
		SELECT n.shop FROM curate_notes n
		WHERE n.id = $1 AND n.state = 'linked' AND NOT EXISTS (
			SELECT 1 FROM community_cases c WHERE c.thing = n.id AND c.state IN ('hidden', 'appealed', 'final'))`, id)
	if errors.Is(err, db.ErrNone) {
		return "", ErrNote
	}
	return sh, wrap("find a note", err)
}
