package community

import (
	"context"
	"errors"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// Refusals about cases.
var (
	ErrCase = fault.New(fault.NotFound, "community.case", fault.Operator,
		"没有找到这条内容的处理记录。", "There is no case about this.")
	ErrStep = fault.New(fault.Conflict, "community.step", fault.Operator,
		"同事刚处理过，请刷新看看现在的状态。", "A colleague has just handled this. Reload to see where it stands.")
	ErrSecond = fault.New(fault.Denied, "community.second", fault.Operator,
		"是你隐藏的，复核要由另一位同事来做。", "You hid it, so another colleague has to take the second look.")
	ErrAppeal = fault.New(fault.Conflict, "community.appeal", fault.Member,
		"这条内容不能申请复核：没有被隐藏，或者已经复核过一次。", "There is no second look at this: it is not hidden, or had one already.")
)

// A CaseState is where a thing stands that was reported or hidden.
type CaseState string

const (
	Open     CaseState = "open"
	Kept     CaseState = "kept"
	Hidden   CaseState = "hidden"
	Appealed CaseState = "appealed"
	Final    CaseState = "final"
	Gone     CaseState = "gone"
)

// CaseStates are all, in the order in which an operator wants them.
var CaseStates = []CaseState{Appealed, Open, Hidden, Final, Kept, Gone}

// hides reports whether a thing in this state is on no public page.
func (s CaseState) hides() bool { return s == Hidden || s == Appealed || s == Final }

// sequel says what may follow on what. A thing of which there is no case yet is
// as one that was kept.
var sequel = map[CaseState][]CaseState{
	Open:     {Kept, Hidden, Gone},
	Kept:     {Open, Hidden, Gone},
	Hidden:   {Kept, Appealed, Gone},
	Appealed: {Kept, Final, Gone},
	Final:    {Kept, Gone},
	Gone:     {},
}

// follows reports whether to may follow on s.
func (s CaseState) follows(to CaseState) bool { return slices.Contains(sequel[s], to) }

// A Case is what became of a thing that was reported or hidden.
type Case struct {
	Thing   string
	Kind    Kind
	Note    curate.NoteID
	Author  account.ID
	State   CaseState
	Reason  Reason
	Words   string // What the author is told.
	Judge   account.ID
	Appeal  string
	Answer  string
	Second  account.ID
	At      time.Time
	Changed time.Time
}

const selectCases = `
	SELECT thing, kind, note, author, state, reason, words, judge, appeal, answer, second, at, changed FROM community_cases`

// findCase returns the case of a thing, or db.ErrNone.
func findCase(tx *db.Tx, id string) (Case, error) {
	c, err := db.One[Case](tx, selectCases+` WHERE thing = $1`, id)
	return c, wrap("find a case", err)
}

// openCase has a case of the thing wait for an operator. One that is hidden
// stays so.
func openCase(tx *db.Tx, t thing) error {
	_, err := tx.Exec(`
		INSERT INTO community_cases (thing, kind, note, author, state, at, changed) VALUES ($1, $2, $3, $4, 'open', $5, $5)
		ON CONFLICT (thing) DO UPDATE SET state = 'open', changed = excluded.changed WHERE community_cases.state = 'kept'`,
		t.ID, t.Kind, t.Note, t.Author, tx.Now())
	return wrap("open a case", err)
}

// endCase ends the case of a thing that its author deleted. What was reported
// of it is deleted too.
func endCase(tx *db.Tx, id string) error {
	if _, err := tx.Exec(`DELETE FROM community_reports WHERE thing = $1`, id); err != nil {
		return wrap("delete reports", err)
	}
	_, err := tx.Exec(`
		UPDATE community_cases SET state = 'gone', words = '', appeal = '', answer = '', changed = $1
		WHERE thing = $2 AND state <> 'gone'`, tx.Now(), id)
	return wrap("end a case", err)
}

// A Ruling is what an operator decides about a thing.
type Ruling struct {
	Reason Reason // Of hiding.
	Words  string // To the author, in words he can do something with.
}

func (r Ruling) tidy() (Ruling, error) {
	if !slices.Contains(Reasons, r.Reason) {
		return r, ErrReason.In("reason")
	}
	var err error
	r.Words, err = body("words", r.Words, WordsMax)
	return r, err
}

// Hide takes a thing off the public pages. Its author is told the reason on his
// page.
func (s *Service) Hide(ctx context.Context, who account.Session, id string, r Ruling) error {
	r, err := r.tidy()
	if err != nil {
		return err
	}
	return s.rule(ctx, who, id, step{Hidden, "community.hide", map[string]any{"reason": r.Reason}, func(tx *db.Tx, from CaseState) (int64, error) {
		return tx.Exec(`
			UPDATE community_cases SET state = 'hidden', reason = $1, words = $2, judge = $3, appeal = '', answer = '', second = '', changed = $4
			WHERE thing = $5 AND state = $6`, r.Reason, r.Words, who.Person, tx.Now(), id, from)
	}})
}

// Keep says that a reported thing stays.
func (s *Service) Keep(ctx context.Context, who account.Session, id string) error {
	return s.rule(ctx, who, id, step{Kept, "community.keep", nil, func(tx *db.Tx, from CaseState) (int64, error) {
		if from != Open {
			return 0, nil
		}
		return tx.Exec(`
			UPDATE community_cases SET state = 'kept', judge = $1, changed = $2 WHERE thing = $3 AND state = $4`,
			who.Person, tx.Now(), id, from)
	}})
}

// Restore shows again what was hidden, with a word of why.
func (s *Service) Restore(ctx context.Context, who account.Session, id, words string) error {
	words, err := body("words", words, WordsMax)
	if err != nil {
		return err
	}
	return s.rule(ctx, who, id, step{Kept, "community.restore", nil, func(tx *db.Tx, from CaseState) (int64, error) {
		if from != Hidden && from != Final {
			return 0, nil
		}
		return tx.Exec(`
			UPDATE community_cases SET state = 'kept', words = $1, judge = $2, second = '', changed = $3 WHERE thing = $4 AND state = $5`,
			words, who.Person, tx.Now(), id, from)
	}})
}

// Judge answers an author who asked for a second look: to is Kept, which shows
// the thing again, or Final. Who hid it does not judge it.
func (s *Service) Judge(ctx context.Context, who account.Session, id string, to CaseState, answer string) error {
	if to != Kept && to != Final {
		return ErrStep
	}
	answer, err := body("answer", answer, WordsMax)
	if err != nil {
		return err
	}
	return s.rule(ctx, who, id, step{to, "community.judge", map[string]any{"to": to}, func(tx *db.Tx, from CaseState) (int64, error) {
		if from != Appealed {
			return 0, nil
		}
		return tx.Exec(`
			UPDATE community_cases SET state = $1, answer = $2, second = $3, changed = $4
			WHERE thing = $5 AND state = $6 AND judge <> $3`, to, answer, who.Person, tx.Now(), id, from)
	}})
}

// A step is what an operator does about a thing: where it leads, its name in
// the audit with what is kept of it there, and the change, which is conditional
// on where the case stood.
type step struct {
	to     CaseState
	act    string
	detail any
	change func(tx *db.Tx, from CaseState) (int64, error)
}

// rule lets an operator take a step: the rule of what may follow gives the
// refusal, and the condition of the change holds it.
func (s *Service) rule(ctx context.Context, who account.Session, id string, next step) error {
	if !account.Allowed(who, account.ActConsoleWrite) {
		return ErrDenied
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		t, err := findThing(tx, id)
		if err != nil {
			return err
		}
		c, err := findCase(tx, id)
		if errors.Is(err, db.ErrNone) && next.to == Hidden {
			if err := openCase(tx, t); err != nil {
				return err
			}
			c.State = Open
		} else if errors.Is(err, db.ErrNone) {
			return ErrCase
		} else if err != nil {
			return err
		}
		if !c.State.follows(next.to) {
			return ErrStep
		}
		if c.State == Appealed && c.Judge == who.Person {
			return ErrSecond
		}
		n, err := next.change(tx, c.State)
		if err == nil && n == 0 {
			err = ErrStep
		}
		if err != nil {
			return wrap("change a case", err)
		}
		if err := tellOf(tx, t); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, next.act, id, next.detail)
	})
}

// tellOf tells that a note was hidden or shown; of what stands below it nobody
// keeps a copy.
func tellOf(tx *db.Tx, t thing) error {
	if t.Kind != NoteKind {
		return nil
	}
	at, err := db.One[shop.ID](tx, `SELECT shop FROM curate_notes WHERE id = $1`, t.ID)
	if err != nil {
		return wrap("find a note's shop", err)
	}
	return tell(tx, at)
}

// Appeal asks for a second look at what was hidden of one's own, once.
func (s *Service) Appeal(ctx context.Context, who account.Session, id, words string) error {
	words, err := body("words", words, WordsMax)
	if err != nil {
		return err
	}
	return s.act(ctx, who, func(tx *db.Tx) error {
		c, err := findCase(tx, id)
		if errors.Is(err, db.ErrNone) || err == nil && c.Author != who.Person {
			return ErrThing
		} else if err != nil {
			return err
		}
		if !c.State.follows(Appealed) {
			return ErrAppeal
		}
		n, err := tx.Exec(`
			UPDATE community_cases SET state = 'appealed', appeal = $1, changed = $2 WHERE thing = $3 AND state = 'hidden'`, words, tx.Now(), id)
		if err == nil && n == 0 {
			err = ErrAppeal
		}
		if err != nil {
			return wrap("appeal", err)
		}
		return account.Audit(tx, who.Person, "community.appeal", id, nil)
	})
}
