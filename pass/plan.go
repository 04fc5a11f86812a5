package pass

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/money"
)

// Refusals of a plan's form.
var (
	ErrDenied = fault.New(fault.Denied, "pass.denied", fault.Operator,
		"只有运营人员可以改卡种。", "Only operators may change plans.")
	ErrPlanCode = fault.New(fault.Invalid, "pass.plan_code", fault.Operator,
		"代号用 2 到 32 个小写字母、数字或短横线，以字母开头。", "A code is 2 to 32 lower-case letters, digits or hyphens and begins with a letter.")
	ErrPlanName = fault.New(fault.Invalid, "pass.plan_name", fault.Operator,
		"名称中英文都要填，各不超过 40 个字。", "A name is needed in Chinese and in English, at most 40 characters each.")
	ErrPlanDays = fault.New(fault.Invalid, "pass.plan_days", fault.Operator,
		"天数在 1 到 1096 之间。", "The days are 1 to 1096.")
	ErrPlanPrice = fault.New(fault.Invalid, "pass.plan_price", fault.Operator,
		"价格在 ¥0.01 到 ¥5000.00 之间；体验卡免费。", "The price is ¥0.01 to ¥5000.00; a trial is free.")
)

// A Plan is what is sold.
type Plan struct {
	Code  string // "annual"
	Zh    string
	En    string
	Price money.Amount
	Days  int
	Trial bool // Free, once per person.
	Sold  bool // Whether it is on sale.
}

// What a plan may be. Three years and five thousand yuan are what local rules
// on prepaid cards allow a named card at most.
const (
	planDaysMax  = 1096
	planPriceMax = 5000 * money.Yuan
	planNameMax  = 40
)

var planCode = regexp.MustCompile(`^[a-z][a-z0-9-]{1,31}$`)

// check says what is wrong with the plan, or nil.
func (p Plan) check() error {
	switch {
	case !planCode.MatchString(p.Code):
		return ErrPlanCode.In("code")
	case !nameOK(p.Zh):
		return ErrPlanName.In("zh")
	case !nameOK(p.En):
		return ErrPlanName.In("en")
	case p.Days < 1 || p.Days > planDaysMax:
		return ErrPlanDays.In("days")
	case p.Trial && p.Price != 0, !p.Trial && (p.Price < 1 || p.Price > planPriceMax):
		return ErrPlanPrice.In("price")
	}
	return nil
}

func nameOK(s string) bool {
	return strings.TrimSpace(s) == s && s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= planNameMax
}

// Plans lists the plans on sale, the dearest first; all includes the others.
func (s *Service) Plans(ctx context.Context, all bool) (plans []Plan, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		plans, err = selectPlans(tx, all)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pass: list plans: %w", err)
	}
	return plans, nil
}

// SetPlan adds or changes a plan. Passes already bought keep what they were
// bought with.
func (s *Service) SetPlan(ctx context.Context, who account.Session, p Plan) error {
	if !who.Has(account.Operator) {
		return ErrDenied
	}
	if err := p.check(); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := upsertPlan(tx, p); err != nil {
			return fmt.Errorf("pass: set plan %s: %w", p.Code, err)
		}
		return account.Audit(tx, who.Person, "pass.set_plan", p.Code, p)
	})
}
