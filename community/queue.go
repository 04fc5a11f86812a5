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

// ErrState refuses a list of cases in a state that there is not.
var ErrState = fault.New(fault.Invalid, "community.state", fault.Us,
	"没有这种处理状态。", "There is no such state of a case.")

// A CaseView is a case with what it is about, for who decides.
type CaseView struct {
	Case
	Text    string // What the thing says now; empty when it is gone.
	Shop    shop.ID
	Name    string // Of the shop.
	Photos  []Picture
	Reports []ReportView
}

// A ReportView is what was said against a thing. Who said it is not shown to
// those who decide either.
type ReportView struct {
	Reason Reason
	Words  string
	At     time.Time
}

// Cases returns those in a state, the longest waiting first, from a place on,
// and the place of the next page. It is for operators and auditors.
func (s *Service) Cases(ctx context.Context, who account.Session, in CaseState, after string, limit int) (all []CaseView, next string, err error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return nil, "", ErrDenied
	}
	if !slices.Contains(CaseStates, in) {
		return nil, "", ErrState
	}
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	if after == "" {
		from = cursor{}
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		rows, err := db.All[Case](tx, selectCases+`
			WHERE state = $1 AND (changed, thing) > (CAST($2 AS BIGINT), CAST($3 AS TEXT))
			ORDER BY changed, thing LIMIT CAST($4 AS BIGINT)`, in, from.written, from.id, limit+1)
		if err != nil {
			return wrap("list cases", err)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = cursor{written: rows[limit-1].Changed.UnixMilli(), id: rows[limit-1].Thing}.String()
		}
		for _, c := range rows {
			v, err := viewCase(tx, c)
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		return nil
	})
	return all, next, err
}

// Waiting is how many cases wait for an operator.
func (s *Service) Waiting(ctx context.Context, who account.Session) (n int, err error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return 0, ErrDenied
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		n, err = db.One[int](tx, `SELECT COUNT(*) FROM community_cases WHERE state IN ('open', 'appealed')`)
		return wrap("count cases", err)
	})
	return n, err
}

// CaseOf returns the case of a thing. A thing that nobody reported has one that
// is kept, so that an operator who meets it can hide it.
func (s *Service) CaseOf(ctx context.Context, who account.Session, id string) (v CaseView, err error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return v, ErrDenied
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		c, err := findCase(tx, id)
		if errors.Is(err, db.ErrNone) {
			t, err := findThing(tx, id)
			if err != nil {
				return ErrCase
			}
			c = Case{Thing: id, Kind: t.Kind, Note: t.Note, Author: t.Author, State: Kept}
		} else if err != nil {
			return err
		}
		v, err = viewCase(tx, c)
		return err
	})
	return v, err
}

func viewCase(tx *db.Tx, c Case) (CaseView, error) {
	v := CaseView{Case: c}
	type of struct {
		Text string
		Shop shop.ID
		Name string
	}
	about, err := db.One[of](tx, `
		SELECT CASE n.id WHEN CAST($1 AS TEXT) THEN n.text ELSE COALESCE(c.text, a.text, '') END AS text, n.shop AS shop, s.name AS name
		FROM curate_notes n JOIN shop_shops s ON s.id = n.shop
			LEFT JOIN community_comments c ON c.id = $1
			LEFT JOIN community_answers a ON a.id = $1
		WHERE n.id = $2`, c.Thing, c.Note)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return v, wrap("read what a case is about", err)
	}
	v.Text, v.Shop, v.Name = about.Text, about.Shop, about.Name
	if c.Kind == NoteKind {
		pictures, err := picturesOf(tx, []Note{{ID: curate.NoteID(c.Thing), Member: true}})
		if err != nil {
			return v, err
		}
		v.Photos = pictures[curate.NoteID(c.Thing)]
	}
	v.Reports, err = db.All[ReportView](tx, `SELECT reason, words, at FROM community_reports WHERE thing = $1 ORDER BY at, id LIMIT 50`, c.Thing)
	return v, wrap("reports of a case", err)
}
