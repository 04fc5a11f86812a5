package curate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/once"
	"citywalk/shop"
)

// Refusals of decisions.
var (
	ErrVerdict = fault.New(fault.Invalid, "curate.verdict", fault.Operator,
		"请选择收录、观察或不收录。", "Choose: on the list, being watched, or not on the list.")
	ErrReason = fault.New(fault.Invalid, "curate.reason", fault.Operator,
		"请写下理由，商家和会员都会看到，最多 {max} 个字。", "Give the reason; the merchant and members will see it. At most {max} characters.")
	ErrTie = fault.New(fault.Invalid, "curate.tie", fault.Operator,
		"请如实说明你和这家店的关系；没有关系也请选「没有」。", "Say what ties you to this shop, or choose that nothing does.")
	ErrPeriod = fault.New(fault.Invalid, "curate.period", fault.Operator,
		"有效期在 1 到 {max} 天之间。", "A decision holds for 1 to {max} days.")
	ErrStale = fault.New(fault.Conflict, "curate.stale", fault.Operator,
		"你打开页面之后，同事已经作了新的决定。请看过再决定。", "A colleague decided since you opened the page. Have a look, then decide.")
	ErrPending = fault.New(fault.Conflict, "curate.pending", fault.Operator,
		"这家店已有一个决定在等第二位同事确认，先处理它。", "A decision about this shop waits for a second person. Settle that one first.")
)

// A Ruling is what a reviewer decides.
type Ruling struct {
	Verdict Verdict
	Reason  string // Public; 1 to 500 characters.
	Remark  string // For colleagues; up to 1,000 characters.
	Tie     Tie
	Days    int        // How long it holds; 0 is the rules' default.
	Seen    DecisionID // The standing decision that the reviewer saw; "" for none.
}

// A Tie is what a reviewer says of his own interest in a shop. He must say
// something: the zero Tie is refused.
type Tie struct {
	None  bool   // Nothing ties him to it.
	Words string // What does, up to 200 characters.
}

const (
	reasonMax = 500
	remarkMax = 1_000
	tieMax    = 200
	periodMax = 730 // Days.
)

func (r Ruling) tidy(rules Rules) (Ruling, error) {
	var err error
	switch r.Verdict {
	case Included, Watched, Excluded:
	default:
		return r, ErrVerdict.In("verdict")
	}
	if r.Reason, err = body("reason", r.Reason, reasonMax); errors.Is(err, ErrNoText) || errors.Is(err, ErrLong) {
		return r, ErrReason.With("max", reasonMax).In("reason")
	} else if err != nil {
		return r, err
	}
	if r.Remark, err = body("remark", r.Remark, remarkMax); err != nil && !errors.Is(err, ErrNoText) {
		return r, err
	}
	if r.Tie.Words, err = body("tie", r.Tie.Words, tieMax); err != nil && !errors.Is(err, ErrNoText) {
		return r, err
	}
	if r.Tie.None == (r.Tie.Words != "") {
		return r, ErrTie.In("tie")
	}
	if r.Days == 0 {
		r.Days = rules.Days
	}
	if r.Days < 1 || r.Days > periodMax {
		return r, ErrPeriod.With("max", periodMax).In("days")
	}
	return r, nil
}

// Decide takes a decision about a shop, under an idempotency key. It stands at
// once, or is proposed to a second person if one is needed (see the package
// comment).
func (s *Service) Decide(ctx context.Context, who account.Session, id shop.ID, r Ruling, key string) (Decision, error) {
	r, err := r.tidy(s.Rules.filled())
	if err != nil {
		return Decision{}, err
	}
	k := once.Key{Principal: string(who.Person), Route: "curate.decide", Key: key, Fingerprint: once.Print(id, r)}
	made, _, err := once.Do(ctx, s.DB, k, func(tx *db.Tx) (DecisionID, error) {
		d, err := s.decide(tx, who, id, r)
		return d.ID, err
	})
	if err != nil {
		return Decision{}, err
	}
	d, err := s.decision(ctx, made)
	return d, once.After(err)
}

func (s *Service) decide(tx *db.Tx, who account.Session, id shop.ID, r Ruling) (Decision, error) {
	sh, err := shop.Find(tx, id)
	if err != nil {
		return Decision{}, err
	}
	if err := reviews(who, sh); err != nil {
		return Decision{}, err
	}
	f, err := file(tx, id)
	if err != nil {
		return Decision{}, err
	}
	switch {
	case f.Proposed != nil:
		return Decision{}, ErrPending
	case f.Decision != r.Seen:
		return Decision{}, ErrStale
	}
	d, err := s.draw(tx, who, sh, r)
	if err != nil {
		return Decision{}, err
	}
	second, err := s.needsSecond(tx, f, d)
	if err != nil {
		return Decision{}, err
	}
	if d.Step = Standing; second {
		d.Step = Proposed
	}
	return d, s.enter(tx, sh, f, d)
}

// draw makes the decision of a ruling, with what it rests on.
func (s *Service) draw(tx *db.Tx, who account.Session, sh shop.Shop, r Ruling) (Decision, error) {
	d := Decision{ID: DecisionID(tx.ID("dec")), Shop: sh.ID, Verdict: r.Verdict, Reason: r.Reason, Remark: r.Remark,
		Tie: r.Tie.Words, Reviewer: who.Person, Rules: s.Rules.filled().Version, At: tx.Now(),
		Expires: tx.Now().Add(time.Duration(r.Days) * day)}
	var err error
	d.Basis, err = s.basis(tx, sh)
	if d.Basis.Score != nil {
		// What was found about single notes changes with every fit, and is not kept
		// for ever beside a decision.
		d.Basis.Score.Found = nil
	}
	return d, err
}

// needsSecond reports whether a second person has to confirm the decision.
func (s *Service) needsSecond(tx *db.Tx, f File, d Decision) (bool, error) {
	switch {
	case d.Tie != "":
		return true, nil
	case f.Verdict != Included || d.Verdict == Included:
		return false, nil
	case s.Relied == nil:
		return true, nil // Nobody can tell, so members may have paid.
	}
	return s.Relied(tx, d.Shop)
}

// enter writes a decision, and if it needs nobody else makes it stand.
func (s *Service) enter(tx *db.Tx, sh shop.Shop, f File, d Decision) error {
	if d.Step == Standing {
		if err := leavePast(tx, f.Standing); err != nil {
			return err
		}
	}
	if err := putDecision(tx, d); err != nil {
		return err
	}
	if err := account.Audit(tx, d.Reviewer, "curate.decide", string(d.Shop), map[string]any{
		"decision": d.ID, "verdict": d.Verdict, "step": d.Step, "rules": d.Rules, "tie": d.Tie != ""}); err != nil {
		return err
	}
	if d.Step == Proposed {
		return nil
	}
	return s.stand(tx, sh, d)
}

// stand brings the dossier and the shop to a decision that stands now.
func (s *Service) stand(tx *db.Tx, sh shop.Shop, d Decision) error {
	if err := putDossier(tx, Dossier{Shop: d.Shop, City: sh.City, Verdict: d.Verdict, Decision: d.ID, Decided: tx.Now(), Expires: d.Expires}); err != nil {
		return err
	}
	if err := dropCandidate(tx, d.Shop); err != nil {
		return err
	}
	if d.Verdict == Included {
		return shop.Enlist(tx, d.Shop)
	}
	return shop.Delist(tx, d.Shop)
}

// decision reads a decision in a View of its own.
func (s *Service) decision(ctx context.Context, id DecisionID) (d Decision, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		d, err = findDecision(tx, id)
		return err
	})
	if err != nil {
		return d, fmt.Errorf("curate: decision %s: %w", id, err)
	}
	return d, nil
}
