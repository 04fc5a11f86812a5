package simulate

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"net/url"
)

//go:embed watch.sql
var triggers string

// A change is a row that a trigger of watch.sql wrote: what was inserted,
// changed or deleted, in the order in which it happened. What the columns
// without a name hold, watch.sql says.
type change struct {
	n                   int64
	what, id, was, now  string
	a, b, c, d, e, f, g string
	i, j, k, l, m, o, p int64
}

// A watcher reads the product's file and the provider's by connections of its
// own, past the product, so that no fault of the product's hides another.
type watcher struct {
	ctx     context.Context
	ours    *sql.DB
	theirs  *sql.DB
	changes *sql.Stmt
	charge  *sql.Stmt
	refund  *sql.Stmt
	last    int64
}

// readOnly is how a watcher opens a file.
func readOnly(path string) (*sql.DB, error) {
	q := url.Values{"_pragma": {"query_only(1)", "busy_timeout(5000)"}}
	d, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err == nil {
		d.SetMaxOpenConns(1)
	}
	return d, err
}

// engrave puts the triggers into a file.
func engrave(ctx context.Context, path string) error {
	d, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.ExecContext(ctx, triggers); err != nil {
		return fmt.Errorf("simulate: triggers: %w", err)
	}
	return nil
}

func openWatcher(ctx context.Context, ours, theirs string) (_ *watcher, err error) {
	v := &watcher{ctx: ctx}
	if v.ours, err = readOnly(ours); err != nil {
		return nil, err
	}
	if v.theirs, err = readOnly(theirs); err != nil {
		return nil, err
	}
	if v.changes, err = v.ours.PrepareContext(ctx, `
		SELECT n, what, id, was, now, a, b, c, d, e, f, g, i, j, k, l, m, o, p FROM simulate_changes WHERE n > $1 ORDER BY n`); err != nil {
		return nil, err
	}
	if v.charge, err = v.theirs.PrepareContext(ctx, `SELECT status, trade, amount, refunded FROM sandbox_charges WHERE no = $1`); err != nil {
		return nil, err
	}
	v.refund, err = v.theirs.PrepareContext(ctx, `SELECT status, payment, amount FROM sandbox_refunds WHERE no = $1`)
	return v, err
}

func (v *watcher) close() {
	v.ours.Close()
	v.theirs.Close()
}

// floors returns what the shops give at first, as it is written.
func (v *watcher) floors() (map[string]*floor, error) {
	rows, err := v.ours.QueryContext(v.ctx, `SELECT id, state, terms, offers FROM shop_shops`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]*floor{}
	for rows.Next() {
		var id string
		var f floor
		if err := rows.Scan(&id, &f.state, &f.terms, &f.offers); err != nil {
			return nil, err
		}
		all[id] = &f
	}
	return all, rows.Err()
}

// news returns what changed since it was last asked.
func (v *watcher) news() ([]change, error) {
	rows, err := v.changes.QueryContext(v.ctx, v.last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []change
	for rows.Next() {
		var c change
		if err := rows.Scan(&c.n, &c.what, &c.id, &c.was, &c.now, &c.a, &c.b, &c.c, &c.d, &c.e, &c.f, &c.g,
			&c.i, &c.j, &c.k, &c.l, &c.m, &c.o, &c.p); err != nil {
			return nil, err
		}
		v.last = c.n
		all = append(all, c)
	}
	return all, rows.Err()
}

// A truth is what the provider has under a number; none is "".
type truth struct {
	status, trade, payment string
	amount, refunded       int64
}

func (v *watcher) chargeOf(no string) (t truth, err error) {
	err = v.charge.QueryRowContext(v.ctx, no).Scan(&t.status, &t.trade, &t.amount, &t.refunded)
	if err == sql.ErrNoRows {
		err = nil
	}
	return t, err
}

func (v *watcher) refundOf(no string) (t truth, err error) {
	err = v.refund.QueryRowContext(v.ctx, no).Scan(&t.status, &t.payment, &t.amount)
	if err == sql.ErrNoRows {
		err = nil
	}
	return t, err
}
