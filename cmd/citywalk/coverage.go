package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"citywalk/cover"
	"citywalk/discover"
	"citywalk/money"
	"citywalk/shop"
)

// CoverageCmd plans where the card is of use.
type CoverageCmd struct {
	Plan  CoveragePlanCmd  `cmd:"" help:"Which shops to sign next, and a proof of how good that is."`
	Check CoverageCheckCmd `cmd:"" help:"Check the certificate of a plan, from the file alone."`
}

// CoveragePlanCmd plans which shops to sign next.
type CoveragePlanCmd struct {
	Tool        `embed:""`
	Listing     `embed:""`
	City        string         `required:"" help:"City to plan."`
	K           int            `name:"k" help:"How many shops may be signed."`
	Budget      string         `placeholder:"YUAN" help:"What signing them may cost together."`
	Walk        string         `default:"10m" placeholder:"10m|METRES" help:"How far members walk: minutes, at 80 metres each, or metres. A straight line counts 1.3 times."`
	Uncurated   bool           `help:"Take unsigned shops that are not on the curated list as well."`
	Chance      float64        `default:"1" help:"Probability that a shop signs, above 0 and at most 1."`
	VisitCost   string         `default:"100" placeholder:"YUAN" help:"What a visit of the sales team costs. Signing a shop takes as many as it is improbable."`
	Known       string         `type:"existingfile" placeholder:"FILE" help:"CSV of what the field team knows: columns shop, chance and cost (yuan); empty cells leave it."`
	Cap         map[string]int `mapsep:"," placeholder:"GROUP=N,…" help:"At most so many shops of a group: chinese, foreign, hotpot, snack, coffee, bakery, bar."`
	ChainCap    int            `help:"At most so many shops of one chain; 0 for any number."`
	Seed        uint64         `default:"1" help:"Seed of the search: the same seed gives the same plan."`
	Effort      float64        `default:"1" help:"Multiplies how much is searched."`
	Next        int            `default:"20" help:"How many of the shops to sign are printed."`
	Certificate string         `placeholder:"FILE" help:"Write what proves the plan; citywalk coverage check verifies it."`
	CSV         string         `name:"csv" placeholder:"FILE" help:"Write all shops to sign, for a spreadsheet."`
	GeoJSON     string         `name:"geojson" placeholder:"FILE" help:"Write the map: shops to sign, and places that still miss something."`
	Progress    bool           `help:"Show progress where it would not be shown, which is when nobody watches."`
}

// planRow is what the command prints of a shop to sign.
type planRow struct {
	Rank       int     `json:"rank"`
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Address    string  `json:"address"`
	Group      string  `json:"group"`
	Chance     float64 `json:"chance"`
	Cost       string  `json:"cost_yuan"`
	Gain       float64 `json:"gain_visits"`
	Share      float64 `json:"gain_share"`
	Cumulative float64 `json:"cumulative_share"`
}

// planSummary is what the command prints of a plan.
type planSummary struct {
	City       string    `json:"city"`
	Demand     float64   `json:"demand_visits"`
	Signed     float64   `json:"signed_share"`
	Planned    float64   `json:"planned_share"`
	Bound      float64   `json:"bound_share"`
	Ceiling    float64   `json:"ceiling_share"`
	Gap        *float64  `json:"gap"` // Null if the plan adds nothing to compare with.
	Greedy     float64   `json:"greedy_share"`
	Cost       string    `json:"cost_yuan"`
	Candidates int       `json:"candidates"`
	Cut        bool      `json:"cut_off"`
	Seconds    float64   `json:"seconds"`
	Shops      []planRow `json:"shops"`
}

func (c *CoveragePlanCmd) Run(ctx context.Context, s *Streams) error {
	ask, limits, err := c.ask()
	if err != nil {
		return err
	}
	for _, path := range []string{c.Certificate, c.CSV, c.GeoJSON} {
		if path == "" {
			continue
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already; name another file or remove it", path)
		}
	}
	in, err := c.instance(ctx, ask)
	if err != nil {
		return err
	}
	began := time.Now()
	options := cover.Options{Seed: c.Seed, Effort: c.Effort}
	clear := func() {}
	if c.Progress || watched(s.Err) {
		options.Progress, clear = c.watch(s, in)
	}
	plan, err := cover.Make(ctx, in, limits, options)
	clear()
	if err != nil {
		return err
	}
	if err := c.write(in, plan); err != nil {
		return err
	}
	return c.report(s, in, plan, time.Since(began))
}

// ask reads what the flags say.
func (c *CoveragePlanCmd) ask() (ask discover.CoverAsk, l cover.Limits, err error) {
	ask = discover.CoverAsk{City: c.City, Uncurated: c.Uncurated, Chance: int(math.Round(c.Chance * cover.Certain))}
	if !(c.Chance > 0 && c.Chance <= 1) || ask.Chance < 1 {
		return ask, l, usageError{fmt.Errorf("--chance %g: a probability is from 0.001 to 1", c.Chance)}
	}
	if c.K < 0 || c.ChainCap < 0 || !(c.Effort > 0 && c.Effort <= 1000) {
		return ask, l, usageError{errors.New("--k and --chain-cap are not below 0, --effort is above 0 and at most 1000")}
	}
	if c.K == 0 && c.Budget == "" {
		return ask, l, usageError{errors.New("say how many shops may be signed with --k, or what they may cost with --budget")}
	}
	if ask.Walk, err = metres(c.Walk); err != nil {
		return ask, l, usageError{err}
	}
	if ask.Visit, err = money.Parse(c.VisitCost); err != nil || ask.Visit < 0 {
		return ask, l, usageError{fmt.Errorf("--visit-cost %s: want yuan, for example 100", c.VisitCost)}
	}
	l = cover.Limits{Shops: c.K, Categories: c.Cap, Chain: c.ChainCap}
	if c.Budget != "" {
		budget, err := money.Parse(c.Budget)
		if err != nil || budget <= 0 {
			return ask, l, usageError{fmt.Errorf("--budget %s: want yuan, for example 20000", c.Budget)}
		}
		l.Budget = int64(budget)
	}
	for group, most := range c.Cap {
		if !grouped(group) || most < 0 {
			return ask, l, usageError{fmt.Errorf("--cap %s=%d: want one of the groups chinese, foreign, hotpot, snack, coffee, bakery, bar, and a number that is not below 0", group, most)}
		}
	}
	ask.Overrides, err = c.known()
	return ask, l, err
}

// grouped reports whether a usual week holds a group.
func grouped(group string) bool {
	for _, n := range cover.Usual() {
		if n.Category == group {
			return true
		}
	}
	return false
}

// metres reads "10m", "10min", "10分钟" as minutes and "800" as metres.
func metres(s string) (float64, error) {
	number, each := s, 1.0
	for _, unit := range []string{"min", "m", "分钟", "分"} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			number, each = rest, cover.MetresAMinute
			break
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !(v > 0) {
		return 0, fmt.Errorf("--walk %s: want minutes, for example 10m, or metres, for example 800", s)
	}
	return v * each, nil
}

// known reads the file of the field team.
func (c *CoveragePlanCmd) known() (map[shop.ID]discover.CoverOverride, error) {
	if c.Known == "" {
		return nil, nil
	}
	f, err := os.Open(c.Known)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("--known %s: %w", c.Known, err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	all := map[shop.ID]discover.CoverOverride{}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err == nil {
			err = override(all, head, cells)
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("--known %s, line %d: %w", c.Known, line, err)
		}
	}
}

// override adds one row of the field team's file.
func override(all map[shop.ID]discover.CoverOverride, head, cells []string) error {
	o, id := discover.CoverOverride{Cost: -1}, shop.ID("")
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		switch head[i] {
		case "shop":
			id = shop.ID(cell)
		case "chance":
			p, err := strconv.ParseFloat(cell, 64)
			if o.Chance = int(math.Round(p * cover.Certain)); err != nil || !(p > 0 && p <= 1) || o.Chance < 1 {
				return fmt.Errorf("%q is no probability from 0.001 to 1", cell)
			}
		case "cost":
			var err error
			if o.Cost, err = money.Parse(cell); err != nil || o.Cost < 0 {
				return fmt.Errorf("%q is no sum in yuan", cell)
			}
		}
	}
	if id == "" {
		return errors.New("there is no shop; the columns are shop, chance and cost")
	}
	all[id] = o
	return nil
}
