package discover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/cover"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/jobs"
	"citywalk/money"
	idem "citywalk/once"
)

// Refusals of plans that are made in the background.
var (
	ErrCoverPlan = fault.New(fault.NotFound, "discover.cover_plan", fault.Operator,
		"没有这次签约规划，可能已经太旧，清理掉了。", "There is no such coverage plan. It may have been old and cleared away.")
	ErrCoverRuns = fault.New(fault.Conflict, "discover.cover_runs", fault.Operator,
		"“{city}”已经有一次规划在算，等它算完，或者先停掉它。", "A plan of {city} is being made already. Wait for it, or stop it first.")
	ErrCoverOver = fault.New(fault.Conflict, "discover.cover_over", fault.Operator,
		"这次规划已经结束，不用再停。", "This plan is over already; there is nothing to stop.")
	ErrCoverBroke = fault.New(fault.Unavailable, "discover.cover_broke", fault.Us,
		"规划没算完：服务器中断了。再开始一次即可；还不行请联系技术支持。", "The plan was not finished: the server was interrupted. Start it again, and call support if that does not help.")
	ErrCoverFile = fault.New(fault.NotFound, "discover.cover_file", fault.Operator,
		"这次规划没有这个文件：还没算完，或者文件太大。用命令 citywalk coverage plan 可以得到。", "This plan has no such file: it is not finished, or the file is too large. The command citywalk coverage plan writes it.")
	ErrCoverLimit = fault.New(fault.Invalid, "discover.cover_limit", fault.Operator,
		"请填最多签几家店，或者预算。", "Say how many shops may be signed, or what they may cost.")
	ErrCoverRange = fault.New(fault.Invalid, "discover.cover_range", fault.Operator,
		"这里填 {min} 到 {max} 的整数。", "This is a whole number from {min} to {max}.")
	ErrCoverSum = fault.New(fault.Invalid, "discover.cover_sum", fault.Operator,
		"这里填 0 到 {max} 元。", "This is from 0 to {max} yuan.")
	ErrCoverGroup = fault.New(fault.Invalid, "discover.cover_group", fault.Operator,
		"没有“{group}”这一类。可以限制的有：{groups}。", "There is no group {group}. There are: {groups}.")
)

// A CoverPlanID names a plan: "cov_...".
type CoverPlanID string

// A CoverState is where a plan stands.
type CoverState string

const (
	CoverQueued    CoverState = "queued"
	CoverRunning   CoverState = "running"
	CoverDone      CoverState = "done"
	CoverCancelled CoverState = "cancelled" // With the best plan until then, if there was one.
	CoverFailed    CoverState = "failed"
)

// coverMoves is the drawing in the package comment as a table. A running plan
// whose node went away is begun again by another.
var coverMoves = map[CoverState][]CoverState{
	CoverQueued:  {CoverRunning, CoverCancelled},
	CoverRunning: {CoverRunning, CoverDone, CoverCancelled, CoverFailed},
}

// Over reports whether nothing more will come.
func (s CoverState) Over() bool { return len(coverMoves[s]) == 0 }

// A CoverRequest is what a plan is asked to be. Zero bounds nothing, except that
// shops or a budget must be bounded.
type CoverRequest struct {
	City      string         `json:"city"`
	Shops     int            `json:"shops"`
	Budget    money.Amount   `json:"budget"`
	Minutes   int            `json:"minutes"` // On foot.
	Chance    int            `json:"chance"`  // Percent, that a shop signs.
	Visit     money.Amount   `json:"visit"`   // What a visit of the sales team costs.
	Uncurated bool           `json:"uncurated"`
	Groups    map[string]int `json:"groups"` // At most so many of a group.
	Chain     int            `json:"chain"`  // At most so many of a chain.
	Effort    int            `json:"effort"` // 1 is usual.
}

// CoverUsual is what a form asks to begin with.
var CoverUsual = CoverRequest{Shops: 20, Minutes: 10, Chance: 100, Visit: 100 * money.Yuan, Effort: 1}

// Bounds of what may be asked.
const (
	coverShopsMax  = 1000
	coverEffortMax = 10
	coverBudgetMax = 100_000_000 * money.Yuan
	coverVisitMax  = 10_000 * money.Yuan
)

// CoverGroups are the groups of categories that a plan may bound.
func CoverGroups() (all []string) {
	for _, n := range cover.Usual() {
		if !slices.Contains(all, n.Category) {
			all = append(all, n.Category)
		}
	}
	return all
}

// check says what is wrong with a request, or nil.
func (r CoverRequest) check() error {
	if r.City == "" || !short(r.City) {
		return ErrGateArea.In("city")
	}
	if r.Shops == 0 && r.Budget == 0 {
		return ErrCoverLimit.In("shops")
	}
	for _, n := range []struct {
		field          string
		v, least, most int
	}{
		{"shops", r.Shops, 0, coverShopsMax}, {"minutes", r.Minutes, 1, gateMinutes}, {"chance", r.Chance, 1, 100},
		{"chain", r.Chain, 0, coverShopsMax}, {"effort", r.Effort, 1, coverEffortMax},
	} {
		if n.v < n.least || n.v > n.most {
			return ErrCoverRange.With("min", n.least, "max", n.most).In(n.field)
		}
	}
	if r.Budget < 0 || r.Budget > coverBudgetMax {
		return ErrCoverSum.With("max", int64(coverBudgetMax/money.Yuan)).In("budget")
	}
	if r.Visit < 0 || r.Visit > coverVisitMax {
		return ErrCoverSum.With("max", int64(coverVisitMax/money.Yuan)).In("visit")
	}
	for _, group := range slices.Sorted(maps.Keys(r.Groups)) {
		if !slices.Contains(CoverGroups(), group) {
			return ErrCoverGroup.With("group", cutShort(group), "groups", strings.Join(CoverGroups(), ", ")).In("groups")
		}
		if n := r.Groups[group]; n < 0 || n > coverShopsMax {
			return ErrCoverRange.With("min", 0, "max", coverShopsMax).In("group_" + group)
		}
	}
	return nil
}

// cutShort is the beginning of what somebody sent, to be said back to him.
func cutShort(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), areaMax)])
}

// ask is the request as CoverInstance takes it, and limits as cover does.
func (r CoverRequest) ask() CoverAsk {
	return CoverAsk{City: r.City, Walk: float64(r.Minutes) * cover.MetresAMinute, Uncurated: r.Uncurated, Chance: r.Chance * cover.Certain / 100, Visit: r.Visit}
}

func (r CoverRequest) limits() cover.Limits {
	return cover.Limits{Shops: r.Shops, Budget: int64(r.Budget), Categories: r.Groups, Chain: r.Chain}
}

// A CoverPlan is a plan that was asked for. Value, Bound and Total are
// millionths of a visit.
type CoverPlan struct {
	ID      CoverPlanID
	City    string
	Ask     CoverRequest `db:"ask,json"`
	State   CoverState
	Attempt int
	Done    int    // Thousandths.
	Phase   string // As cover.Progress has it.
	Value   int64  // Covered by the best so far.
	Bound   int64  // What no plan exceeds; 0 is not known yet.
	Total   int64
	Actor   account.ID
	At      time.Time
	Beat    time.Time // Last sign of life.
	Stop    time.Time // When somebody asked it to end.
	Ended   time.Time

	Result  *CoverResult `db:"-"` // Of one that is done, or was stopped late enough.
	Failure *fault.Error `db:"-"` // Why it failed.
	Files   []string     `db:"-"` // Kinds of those that can be had.
}

// coverJob makes a plan.
const coverJob = "discover.plan"

// coverAttempts is how often a plan is begun at most.
const coverAttempts = 3

// StartCover asks for a plan. A city has one at a time: two would compete for
// the same processors and be told apart by nobody.
func (s *Service) StartCover(ctx context.Context, who account.Session, ask CoverRequest, key string) (p CoverPlan, err error) {
	if !who.Has(account.Operator) {
		return p, ErrDenied
	}
	if err := ask.check(); err != nil {
		return p, err
	}
	k := idem.Key{Principal: string(who.Person), Route: "discover.plan", Key: key, Fingerprint: idem.Print(ask)}
	id, _, err := idem.Do(ctx, s.DB, k, func(tx *db.Tx) (CoverPlanID, error) {
		return startCover(tx, who.Person, ask)
	})
	if err != nil {
		return p, err
	}
	s.awake()
	return s.CoverPlan(ctx, who, id)
}

func startCover(tx *db.Tx, by account.ID, ask CoverRequest) (CoverPlanID, error) {
	known, err := db.One[int](tx, `
		SELECT COUNT(*) FROM (SELECT id FROM shop_shops WHERE city = $1 AND (state = 'draft' OR state = 'live') LIMIT 1) AS one`, ask.City)
	if err != nil {
		return "", fmt.Errorf("discover: look for shops in %s: %w", ask.City, err)
	}
	if known == 0 {
		err := noCity(tx, ask.City)
		if f, ok := fault.From(err); ok {
			err = f.In("city")
		}
		return "", err
	}
	standing, err := standingCovers(tx, ask.City)
	if err != nil {
		return "", err
	}
	if standing > 0 {
		return "", ErrCoverRuns.With("city", ask.City)
	}
	id := CoverPlanID(tx.ID("cov"))
	added, err := addCover(tx, id, by, ask)
	if err != nil {
		return "", err
	}
	if added == 0 {
		return "", ErrCoverRuns.With("city", ask.City)
	}
	if err := jobs.Enqueue(tx, coverJob, string(id), time.Time{}, id); err != nil {
		return "", err
	}
	return id, account.Audit(tx, by, "discover.plan", string(id), ask)
}

// coverQuiet is after how long without a sign of life nobody works at a running
// plan any more: an attempt that lost its node is begun again well within it.
const coverQuiet = 15 * time.Minute

// CancelCover ends a plan. One that runs ends within seconds, with the best
// plan until then.
func (s *Service) CancelCover(ctx context.Context, who account.Session, id CoverPlanID) error {
	if !who.Has(account.Operator) {
		return ErrDenied
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		p, err := findCover(tx, id)
		switch {
		case errors.Is(err, db.ErrNone):
			return ErrCoverPlan
		case err != nil:
			return err
		case p.State.Over():
			return ErrCoverOver
		case !p.Stop.IsZero():
			return nil
		}
		if err := stopCover(tx, p, who.Person); err != nil {
			return err
		}
		if p.State == CoverQueued {
			if err := jobs.Cancel(tx, coverJob, string(id)); err != nil {
				return err
			}
			if err := endCover(tx, p, CoverCancelled, "", ""); err != nil {
				return err
			}
		}
		return account.Audit(tx, who.Person, "discover.plan_stop", string(id), map[string]any{"done": p.Done})
	})
}

// CoverPlans lists the last plans of a city, newest first, with what came of
// them but without their files and failures.
func (s *Service) CoverPlans(ctx context.Context, who account.Session, city string, limit int) (all []CoverPlan, err error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return nil, account.ErrDenied
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = listCovers(tx, city, max(1, min(limit, coverKept)))
		return err
	})
	return all, err
}

// CoverPlan returns a plan with all that is known of it.
func (s *Service) CoverPlan(ctx context.Context, who account.Session, id CoverPlanID) (p CoverPlan, err error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return p, account.ErrDenied
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		if p, err = findCover(tx, id); err != nil {
			return err
		}
		return p.complete(tx)
	})
	if errors.Is(err, db.ErrNone) {
		err = ErrCoverPlan
	}
	return p, err
}

// complete adds what came of a plan.
func (p *CoverPlan) complete(tx *db.Tx) error {
	if !p.State.Over() {
		return nil
	}
	result, failure, err := coverEnd(tx, p.ID)
	if err != nil {
		return err
	}
	if failure != "" {
		if p.Failure, err = fault.Unmarshal([]byte(failure)); err != nil {
			return fmt.Errorf("discover: failure of %s: %w", p.ID, err)
		}
	}
	if result != "" {
		p.Result = new(CoverResult)
		if err := json.Unmarshal([]byte(result), p.Result); err != nil {
			return fmt.Errorf("discover: result of %s: %w", p.ID, err)
		}
	}
	p.Files, err = coverFiles(tx, p.ID)
	return err
}

// CoverVersion changes whenever what CoverPlan says does, and costs one read.
func (s *Service) CoverVersion(ctx context.Context, who account.Session, id CoverPlanID) (v string, err error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return "", account.ErrDenied
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		p, err := findCover(tx, id)
		v = p.Version()
		return err
	})
	if errors.Is(err, db.ErrNone) {
		err = ErrCoverPlan
	}
	return v, err
}

// Version is CoverVersion of a plan that was read.
func (p CoverPlan) Version() string {
	return fmt.Sprintf("%s/%d/%d/%s/%d", p.State, p.Attempt, p.Done, p.Phase, p.Stop.UnixMilli())
}
