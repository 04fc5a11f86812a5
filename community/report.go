package community

import (
	"context"
	"errors"
	"slices"
	"strings"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
)

// Refusals of reports.
var (
	ErrThing = fault.New(fault.NotFound, "community.thing", fault.Member,
		"要举报的内容不在了。", "What you want to report is no longer here.")
	ErrReason = fault.New(fault.Invalid, "community.reason", fault.Member,
		"请选一个理由。", "Choose a reason.")
	ErrReported = fault.New(fault.Conflict, "community.reported", fault.Member,
		"你已经举报过了，我们会看的。", "You reported this already. We will look at it.")
	ErrOwn = fault.New(fault.Conflict, "community.own", fault.Member,
		"这是你自己写的，不用举报，可以直接删除。", "You wrote this yourself. You can simply delete it.")
)

// A Reason is why somebody reports a thing, or an operator hides it.
type Reason string

// Reasons in the order in which they are offered.
var Reasons = []Reason{"false", "ad", "abuse", "privacy", "obscene", "other"}

// A Kind is what a case is about.
type Kind string

const (
	NoteKind    Kind = "note"
	CommentKind Kind = "comment"
	AnswerKind  Kind = "answer"
)

// A thing is what can be reported and hidden.
type thing struct {
	ID     string
	Kind   Kind
	Note   curate.NoteID // That it is, or stands below.
	Author account.ID    // Empty for what came from elsewhere.
}

// findThing finds by its id what is shown: its prefix says what it is.
func findThing(tx *db.Tx, id string) (thing, error) {
	t := thing{ID: id}
	prefix, _, _ := strings.Cut(id, "_")
	var err error
	switch prefix {
	case "nte":
		t.Kind, t.Note = NoteKind, curate.NoteID(id)
		if _, err = db.One[string](tx, `SELECT id FROM curate_notes WHERE id = $1 AND state = 'linked'`, id); err == nil {
			t.Author, err = authorOf(tx, t.Note)
		}
	case "com":
		t, err = db.One[thing](tx, `SELECT id, 'comment' AS kind, note, person AS author FROM community_comments WHERE id = $1`, id)
	case "ans":
		t, err = db.One[thing](tx, `SELECT id, 'answer' AS kind, note, person AS author FROM community_answers WHERE id = $1`, id)
	default:
		return t, ErrThing
	}
	if errors.Is(err, db.ErrNone) {
		return t, ErrThing
	}
	return t, wrap("find what is reported", err)
}

// Report says something against a thing. A member does it once for each, which
// the unique row of the two holds.
func (s *Service) Report(ctx context.Context, who account.Session, id string, why Reason, words string) error {
	if !slices.Contains(Reasons, why) {
		return ErrReason.In("reason")
	}
	words, err := body("words", words, WordsMax)
	if err != nil && !errors.Is(err, ErrNoText) {
		return err
	}
	return s.act(ctx, who, func(tx *db.Tx) error {
		t, err := findThing(tx, id)
		if err != nil {
			return err
		}
		if t.Author == who.Person {
			return ErrOwn
		}
		if err := reportsMost.holds(tx, who.Person, reportsSince); err != nil {
			return err
		}
		n, err := tx.Exec(`
			INSERT INTO community_reports (id, thing, person, reason, words, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT DO NOTHING`, tx.ID("rep"), id, who.Person, why, words, tx.Now())
		if err == nil && n == 0 {
			err = ErrReported
		}
		if err != nil {
			return wrap("report", err)
		}
		if err := openCase(tx, t); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "community.report", id, map[string]any{"reason": why})
	})
}
