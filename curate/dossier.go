package curate

import (
	"context"
	"errors"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// A Verdict is what a decision says of a shop.
type Verdict string

const (
	Included Verdict = "included" // On the list, with the badge.
	Watched  Verdict = "watched"  // Not on the list, looked at again.
	Excluded Verdict = "excluded" // Not on the list.
)

// Verdicts returns the verdicts, the kindest first.
func Verdicts() []Verdict { return []Verdict{Included, Watched, Excluded} }

// Say returns the verdict in words.
func (v Verdict) Say(lang fault.Lang) string {
	words := map[Verdict][2]string{
		Included: {"收录", "on the list"},
		Watched:  {"观察", "being watched"},
		Excluded: {"不收录", "not on the list"},
	}[v]
	if lang == fault.Zh {
		return words[0]
	}
	return words[1]
}

// A Step says how far a decision has come.
type Step string

const (
	Proposed Step = "proposed" // It waits for a second person.
	Standing Step = "standing"
	Past     Step = "past" // Another one came after it.
	Rejected Step = "rejected"
)

// steps is the drawing of the package comment as a table; the schema lists the
// states.
var steps = map[Step][]Step{
	Proposed: {Standing, Rejected},
	Standing: {Past},
}

// may reports whether a decision may go from one step to another.
func (s Step) may(to Step) bool {
	for _, m := range steps[s] {
		if m == to {
			return true
		}
	}
	return false
}

// A DecisionID names a decision: "dec_...".
type DecisionID string

// A Decision is what one reviewer decided about a shop, and what it rests on.
type Decision struct {
	ID       DecisionID
	Shop     shop.ID
	Verdict  Verdict
	Step     Step
	Reason   string // Public.
	Remark   string // For colleagues.
	Tie      string // The reviewer's conflict of interest, in his words; "" is none.
	Reviewer account.ID
	Second   account.ID // Who confirmed or rejected it; "" while nobody did.
	Appeal   AppealID   // The appeal that it answers, or "".
	Rules    string     // Version of the rules.
	Basis    Basis
	At       time.Time
	Settled  time.Time // When it was confirmed or rejected; zero if nobody had to.
	Expires  time.Time
}

// A Basis is what a decision rests on, as it was when it was taken.
type Basis struct {
	Score    *Score  `json:"score,omitempty"` // Nil when there were no notes.
	Bar      float64 `json:"bar"`
	Evidence []Quote `json:"evidence"`
	Visits   int     `json:"visits"`
}

// An Alarm says why a listed shop needs to be looked at.
type Alarm string

const (
	NoAlarm Alarm = ""
	Expired Alarm = "expired" // Its decision is over.
	Fallen  Alarm = "fallen"  // Its score is below the bar with 95 %.
)

// A Dossier is where a shop stands.
type Dossier struct {
	Shop     shop.ID
	City     string
	Verdict  Verdict // "" for a shop that nobody decided about.
	Decision DecisionID
	Decided  time.Time
	Expires  time.Time
	Alarm    Alarm
	Alarmed  time.Time
}

// Refusals of looking something up.
var (
	ErrDecision = fault.New(fault.NotFound, "curate.decision", fault.Operator, "没有找到这个决定。", "There is no such decision.")
)

// A File is all that is kept about a shop's curation.
type File struct {
	Dossier
	Standing  *Decision // Nil when there is none.
	Proposed  *Decision // Waits for a second person.
	Decisions []Decision
	Appeals   []Appeal
}

// File returns a shop's file for those who review and audit.
func (s *Service) File(ctx context.Context, who account.Session, id shop.ID) (f File, err error) {
	if err := reads(who); err != nil {
		return f, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		f, err = file(tx, id)
		return err
	})
	return f, err
}

func file(tx *db.Tx, id shop.ID) (f File, err error) {
	if _, err := shop.Find(tx, id); err != nil {
		return f, err
	}
	if f.Dossier, err = findDossier(tx, id); err != nil && !errors.Is(err, db.ErrNone) {
		return f, err
	}
	if f.Decisions, err = decisionsOf(tx, id); err != nil {
		return f, err
	}
	for i, d := range f.Decisions {
		switch d.Step {
		case Standing:
			f.Standing = &f.Decisions[i]
		case Proposed:
			f.Proposed = &f.Decisions[i]
		}
	}
	f.Appeals, err = appealsOf(tx, id)
	return f, err
}
