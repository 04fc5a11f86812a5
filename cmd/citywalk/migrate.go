package main

import (
	"context"
	"fmt"

	"citywalk/db"
)

// MigrateCmd brings the schema up to date; serve does the same at its start.
type MigrateCmd struct {
	Database `embed:""`
	Listing  `embed:""`
	DryRun   bool `help:"Only list the steps and which are applied."`
}

func (c *MigrateCmd) Run(ctx context.Context, s *Streams) error {
	d, err := reach(ctx, c.DB, db.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	if !c.DryRun {
		if _, err := d.Migrate(ctx, db.Schema()); err != nil {
			return err
		}
	}
	steps, err := d.Migrations(ctx, db.Schema())
	if err != nil {
		return err
	}
	return c.print(s, rowsOf(steps, rowOfStep), []string{"VERSION", "NAME", "APPLIED"}, func(add func(...any)) {
		for _, m := range steps {
			add(fmt.Sprintf("%05d", m.Version), m.Name, m.Applied)
		}
	})
}
