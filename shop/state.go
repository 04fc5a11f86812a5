package shop

import (
	"context"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
)

// Refusals of changes of state.
var (
	ErrState      = fault.New(fault.Conflict, "shop.state", fault.Merchant, "门店{zh}，不能这样操作。", "The shop is {en} now, so this cannot be done.")
	ErrNoMerchant = fault.New(fault.Conflict, "shop.no_merchant", fault.Operator, "门店还没有归属商家，请先指定商家。", "The shop has no merchant yet. Assign one first.")
	ErrNoTerms    = fault.New(fault.Conflict, "shop.no_terms", fault.Merchant, "门店还没有会员权益，请先设置权益。", "The shop has no terms yet. Set them first.")
	ErrHeld       = fault.New(fault.Denied, "shop.held", fault.Operator, "门店是运营暂停的，请联系运营恢复。", "An operator paused the shop. Ask the operators to resume it.")
)

// A State says whether a shop takes the card.
type State string

const (
	Draft  State = "draft"
	Live   State = "live"
	Paused State = "paused"
	Left   State = "left"
)

// States returns the states in the order of a shop's life.
func States() []State { return []State{Draft, Live, Paused, Left} }

// Say returns the state in words that fit after "The shop is".
func (s State) Say(lang fault.Lang) string {
	words := map[State][2]string{
		Draft:  {"还没上线", "not live yet"},
		Live:   {"已经上线", "live"},
		Paused: {"暂停中", "paused"},
		Left:   {"已退出", "no longer in the programme"},
	}[s]
	if lang == fault.Zh {
		return words[0]
	}
	return words[1]
}

// fault says that the state forbids what was asked.
func (s State) fault() *fault.Error {
	return ErrState.With("zh", s.Say(fault.Zh), "en", s.Say(fault.En))
}

// An act is what changes a state.
type act string

const (
	opening  act = "open"
	pausing  act = "pause"
	resuming act = "resume"
	leaving  act = "leave"
)

// moves is the state machine: from which states an act leads to which.
var moves = map[act]struct {
	from []State
	to   State
}{
	opening:  {[]State{Draft}, Live},
	pausing:  {[]State{Live}, Paused},
	resuming: {[]State{Paused}, Live},
	leaving:  {[]State{Live, Paused}, Left},
}

// refuse says why the shop may not go through the act, or nil: first the state,
// which nothing cures, then what is missing, then who has to do it.
func (s Shop) refuse(a act, who account.Session) error {
	switch {
	case !slices.Contains(moves[a].from, s.State):
		return s.State.fault()
	case a == opening && s.Merchant == "":
		return ErrNoMerchant
	case a == opening && s.Terms.Kind == None:
		return ErrNoTerms
	case a == resuming && s.Held && !who.Has(account.Operator):
		return ErrHeld
	}
	return nil
}

// reasonMax is how many characters a reason may have.
const reasonMax = 200

// Open lets a draft take the card.
func (s *Service) Open(ctx context.Context, who account.Session, id ID) error {
	return s.change(ctx, who, id, opening, "")
}

// Pause stops a live shop from taking the card and says why; members read it.
func (s *Service) Pause(ctx context.Context, who account.Session, id ID, reason string) error {
	reason, err := needed("reason", reason, reasonMax)
	if err != nil {
		return err
	}
	return s.change(ctx, who, id, pausing, reason)
}

// Resume ends a pause. What an operator paused, only an operator resumes.
func (s *Service) Resume(ctx context.Context, who account.Session, id ID) error {
	return s.change(ctx, who, id, resuming, "")
}

// Leave takes a shop out of the programme for good and says why.
func (s *Service) Leave(ctx context.Context, who account.Session, id ID, reason string) error {
	reason, err := needed("reason", reason, reasonMax)
	if err != nil {
		return err
	}
	return s.change(ctx, who, id, leaving, reason)
}

func (s *Service) change(ctx context.Context, who account.Session, id ID, a act, reason string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		sh, err := findFor(tx, who, id)
		if err != nil {
			return err
		}
		if err := sh.refuse(a, who); err != nil {
			return err
		}
		held := a == pausing && who.Has(account.Operator)
		if err := move(tx, sh, moves[a].to, reason, held); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "shop."+string(a), string(id), map[string]any{"from": sh.State, "held": held})
	})
}
