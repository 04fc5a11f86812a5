package shop

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
)

// Refusals of a bill. Which of several that are true is told is the order in
// which they stand here: first what today cannot change, last what the member
// can.
var (
	ErrTermsNone = fault.New(fault.Conflict, "shop.terms_none", fault.Merchant, "这家店还没有设置会员权益。", "This shop has set no terms for members yet.")
	ErrOver      = fault.New(fault.Conflict, "shop.over", fault.Merchant, "这个优惠已经结束了。", "This offer is over.")
	ErrEarly     = fault.New(fault.Conflict, "shop.early", fault.Merchant, "这个优惠还没开始。", "This offer has not begun yet.")
	ErrBlackout  = fault.New(fault.Conflict, "shop.blackout", fault.Merchant, "今天不在优惠日期内，请换一天再来。", "The terms do not apply today. Another day they will.")
	ErrHours     = fault.New(fault.Conflict, "shop.hours", fault.Member, "现在不在优惠时段，{zh}可用。", "The terms do not apply at this hour; they apply {en}.")
	ErrFloor     = fault.New(fault.Conflict, "shop.floor", fault.Member, "满 {floor} 才能用，还差 {short}。", "The bill must be at least {floor}; {short} is missing.")
)

// Refusals of terms and offers that cannot be; each names the form's field.
var (
	ErrKind     = fault.New(fault.Invalid, "shop.kind", fault.Merchant, "请选择优惠方式。", "Choose what kind of benefit it is.")
	ErrPercent  = fault.New(fault.Invalid, "shop.percent", fault.Merchant, "减免比例在 1% 到 90% 之间。", "The percentage off is from 1 to 90.")
	ErrAmount   = fault.New(fault.Invalid, "shop.amount", fault.Merchant, "金额不对，请检查。", "This amount cannot be. Check it.")
	ErrOff      = fault.New(fault.Invalid, "shop.off", fault.Merchant, "减免金额要大于 0。", "The amount off must be more than nothing.")
	ErrPerDay   = fault.New(fault.Invalid, "shop.per_day", fault.Merchant, "每人每天可用 1 到 {max} 次。", "Uses per member and day are from 1 to {max}.")
	ErrWindow   = fault.New(fault.Invalid, "shop.window", fault.Merchant, "时段不对：开始在 00:00 到 23:59 之间，最长 24 小时。", "This window cannot be: it begins from 00:00 to 23:59 and lasts at most 24 hours.")
	ErrWindows  = fault.New(fault.Invalid, "shop.windows", fault.Merchant, "时段太多了，最多 {max} 个。", "These are too many windows; at most {max}.")
	ErrDay      = fault.New(fault.Invalid, "shop.day", fault.Merchant, "日期不对，请检查。", "This date cannot be. Check it.")
	ErrDays     = fault.New(fault.Invalid, "shop.days", fault.Merchant, "日期太多了，最多 {max} 天。", "These are too many days; at most {max}.")
	ErrOfferMax = fault.New(fault.Invalid, "shop.offers", fault.Merchant, "自有优惠太多了，最多 {max} 个。", "These are too many offers; at most {max}.")
	ErrOrder    = fault.New(fault.Invalid, "shop.order", fault.Merchant, "结束日期要晚于开始日期。", "The end must be after the beginning.")
)

// A Kind is how a benefit lowers a bill.
type Kind string

const (
	None    Kind = ""        // No terms set.
	Percent Kind = "percent" // Percent off the bill.
	Fixed   Kind = "fixed"   // A fixed sum off the bill.
	Gift    Kind = "gift"    // Something given; the bill is not lowered.
)

// Terms are what a shop gives card members. They are copied onto each
// redemption. Their JSON is stored, so its names are fixed.
type Terms struct {
	Version  int          `json:"version"` // Rises with every change.
	Kind     Kind         `json:"kind"`
	Percent  int          `json:"percent,omitempty"`  // 1..90, of Percent terms: 10 means ten percent off.
	Off      money.Amount `json:"off,omitempty"`      // Of Fixed terms.
	Gift     string       `json:"gift,omitempty"`     // Of Gift terms.
	Floor    money.Amount `json:"floor,omitempty"`    // The bill must be at least this; 0: none.
	Cap      money.Amount `json:"cap,omitempty"`      // At most this is taken off one bill; 0: none.
	PerDay   int          `json:"per_day,omitempty"`  // Uses per member per day; 0 means 1.
	Hours    []Hours      `json:"hours,omitempty"`    // When the terms apply; empty: whenever the shop is open.
	Blackout []ledger.Day `json:"blackout,omitempty"` // Days on which they do not.
	Excluded string       `json:"excluded,omitempty"` // What they do not cover, as people read it.
	Budget   money.Amount `json:"budget,omitempty"`   // At most this is given a business day; 0: no limit.
}

// Hours is a weekly window in the shop's local time.
type Hours struct {
	Days  []time.Weekday `json:"days,omitempty"` // Empty: every day.
	From  int            `json:"from"`           // Minute of day, inclusive.
	Until int            `json:"until"`          // Minute of day, exclusive; beyond 1440 runs past midnight.
}

// Bounds of terms.
const (
	percentMax  = 90
	perDayMax   = 10
	hoursMax    = 21 // Three windows a day.
	blackoutMax = 366
	giftMax     = 40
	excludedMax = 100
)

// Holds reports whether a local time is within the window. The hours past
// midnight belong to the weekday on which the window began.
func (h Hours) Holds(local time.Time) bool {
	on := func(d time.Weekday) bool { return len(h.Days) == 0 || slices.Contains(h.Days, d) }
	now, today := minute(local), local.Weekday()
	yesterday := (today + 6) % 7
	return on(today) && h.From <= now && now < h.Until || on(yesterday) && now+day < h.Until
}

// within reports whether a local time is in one of the windows; no windows
// hold every time.
func within(windows []Hours, local time.Time) bool {
	return len(windows) == 0 || slices.ContainsFunc(windows, func(h Hours) bool { return h.Holds(local) })
}

// Take returns what the terms take off a bill at a local time, or the fault
// that says why they do not apply (ErrTermsNone, ErrBlackout, ErrHours,
// ErrFloor, the first that is true). A gift takes nothing off. Day limits and
// budgets are not its business. A blackout day is the calendar day of the
// time, also in the small hours of a late night.
func (t Terms) Take(bill money.Amount, local time.Time) (money.Amount, error) {
	switch {
	case t.Kind == None:
		return 0, ErrTermsNone
	case slices.Contains(t.Blackout, ledger.DayOf(local, local.Location())):
		return 0, ErrBlackout
	case !within(t.Hours, local):
		return 0, outside(t.Hours)
	case bill < t.Floor:
		return 0, below(t.Floor, bill)
	}
	return take(t.Kind, t.Percent, t.Off, t.Cap, bill), nil
}

// take is the sum that a benefit lowers a bill by: never more than its cap and
// never more than the bill.
func take(k Kind, percent int, off, limit, bill money.Amount) money.Amount {
	bill = max(bill, 0)
	var sum money.Amount
	switch k {
	case Percent:
		sum = bill.Percent(percent)
	case Fixed:
		sum = min(off, bill)
	}
	if limit > 0 {
		sum = min(sum, limit)
	}
	return sum
}

func outside(windows []Hours) error {
	return ErrHours.With("zh", spaced(sayHours(windows, fault.Zh)), "en", sayHours(windows, fault.En))
}

func below(floor, bill money.Amount) error {
	return ErrFloor.With("floor", floor, "short", floor-bill)
}

// Tidy returns the terms as they are stored: texts trimmed, days in order and
// once, and nothing set that belongs to another kind.
func (t Terms) Tidy() Terms {
	var err error
	if t.Gift, err = text("gift", t.Gift, giftMax); err != nil || t.Kind != Gift {
		t.Gift = ""
	}
	if t.Excluded, err = text("excluded", t.Excluded, excludedMax); err != nil {
		t.Excluded = ""
	}
	if t.Kind != Percent {
		t.Percent = 0
	}
	if t.Kind != Fixed {
		t.Off = 0
	}
	if t.Kind == Gift {
		t.Cap, t.Budget = 0, 0
	}
	t.PerDay = max(t.PerDay, 1)
	t.Blackout = set(t.Blackout)
	t.Hours = tidyHours(t.Hours)
	return t
}

func tidyHours(windows []Hours) []Hours {
	var tidied []Hours
	for _, h := range windows {
		h.Days = set(h.Days)
		if len(h.Days) == 7 {
			h.Days = nil
		}
		tidied = append(tidied, h)
	}
	return tidied
}

// set returns a sorted copy without repetitions; of nothing it is nil, as when
// read back from JSON.
func set[T cmp.Ordered](all []T) []T {
	if len(all) == 0 {
		return nil
	}
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

// Faults returns everything that is wrong with the terms, each fault with its
// field, in the order of the form.
func (t Terms) Faults() []*fault.Error {
	var c checks
	switch t.Kind {
	case Percent:
		c.percent(t.Percent)
	case Fixed:
		c.off(t.Off)
	case Gift:
		_, err := needed("gift", t.Gift, giftMax)
		c.add(err)
	default:
		c.add(ErrKind.In("kind"))
	}
	c.amount("floor", t.Floor)
	c.amount("cap", t.Cap)
	if t.PerDay < 0 || t.PerDay > perDayMax {
		c.add(ErrPerDay.With("max", perDayMax).In("per_day"))
	}
	c.hours(t.Hours)
	if len(t.Blackout) > blackoutMax {
		c.add(ErrDays.With("max", blackoutMax).In("blackout"))
	}
	for _, d := range t.Blackout {
		if !c.day("blackout", d) {
			break
		}
	}
	_, err := text("excluded", t.Excluded, excludedMax)
	c.add(err)
	c.amount("budget", t.Budget)
	return c.faults
}

// Validate returns the first of the Faults, or nil.
func (t Terms) Validate() error {
	if f := t.Faults(); len(f) > 0 {
		return f[0]
	}
	return nil
}

// SetTerms replaces a shop's terms; operators and the shop's merchant may. The
// same terms again change nothing.
func (s *Service) SetTerms(ctx context.Context, who account.Session, id ID, t Terms) (sh Shop, err error) {
	if err := t.Validate(); err != nil {
		return Shop{}, err
	}
	t = t.Tidy()
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if sh, err = findFor(tx, who, id); err != nil {
			return err
		}
		t.Version = sh.Terms.Version
		switch {
		case sh.State == Left:
			return sh.State.fault()
		case reflect.DeepEqual(t, sh.Terms):
			return nil
		}
		t.Version++
		if err := putTerms(tx, sh, t, who.Person); err != nil {
			return err
		}
		sh.Terms, sh.Updated = t, tx.Now()
		return account.Audit(tx, who.Person, "shop.set_terms", string(id), map[string]any{"version": t.Version})
	})
	if err != nil {
		return Shop{}, err
	}
	return sh, nil
}
