package curate

import (
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// Refusals of a member's note.
var (
	// ErrOften keeps a member from flooding a shop.
	ErrOften = fault.New(fault.TooMany, "curate.often", fault.Member,
		"同一家店一天写一条笔记，明天再来写吧。", "One note a day about a shop. Write the next one tomorrow.")
	// ErrSelf keeps praise by those who earn by it out of the score.
	ErrSelf = fault.New(fault.Denied, "curate.self", fault.Member,
		"你在这家商家任职，不能给它的店写笔记。", "You work for this merchant, so you cannot write about its shops.")
)

// A Written note is what a member writes about a shop.
type Written struct {
	Text  string
	Stars float64 // 0 is none.
	Marks Marks
	// The redemption that the note tells of; whose it is was checked by who
	// calls. Without one it is the writer's last there, if that was of late.
	Visit string
}

// Write keeps a member's own note about a shop within tx. If the member was
// there lately, the note says so.
func (s *Service) Write(tx *db.Tx, who account.Session, id shop.ID, w Written) (Note, error) {
	if !account.Allowed(who, account.ActMemberUse) {
		return Note{}, account.ErrSignedOut
	}
	sh, err := shop.Find(tx, id)
	if err != nil {
		return Note{}, err
	}
	person, err := account.Find(tx, who.Person)
	if err != nil {
		return Note{}, err
	}
	if worksFor(person.Grants, sh) {
		return Note{}, ErrSelf
	}
	// One note a day and shop is the source's id of the note, so that the
	// unique key holds it.
	today := tx.Now().In(s.Zone).Format("2006-01-02")
	d := Draft{SourceID: string(who.Person) + "/" + string(id) + "/" + today, Shop: id, Author: string(who.Person),
		Written: tx.Now(), Stars: w.Stars, Likes: 0, Followers: -1, Joined: person.Created, Marks: w.Marks, Text: w.Text}
	if d, err = d.tidy(tx.Now()); err != nil {
		return Note{}, err
	}
	r := reading{followers: d.Followers, joined: d.Joined}
	r.Note = Note{Source: MemberSource, SourceID: s.keyed("note\x00" + d.SourceID), City: sh.City, Shop: id, Author: s.Member(who.Person),
		Written: d.Written, Stars: d.Stars, Text: d.Text, State: Linked}
	s.understand(&r, d)
	r.Visit = w.Visit
	if r.Visit == "" && s.Visited != nil {
		if r.Visit, err = s.Visited(tx, who.Person, id); err != nil {
			return Note{}, err
		}
	}
	made, err := put(tx, r)
	if err != nil {
		return Note{}, err
	}
	if made.Outcome != Added {
		return Note{}, ErrOften
	}
	n, err := findNote(tx, made.ID)
	if err != nil {
		return Note{}, err
	}
	if err := s.rescoreLater(tx, n); err != nil {
		return Note{}, err
	}
	return n, account.Audit(tx, who.Person, "curate.write", string(id), map[string]any{"note": made.ID})
}

// worksFor reports whether one of the grants is at the shop's merchant.
func worksFor(grants []account.Grant, sh shop.Shop) bool {
	return sh.Merchant != "" && slices.ContainsFunc(grants, func(g account.Grant) bool { return g.Merchant == string(sh.Merchant) })
}
