package main

import (
	"encoding/json"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
)

// What commands print as JSON bears the names that the API uses. Each of these
// types is a domain's with its names on the wire.
type (
	stepRow struct {
		Version int64  `json:"version"`
		Name    string `json:"name"`
		Applied bool   `json:"applied"`
	}
	jobRow struct {
		ID       string          `json:"id"`
		Kind     string          `json:"kind"`
		Key      string          `json:"key"`
		Body     json.RawMessage `json:"body"`
		State    string          `json:"state"`
		Attempts int             `json:"attempts"`
		RunAt    time.Time       `json:"run_at"`
		Error    string          `json:"error"`
		Created  time.Time       `json:"created"`
		Claim    string          `json:"-"`
	}
	eventRow struct {
		Seq    int64      `json:"seq"`
		ID     string     `json:"id"`
		At     time.Time  `json:"at"`
		Actor  account.ID `json:"actor"`
		Action string     `json:"action"`
		Object string     `json:"object"`
		Detail string     `json:"detail"`
		Hash   string     `json:"hash"`
	}
	findingRow struct {
		Rule   string       `json:"rule"`
		What   string       `json:"what"`
		Amount money.Amount `json:"amount"`
	}
	sumRow struct {
		Account ledger.Account `json:"account"`
		Opening money.Amount   `json:"opening"`
		Debits  money.Amount   `json:"debits"`
		Credits money.Amount   `json:"credits"`
		Closing money.Amount   `json:"closing"`
	}
	receiptRow struct {
		Receipt string       `json:"receipt"`
		ID      redeem.ID    `json:"id"`
		Shop    string       `json:"shop"`
		Bill    money.Amount `json:"bill"`
		Off     money.Amount `json:"off"`
		Paid    money.Amount `json:"paid"`
		At      time.Time    `json:"at"`
	}
	problemRow struct {
		Line   int    `json:"line"`
		Field  string `json:"field"`
		Reason string `json:"reason"`
	}
	importRow struct {
		Rows     int          `json:"rows"`
		Added    int          `json:"added"`
		Changed  int          `json:"changed"`
		Same     int          `json:"same"`
		Refused  int          `json:"refused"`
		Warned   int          `json:"warned"`
		Problems []problemRow `json:"problems"`
		Warnings []problemRow `json:"warnings"`
	}
	placesRow struct {
		Rows     int          `json:"rows"`
		Added    int          `json:"added"`
		Changed  int          `json:"changed"`
		Same     int          `json:"same"`
		Refused  int          `json:"refused"`
		Problems []problemRow `json:"problems"`
	}
	trailRow struct {
		Good    int64  `json:"good"`
		Bad     int64  `json:"bad"`
		Why     string `json:"why"`
		Waiting int64  `json:"waiting"`
		Anchor  string `json:"anchor"`
	}
)

func rowOfStep(m db.Migration) stepRow         { return stepRow(m) }
func rowOfJob(j jobs.Job) jobRow               { return jobRow(j) }
func rowOfEvent(e account.Event) eventRow      { return eventRow(e) }
func rowOfFinding(f ledger.Finding) findingRow { return findingRow(f) }
func rowOfSum(s ledger.Sum) sumRow             { return sumRow(s) }
func rowOfReceipt(p redeem.Proof) receiptRow   { return receiptRow(p) }

func rowOfProblem(p shop.Problem) problemRow {
	return problemRow{Line: p.Line, Field: p.Field, Reason: p.Reason}
}

func rowOfImport(r shop.Report) importRow {
	return importRow{Rows: r.Rows, Added: r.Added, Changed: r.Changed, Same: r.Same, Refused: r.Refused, Warned: r.Warned,
		Problems: rowsOf(r.Problems, rowOfProblem), Warnings: rowsOf(r.Warnings, rowOfProblem)}
}

func rowOfPlaces(r discover.Report) placesRow {
	row := func(p discover.Problem) problemRow { return problemRow{Line: p.Line, Field: p.Field, Reason: p.Reason} }
	return placesRow{Rows: r.Rows, Added: r.Added, Changed: r.Changed, Same: r.Same, Refused: r.Refused, Problems: rowsOf(r.Problems, row)}
}

func rowOfTrail(p account.Proof) trailRow {
	return trailRow{Good: p.Good, Bad: p.Bad, Why: p.Why, Waiting: p.Waiting, Anchor: p.Head.String()}
}

// rowsOf turns every element into its row; nothing is an empty list.
func rowsOf[T, R any](all []T, row func(T) R) []R {
	rows := make([]R, len(all))
	for i, one := range all {
		rows[i] = row(one)
	}
	return rows
}
