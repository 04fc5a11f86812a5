package api

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/settle"
	"citywalk/shop"
)

type statementBody struct {
	Merchant string       `json:"merchant"`
	Name     string       `json:"name"`
	Day      string       `json:"day"`
	Count    int          `json:"count"`
	Undone   int          `json:"undone"`
	Paid     money.Amount `json:"paid"`
	Fee      money.Amount `json:"fee"`
	Net      money.Amount `json:"net"`
	Closed   *time.Time   `json:"closed,omitempty" doc:"Absent while the day runs."`
	Lines    []lineBody   `json:"lines,omitempty"`
}
type lineBody struct {
	Redemption string       `json:"redemption"`
	Receipt    string       `json:"receipt"`
	Shop       string       `json:"shop"`
	At         time.Time    `json:"at"`
	Undo       bool         `json:"undo"`
	Bill       money.Amount `json:"bill"`
	Off        money.Amount `json:"off"`
	Paid       money.Amount `json:"paid"`
	Fee        money.Amount `json:"fee"`
	Net        money.Amount `json:"net"`
}

func showStatement(s settle.Statement) statementBody {
	return statementBody{string(s.Merchant), s.Name, string(s.Day), s.Count, s.Undone, s.Paid, s.Fee, s.Net, when(s.Closed), nil}
}

type statementsIn struct {
	Merchant string `query:"merchant" maxLength:"64"`
	Before   string `query:"before" format:"date"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"31"`
}
type statementsOut struct {
	Body struct {
		Statements []statementBody `json:"statements"`
	}
}

func (a *API) statements(ctx context.Context, in *statementsIn) (*statementsOut, error) {
	before, err := dayOrNone(in.Before, "before")
	if err != nil {
		return nil, err
	}
	all, err := a.Settle.Statements(ctx, who(ctx), shop.MerchantID(in.Merchant), before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := new(statementsOut)
	out.Body.Statements = []statementBody{}
	for _, s := range all {
		out.Body.Statements = append(out.Body.Statements, showStatement(s))
	}
	return out, nil
}

type statementIn struct {
	Merchant string `path:"merchant" maxLength:"64"`
	Day      string `path:"day" format:"date"`
}
type statementOut struct {
	Body statementBody
}

func (a *API) statement(ctx context.Context, in *statementIn) (*statementOut, error) {
	day, err := a.day(in.Day)
	if err != nil {
		return nil, err
	}
	s, lines, err := a.Settle.Statement(ctx, who(ctx), shop.MerchantID(in.Merchant), day)
	if err != nil {
		return nil, err
	}
	out := &statementOut{showStatement(s)}
	for _, l := range lines {
		out.Body.Lines = append(out.Body.Lines, lineBody{l.Redemption, l.Receipt, l.Shop, l.At, l.Undo, l.Bill, l.Off, l.Paid, l.Fee, l.Net})
	}
	return out, nil
}

type fileOut struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *API) statementFile(ctx context.Context, in *statementIn) (*fileOut, error) {
	day, err := a.day(in.Day)
	if err != nil {
		return nil, err
	}
	s, lines, err := a.Settle.Statement(ctx, who(ctx), shop.MerchantID(in.Merchant), day)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := a.Settle.CSV(&b, s, lines); err != nil {
		return nil, err
	}
	name := mime.FormatMediaType("attachment", map[string]string{"filename": "statement-" + string(day) + ".csv"})
	return &fileOut{"text/csv; charset=utf-8", name, b.Bytes()}, nil
}

type trialIn struct {
	Day string `query:"day" format:"date"`
}
type trialOut struct {
	Body struct {
		Day   string    `json:"day"`
		Lines []sumBody `json:"lines"`
	}
}
type sumBody struct {
	Account string       `json:"account"`
	Opening money.Amount `json:"opening"`
	Debits  money.Amount `json:"debits"`
	Credits money.Amount `json:"credits"`
	Closing money.Amount `json:"closing"`
}

func (a *API) trial(ctx context.Context, in *trialIn) (*trialOut, error) {
	day, err := a.day(in.Day)
	if err != nil {
		return nil, err
	}
	out := new(trialOut)
	out.Body.Day, out.Body.Lines = string(day), []sumBody{}
	err = a.DB.View(ctx, func(tx *db.Tx) error {
		sums, err := ledger.TrialBalance(tx, day)
		for _, s := range sums {
			out.Body.Lines = append(out.Body.Lines, sumBody{string(s.Account), s.Opening, s.Debits, s.Credits, s.Closing})
		}
		return err
	})
	return out, err
}

type entriesIn struct {
	Day     string `query:"day" format:"date"`
	Account string `query:"account" maxLength:"40"`
	PageIn
}
type entryBody struct {
	ID       string        `json:"id"`
	Key      string        `json:"key"`
	Memo     string        `json:"memo"`
	Day      string        `json:"day"`
	At       time.Time     `json:"at"`
	Postings []postingBody `json:"postings"`
}
type postingBody struct {
	Account string       `json:"account"`
	Party   string       `json:"party,omitempty"`
	Amount  money.Amount `json:"amount" doc:"Debit positive, credit negative."`
}
type entriesOut struct {
	Body struct {
		Entries []entryBody `json:"entries"`
	}
}

func (a *API) entries(ctx context.Context, in *entriesIn) (*entriesOut, error) {
	day, err := dayOrNone(in.Day, "day")
	if err != nil {
		return nil, err
	}
	out := new(entriesOut)
	out.Body.Entries = []entryBody{}
	err = a.DB.View(ctx, func(tx *db.Tx) error {
		all, err := ledger.Entries(tx, day, ledger.Account(in.Account), in.After, in.Limit)
		for _, e := range all {
			b := entryBody{e.ID, e.Key, e.Memo, string(e.Day), e.At, []postingBody{}}
			for _, p := range e.Postings {
				b.Postings = append(b.Postings, postingBody{string(p.Account), p.Party, p.Amount})
			}
			out.Body.Entries = append(out.Body.Entries, b)
		}
		return err
	})
	return out, err
}

type proofOut struct {
	Body struct {
		Proves   bool          `json:"proves"`
		Findings []findingBody `json:"findings"`
	}
}
type findingBody struct {
	Rule   string       `json:"rule"`
	What   string       `json:"what"`
	Amount money.Amount `json:"amount"`
}

func (a *API) proof(ctx context.Context, _ *struct{}) (*proofOut, error) {
	found, err := a.Prove(ctx)
	if err != nil {
		return nil, err
	}
	out := new(proofOut)
	out.Body.Proves, out.Body.Findings = len(found) == 0, []findingBody{}
	for _, f := range found {
		out.Body.Findings = append(out.Body.Findings, findingBody{f.Rule, f.What, f.Amount})
	}
	return out, nil
}

type jobsIn struct {
	State string `query:"state" enum:"queued,running,dead"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}
type jobBody struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	Attempts int       `json:"attempts"`
	RunAt    time.Time `json:"run_at"`
	Error    string    `json:"error,omitempty"`
}
type jobsOut struct {
	Body struct {
		Jobs []jobBody `json:"jobs"`
	}
}

func (a *API) jobs(ctx context.Context, in *jobsIn) (*jobsOut, error) {
	out := new(jobsOut)
	out.Body.Jobs = []jobBody{}
	err := a.DB.View(ctx, func(tx *db.Tx) error {
		all, err := jobs.List(tx, in.State, in.Limit)
		for _, j := range all {
			out.Body.Jobs = append(out.Body.Jobs, jobBody{j.ID, j.Kind, j.State, j.Attempts, j.RunAt, j.Error})
		}
		return err
	})
	return out, err
}

type jobIn struct {
	Job string `path:"job" maxLength:"64"`
}

func (a *API) rerunJob(ctx context.Context, in *jobIn) (*struct{}, error) {
	return nil, a.DB.Update(ctx, func(tx *db.Tx) error {
		if err := jobs.Rerun(tx, in.Job); err != nil {
			return err
		}
		return account.Audit(tx, who(ctx).Person, "jobs.rerun", in.Job, nil)
	})
}

type auditIn struct {
	Object string `query:"object" maxLength:"64"`
	Before int64  `query:"before" minimum:"0"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}
type eventBody struct {
	Seq    int64           `json:"seq"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor"`
	Action string          `json:"action"`
	Object string          `json:"object"`
	Detail json.RawMessage `json:"detail,omitempty"`
	Hash   string          `json:"hash,omitempty"`
}
type auditOut struct {
	Body struct {
		Events []eventBody `json:"events"`
	}
}

func (a *API) audit(ctx context.Context, in *auditIn) (*auditOut, error) {
	out := new(auditOut)
	out.Body.Events = []eventBody{}
	err := a.DB.View(ctx, func(tx *db.Tx) error {
		all, err := account.Audits(tx, in.Object, in.Before, in.Limit)
		for _, e := range all {
			out.Body.Events = append(out.Body.Events, eventBody{e.Seq, e.At, string(e.Actor), e.Action, e.Object, json.RawMessage(e.Detail), e.Hash})
		}
		return err
	})
	return out, err
}
