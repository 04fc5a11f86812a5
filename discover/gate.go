package discover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/pass"
)

// Refusals of a sale, and of gates.
var (
	ErrClosed = fault.New(fault.Conflict, "discover.closed", fault.Us,
		"{area}还没开卖：只有 {reached}% 的地方步行 {minutes} 分钟内有 {shops} 家可用的店，到 {share}% 才卖。我们还在签店，开卖时可以告诉你。",
		"Not on sale in {area} yet: only {reached}% of places there have {shops} card shops within {minutes} minutes' walk, and we sell it from {share}%. We are signing more shops; we can tell you when it opens.")
	ErrUnmeasured = fault.New(fault.Conflict, "discover.unmeasured", fault.Us,
		"{area}有几家店可用还没算出来，算好才卖。过几分钟再来看看。", "We have not yet counted the card shops in {area}, and sell it there once we have. Look again in a few minutes.")
	ErrWhere = fault.New(fault.Invalid, "discover.where", fault.Member,
		"先选一个你最常用卡的区，有的区现在不卖。", "Choose the district where you will use it most: it is not sold in all of them.")
	ErrDistrict = fault.New(fault.Invalid, "discover.district", fault.Member,
		"没有这个区，请从列表里选一个。", "There is no such district. Choose one from the list.")

	ErrDenied = fault.New(fault.Denied, "discover.denied", fault.Operator,
		"只有运营人员可以这样操作。", "Only operators may do this.")
	ErrGate = fault.New(fault.NotFound, "discover.gate", fault.Operator,
		"没有这个开卖条件，可能已经取消了。", "There is no such gate. It may have been taken away.")
	ErrGateArea = fault.New(fault.Invalid, "discover.gate_area", fault.Operator,
		"请填城市；城市和区各不超过 40 个字。", "Name the city. City and district have at most 40 characters each.")
	ErrGateRange = fault.New(fault.Invalid, "discover.gate_range", fault.Operator,
		"这里填 {min} 到 {max} 的整数。", "This is a whole number from {min} to {max}.")
	ErrWalk = fault.New(fault.Invalid, "discover.walk", fault.Member,
		"位置或步行时间不对：步行 1 到 60 分钟。", "The position or the walk cannot be: a walk is from 1 to 60 minutes.")
)

// A GateID names a gate: "gat_...".
type GateID string

// A GateState is whether a gate lets sales through.
type GateState string

const (
	GateNew    GateState = "new" // Not measured under its conditions yet.
	GateOpen   GateState = "open"
	GateClosed GateState = "closed"
)

// gateMoves is the drawing in the package comment as a table.
var gateMoves = map[GateState][]GateState{
	GateNew:    {GateOpen, GateClosed},
	GateOpen:   {GateClosed, GateNew},
	GateClosed: {GateOpen, GateNew},
}

// Conditions are what must hold in an area. They are copied onto each pass
// that is sold under them, so the names of their JSON are fixed.
type Conditions struct {
	City       string `json:"city"`
	District   string `json:"district"` // Empty: the whole city.
	Share      int    `json:"share"`    // At least so many percent of its anchors
	Shops      int    `json:"shops"`    // find so many shops that are open and give their terms,
	Categories int    `json:"categories"`
	Minutes    int    `json:"minutes"` // within so many minutes on foot,
	Hour       int    `json:"hour"`    // at this minute of the day.
}

// A Gate is conditions for selling a plan in an area, and whether they hold.
type Gate struct {
	ID GateID
	Conditions
	Plan     string // Empty: every plan.
	State    GateState
	Reached  int       // Hundredths of a percent that were measured; -1 is none.
	Since    time.Time // Of the state.
	Measured time.Time
	Version  int
}

// Bounds of conditions.
const (
	areaMax       = 40
	gateShopsMax  = 500
	gateKindsMax  = 50
	gateMinutes   = 60
	gateShareBase = 100 // Reached is counted in hundredths of a percent.
)

// check says what is wrong with the conditions, or nil.
func (c Conditions) check() error {
	if c.City == "" || !short(c.City) || !short(c.District) {
		return ErrGateArea.In("city")
	}
	for _, n := range []struct {
		field          string
		v, least, most int
	}{
		{"share", c.Share, 1, 100}, {"shops", c.Shops, 1, gateShopsMax}, {"categories", c.Categories, 1, min(gateKindsMax, max(c.Shops, 1))},
		{"minutes", c.Minutes, 1, gateMinutes}, {"hour", c.Hour, 0, 24*60 - 1},
	} {
		if n.v < n.least || n.v > n.most {
			return ErrGateRange.With("min", n.least, "max", n.most).In(n.field)
		}
	}
	return nil
}

func checkWalk(at geo.Point, minutes, hour int) error {
	if !at.Valid() || minutes < 1 || minutes > gateMinutes || hour < 0 || hour >= 24*60 {
		return ErrWalk.In("minutes")
	}
	return nil
}

// met reports whether a number is what the conditions ask of each anchor.
func (c Conditions) met(n Number) bool { return n.Open >= c.Shops && n.OpenCategories >= c.Categories }

// hold reports whether a share, in hundredths of a percent, is enough.
func (c Conditions) hold(reached int) bool { return reached >= c.Share*gateShareBase }

// promise is the conditions as a pass keeps them.
func (c Conditions) promise() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // Strings and numbers.
	}
	return string(b)
}

// ReadPromise reads what a pass was sold on.
func ReadPromise(s string) (c Conditions, err error) {
	if err := json.Unmarshal([]byte(s), &c); err != nil {
		return c, fmt.Errorf("discover: decode a promise: %w", err)
	}
	return c, nil
}

// area is what a refusal calls the place.
func (c Conditions) area() string {
	if c.District != "" {
		return c.District
	}
	return c.City
}

// refuse says why the gate lets nobody buy, or nil.
func (g Gate) refuse() error {
	switch g.State {
	case GateOpen:
		return nil
	case GateNew:
		return ErrUnmeasured.With("area", g.area())
	}
	return ErrClosed.With("area", g.area(), "minutes", g.Minutes, "shops", g.Shops, "reached", g.Reached/gateShareBase, "share", g.Share)
}

// gateJob measures one gate soon.
const gateJob = "discover.gate"

// SetGate says what must hold for a plan to be sold in an area; the gate of the
// area and plan is made or changed. Until it is measured, seconds later,
// nothing is sold there. The same conditions again change nothing.
func (s *Service) SetGate(ctx context.Context, who account.Session, plan string, c Conditions) (g Gate, err error) {
	if !who.Has(account.Operator) {
		return g, ErrDenied
	}
	if err := c.check(); err != nil {
		return g, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		old, err := standingGate(tx, c.City, c.District, plan)
		switch {
		case errors.Is(err, db.ErrNone):
			g = Gate{ID: GateID(tx.ID("gat")), Conditions: c, Plan: plan, State: GateNew, Reached: -1, Since: tx.Now(), Version: 1}
			err = addGate(tx, g)
		case err != nil:
			return err
		case old.Conditions == c:
			g = old
			return nil
		default:
			g = Gate{ID: old.ID, Conditions: c, Plan: plan, State: GateNew, Reached: -1, Since: tx.Now(), Version: old.Version + 1}
			err = changeGate(tx, g)
		}
		if err != nil {
			return err
		}
		if err := jobs.Enqueue(tx, gateJob, fmt.Sprintf("%s/%d", g.ID, g.Version), time.Time{}, g.ID); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "discover.set_gate", string(g.ID), map[string]any{"plan": plan, "conditions": c})
	})
	if err == nil {
		s.awake()
	}
	return g, err
}

// EndGate takes a gate away; nothing then stands between its plan and its area
// but the gates that are left. What it promised with passes stays promised.
func (s *Service) EndGate(ctx context.Context, who account.Session, id GateID) error {
	if !who.Has(account.Operator) {
		return ErrDenied
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := endGate(tx, id); errors.Is(err, db.ErrNone) {
			return ErrGate
		} else if err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "discover.end_gate", string(id), nil)
	})
}

// Gates lists the gates of a city, or of all for "": whole cities first.
func (s *Service) Gates(ctx context.Context, city string) (all []Gate, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = gatesOf(tx, city)
		return err
	})
	return all, err
}

// Gate returns a gate that stands.
func (s *Service) Gate(ctx context.Context, id GateID) (g Gate, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		g, err = findGate(tx, id)
		return err
	})
	if errors.Is(err, db.ErrNone) {
		err = ErrGate
	}
	return g, err
}

// pick returns the gate that counts for a plan at a place, of those of its
// city: the district's before the whole city's, and of these the plan's own
// before the one of all plans.
func pick(all []Gate, plan string, at pass.Place) (best Gate, found bool) {
	rank := func(g Gate) (n int) {
		if g.District != "" {
			n += 2
		}
		if g.Plan != "" {
			n++
		}
		return n
	}
	for _, g := range all {
		if g.Plan != "" && g.Plan != plan || g.District != "" && g.District != at.District {
			continue
		}
		if !found || rank(g) > rank(best) {
			best, found = g, true
		}
	}
	return best, found
}
