package curate

import (
	"context"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/opinion"
	"citywalk/shop"
)

// Refusals of notes.
var (
	ErrNote     = fault.New(fault.NotFound, "curate.note", fault.Operator, "没有找到这条笔记。", "There is no such note.")
	ErrText     = fault.New(fault.Invalid, "curate.text", fault.Member, "内容里有看不见的控制字符，请重新输入。", "The text holds invisible control characters. Type it again.")
	ErrNoText   = fault.New(fault.Invalid, "curate.no_text", fault.Member, "写几个字再发布。", "Write a few words first.")
	ErrLong     = fault.New(fault.Invalid, "curate.long", fault.Member, "太长了，最多 {max} 个字。", "This is too long; at most {max} characters.")
	ErrStars    = fault.New(fault.Invalid, "curate.stars", fault.Member, "评分是 1 到 5 星，可以有半星。", "Stars are from 1 to 5, halves allowed.")
	ErrTime     = fault.New(fault.Invalid, "curate.time", fault.Us, "时间不对：要在 1990 年以后，且不能在未来。", "The time is not right: after 1990 and not in the future.")
	ErrIdentity = fault.New(fault.Invalid, "curate.identity", fault.Us, "需要来源、编号和作者，各 1 到 200 个字。", "Source, id and author are needed, 1 to 200 characters each.")
	ErrCount    = fault.New(fault.Invalid, "curate.count", fault.Us, "点赞数或粉丝数不对。", "Likes or followers are not a count.")
)

// A NoteID names a note: "nte_...".
type NoteID string

// A NoteState says whether it is known which shop a note is about.
type NoteState string

const (
	Linked   NoteState = "linked"
	Waiting  NoteState = "waiting"
	SetAside NoteState = "set_aside"
)

// A Note is what somebody wrote about a shop.
type Note struct {
	ID       NoteID
	Source   string
	SourceID string
	City     string
	Shop     shop.ID // Empty while it waits or is set aside.
	Author   Author
	Written  time.Time
	Stars    float64 // 1 to 5; 0 is none.
	Rating   float64 // 1 to 5: the stars, or what the text says.
	Likes    int     // -1 is unknown.
	Marks    Marks
	Text     string
	Visit    string // The redemption that proves the visit, or "".
	State    NoteState
}

// Marks are ratings by aspect, 1 to 5; 0 is none.
type Marks [opinion.Aspects]float64

// A Draft is a note as it comes in.
type Draft struct {
	SourceID  string
	Shop      shop.ID // If the source knows it; else the next six help to find it.
	City      string
	Name      string // As the source writes it.
	District  string
	Address   string
	Category  string
	Point     *geo.Point
	Author    string // As the source calls him; only its hash is kept.
	Written   time.Time
	Stars     float64 // 0 is none.
	Likes     int     // -1 is unknown.
	Followers int     // -1 is unknown.
	Joined    time.Time
	Marks     Marks
	Text      string
}

const (
	textMax  = 10_000 // Characters of a note.
	nameMax  = 200    // Characters of a source, an id or an author's name.
	countMax = 1_000_000_000
)

// earliest is before every note on the web.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// tidy checks a draft against the present moment.
func (d Draft) tidy(now time.Time) (Draft, error) {
	var err error
	if d.Text, err = body("text", d.Text, textMax); err != nil {
		return d, err
	}
	for _, s := range []*string{&d.SourceID, &d.Author} {
		*s = strings.TrimSpace(*s)
		if !identifies(*s) {
			return d, ErrIdentity
		}
	}
	if d.Stars != 0 && !starred(d.Stars) {
		return d, ErrStars.In("stars")
	}
	for _, m := range d.Marks {
		if m != 0 && !starred(m) {
			return d, ErrStars.In("marks")
		}
	}
	switch {
	case d.Written.Before(earliest), d.Written.After(now.Add(day)):
		return d, ErrTime.In("time")
	case !d.Joined.IsZero() && (d.Joined.Before(earliest) || d.Joined.After(now.Add(day))):
		return d, ErrTime.In("joined")
	case d.Likes < -1, d.Likes > countMax, d.Followers < -1, d.Followers > countMax:
		return d, ErrCount.In("likes")
	}
	return d, nil
}

// identifies reports whether s can be the id of something at a source, or the
// name of an author.
func identifies(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= nameMax && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, unicode.IsControl) && !strings.ContainsFunc(s, deceives)
}

const day = 24 * time.Hour

// starred reports whether v is a number of stars.
func starred(v float64) bool { return v >= 1 && v <= 5 && !math.IsNaN(v) }

// body trims a text of several lines and refuses what could not be kept or
// would deceive a reader. Emoji and what joins them pass.
func body(field, s string, max int) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	switch {
	case !utf8.ValidString(s), strings.ContainsFunc(s, deceives):
		return "", ErrText.In(field)
	case s == "":
		return "", ErrNoText.In(field)
	case utf8.RuneCountInString(s) > max:
		return "", ErrLong.With("max", max).In(field)
	}
	return s, nil
}

// deceives reports whether a character has no place in a text: control
// characters but line ends and tabs, and marks that turn its direction.
func deceives(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r),
		r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069,
		r&0xFFFE == 0xFFFE:
		return true
	}
	return false
}

// Get returns a note; it is for those who review.
func (s *Service) Get(ctx context.Context, who account.Session, id NoteID) (n Note, err error) {
	if err := reads(who); err != nil {
		return n, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		n, err = findNote(tx, id)
		return err
	})
	return n, err
}
