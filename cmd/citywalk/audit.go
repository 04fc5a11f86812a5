package main

import (
	"context"
	"fmt"

	"citywalk/account"
	"citywalk/db"
)

// AuditCmd looks at the audit.
type AuditCmd struct {
	Verify AuditVerifyCmd `cmd:"" help:"Walk the hash chain and name the first row that does not hold."`
	List   AuditListCmd   `cmd:"" help:"List the newest rows."`
}

// AuditListCmd lists rows of the audit.
type AuditListCmd struct {
	Database `embed:""`
	Listing  `embed:""`
	Object   string `help:"Only rows about this id."`
	Limit    int    `default:"50" help:"At most so many."`
}

func (c *AuditListCmd) Run(ctx context.Context, s *Streams) error {
	return view(ctx, c.DB, func(tx *db.Tx) error {
		events, err := account.Audits(tx, c.Object, 0, c.Limit)
		if err != nil {
			return err
		}
		return c.print(s, rowsOf(events, rowOfEvent), []string{"SEQ", "AT", "ACTOR", "ACTION", "OBJECT", "DETAIL"}, func(add func(...any)) {
			for _, e := range events {
				add(e.Seq, e.At.Format("2006-01-02 15:04:05 MST"), e.Actor, e.Action, e.Object, e.Detail)
			}
		})
	})
}

// view opens a database that is there and runs fn in a View.
func view(ctx context.Context, url string, fn func(tx *db.Tx) error) error {
	d, err := existing(ctx, url)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.View(ctx, fn)
}

// existing opens a database that must be there already and up to date.
func existing(ctx context.Context, url string) (*db.DB, error) {
	if err := present(url); err != nil {
		return nil, err
	}
	d, err := reach(ctx, url, db.Options{})
	if err != nil {
		return nil, err
	}
	steps, err := d.Migrations(ctx, db.Schema())
	if err == nil {
		for _, m := range steps {
			if !m.Applied {
				err = fmt.Errorf("the database lacks migration %s; run: citywalk migrate --db %s", m.Name, redact(url))
				break
			}
		}
	}
	if err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}
