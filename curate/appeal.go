package curate

import (
	"context"
	"errors"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// Refusals of appeals.
var (
	ErrAppeal = fault.New(fault.NotFound, "curate.appeal", fault.Merchant,
		"没有找到这个申诉。", "There is no such appeal.")
	ErrNoDecision = fault.New(fault.Conflict, "curate.no_decision", fault.Merchant,
		"这家店还没有评审决定，没有可以申诉的内容。", "Nothing was decided about this shop, so there is nothing to appeal against.")
	ErrAppealed = fault.New(fault.Conflict, "curate.appealed", fault.Merchant,
		"这个决定已经申诉过。新的决定出来后可以再申诉。", "This decision was appealed against already. A new decision can be appealed against again.")
	ErrJudged = fault.New(fault.Conflict, "curate.judged", fault.Operator,
		"这个申诉已经有了答复。", "This appeal was answered already.")
	ErrPartial = fault.New(fault.Denied, "curate.partial", fault.Operator,
		"作出或确认原决定的人不能裁定申诉，请另一位同事来裁定。", "Whoever took or confirmed the decision cannot judge the appeal. Ask another colleague.")
	ErrTied = fault.New(fault.Denied, "curate.tied", fault.Operator,
		"和这家店有关系的人不能裁定申诉，请另一位同事来裁定。", "Whoever has a tie to the shop cannot judge the appeal. Ask another colleague.")
)

// An AppealID names an appeal: "app_...".
type AppealID string

// An AppealState says what became of an appeal.
type AppealState string

const (
	AppealOpen AppealState = "open"
	Upheld     AppealState = "upheld"     // The decision was right.
	Overturned AppealState = "overturned" // Another decision took its place.
)

// An Appeal is a merchant's word against a decision.
type Appeal struct {
	ID       AppealID
	Shop     shop.ID
	Decision DecisionID
	Person   account.ID
	Text     string
	State    AppealState
	Answer   string // Public to the merchant.
	Judge    account.ID
	At       time.Time
	Answered time.Time
}

const appealMax = 1_000 // Characters.

// Appeal says the merchant's word against the decision that stands about its
// shop, once for each decision. Sending the same again is a success.
func (s *Service) Appeal(ctx context.Context, who account.Session, id shop.ID, words string) (a Appeal, err error) {
	if words, err = body("text", words, appealMax); err != nil {
		return a, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		sh, err := shop.Find(tx, id)
		if err != nil {
			return err
		}
		if sh.Merchant == "" || !slices.Contains(who.Grants, account.Grant{Role: account.Merchant, Merchant: string(sh.Merchant)}) {
			return shop.ErrUnknown
		}
		dossier, err := findDossier(tx, id)
		if errors.Is(err, db.ErrNone) {
			return ErrNoDecision
		} else if err != nil {
			return err
		}
		a = Appeal{ID: AppealID(tx.ID("app")), Shop: id, Decision: dossier.Decision, Person: who.Person,
			Text: words, State: AppealOpen, At: tx.Now()}
		fresh, err := putAppeal(tx, a)
		if err != nil {
			return err
		}
		if !fresh {
			old, err := appealAgainst(tx, dossier.Decision)
			if err == nil && old.Person == who.Person && old.Text == words {
				a = old
				return nil
			}
			return errors.Join(err, ErrAppealed)
		}
		if err := raise(tx, sh, Appealed); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "curate.appeal", string(id), map[string]any{"appeal": a.ID, "decision": a.Decision})
	})
	return a, err
}

// A Judgement answers an appeal.
type Judgement struct {
	Answer string  // The merchant reads it.
	Ruling *Ruling // The decision that takes the old one's place; nil upholds that.
}

// Judge answers an appeal. Who decided or confirmed what is appealed against
// may not. With a Ruling the decision is overturned by a new one of the judge's.
func (s *Service) Judge(ctx context.Context, who account.Session, id AppealID, j Judgement) (a Appeal, err error) {
	if j.Answer, err = body("answer", j.Answer, appealMax); err != nil {
		return a, err
	}
	if j.Ruling != nil {
		r, err := j.Ruling.tidy(s.Rules.filled())
		if err != nil {
			return a, err
		}
		if r.Tie.Words != "" {
			return a, ErrTied
		}
		j.Ruling = &r
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err = s.judge(tx, who, id, j)
		return err
	})
	return a, err
}

func (s *Service) judge(tx *db.Tx, who account.Session, id AppealID, j Judgement) (Appeal, error) {
	a, err := findAppeal(tx, id)
	if err != nil {
		return a, err
	}
	sh, err := shop.Find(tx, a.Shop)
	if err != nil {
		return a, err
	}
	if err := reviews(who, sh); err != nil {
		return a, err
	}
	against, err := findDecision(tx, a.Decision)
	if err != nil {
		return a, err
	}
	switch {
	case a.State != AppealOpen:
		return a, ErrJudged
	case against.Reviewer == who.Person || against.Second == who.Person:
		return a, ErrPartial
	}
	a.State, a.Answer, a.Judge, a.Answered = Upheld, j.Answer, who.Person, tx.Now()
	if j.Ruling != nil {
		a.State = Overturned
		if err := s.overturn(tx, who, sh, a, *j.Ruling); err != nil {
			return a, err
		}
	}
	if err := answerAppeal(tx, a); err != nil {
		return a, err
	}
	if err := dropCandidate(tx, sh.ID); err != nil {
		return a, err
	}
	return a, account.Audit(tx, who.Person, "curate.judge", string(a.Shop), map[string]any{"appeal": a.ID, "state": a.State})
}

// overturn puts a new decision in the place of the one appealed against. The
// judge is the second person in it: nobody else has to confirm.
func (s *Service) overturn(tx *db.Tx, who account.Session, sh shop.Shop, a Appeal, r Ruling) error {
	f, err := file(tx, sh.ID)
	if err != nil {
		return err
	}
	if f.Proposed != nil {
		return ErrPending
	}
	d, err := s.draw(tx, who, sh, r)
	if err != nil {
		return err
	}
	d.Appeal, d.Step = a.ID, Standing
	return s.enter(tx, sh, f, d)
}
