package console

import (
	"mime"
	"net/http"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/settle"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A pile is a page of statements.
type pile struct {
	Merchant shop.MerchantID
	Name     string
	All      []settle.Statement
	First    string
	Next     string
	Choices  []ui.Choice
}

// total adds up one amount of the statements.
func (l pile) total(of func(settle.Statement) money.Amount) (sum money.Amount) {
	for _, s := range l.All {
		sum += of(s)
	}
	return sum
}

func (a *App) statements(w http.ResponseWriter, r *http.Request) error {
	m, err := scope(r)
	if err != nil {
		return err
	}
	l := pile{Merchant: m}
	q := r.URL.Query()
	before := ledger.Day(q.Get("before"))
	if before != "" {
		if _, err := ledger.ParseDay(string(before)); err != nil {
			return web.ErrDay
		}
		l.First = at("/console/statements", "merchant", string(m))
	}
	if l.All, err = a.Settle.Statements(r.Context(), web.Session(r), m, before, rowsMax); err != nil {
		return err
	}
	if n := len(l.All); n >= rowsMax {
		l.Next = at("/console/statements", "merchant", string(m), "before", string(l.All[n-1].Day))
	}
	called, err := a.names(r.Context(), m)
	if err != nil {
		return err
	}
	l.Name = called[m]
	if l.Choices, err = a.choices(r.Context(), web.Session(r)); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.statementsPage(a.page(r, "tab.statements", "tab.statements"), l))
}

// statementsFile is the same as one table, as far back as a file goes.
func (a *App) statementsFile(w http.ResponseWriter, r *http.Request) error {
	m, err := scope(r)
	if err != nil {
		return err
	}
	all, err := a.Settle.Statements(r.Context(), web.Session(r), m, "", csvMax)
	if err != nil {
		return err
	}
	p := web.Page(r)
	header := labels(columns(p, "day", "merchant", "state", "count", "undone", "paid", "fee", "net"))
	return web.CSV(w, r, "statements.csv", header, func(row func(...string) error) error {
		for _, s := range all {
			state := p.T("statement.running")
			if !s.Closed.IsZero() {
				state = p.T("statement.closed")
			}
			if err := row(string(s.Day), s.Name, state, count(s.Count), count(s.Undone), s.Paid.Decimal(), s.Fee.Decimal(), s.Net.Decimal()); err != nil {
				return err
			}
		}
		return nil
	})
}

// thatStatement is the statement of the path with its lines.
func (a *App) thatStatement(r *http.Request) (settle.Statement, []settle.Line, error) {
	m, err := web.ID(r, "merchant", "mer")
	if err != nil {
		return settle.Statement{}, nil, err
	}
	day, err := ledger.ParseDay(r.PathValue("day"))
	if err != nil {
		return settle.Statement{}, nil, web.ErrNowhere
	}
	return a.Settle.Statement(r.Context(), web.Session(r), shop.MerchantID(m), day)
}

func (a *App) statement(w http.ResponseWriter, r *http.Request) error {
	st, lines, err := a.thatStatement(r)
	if err != nil {
		return err
	}
	p := a.page(r, "statement.title", "tab.statements")
	return web.Render(w, r, http.StatusOK, a.statementPage(p, st, lines, readsAll(web.Session(r))))
}

func (a *App) statementFile(w http.ResponseWriter, r *http.Request) error {
	st, lines, err := a.thatStatement(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "statement-" + string(st.Day) + ".csv"}))
	h.Set("Cache-Control", "no-store")
	return a.Settle.CSV(w, st, lines)
}

func statementPath(s settle.Statement) string {
	return "/console/statements/" + string(s.Merchant) + "/" + string(s.Day)
}
