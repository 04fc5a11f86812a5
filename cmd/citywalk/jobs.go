package main

import (
	"context"
	"fmt"

	"citywalk/db"
	"citywalk/jobs"
)

// JobsCmd looks at background work.
type JobsCmd struct {
	List  JobsListCmd  `cmd:"" help:"List jobs, newest first."`
	Rerun JobsRerunCmd `cmd:"" help:"Queue a dead job again."`
}

// JobsListCmd lists jobs.
type JobsListCmd struct {
	Database `embed:""`
	Listing  `embed:""`
	State    string `enum:",queued,running,dead" default:"" help:"Only jobs in this state: queued, running, dead."`
	Limit    int    `default:"50" help:"At most so many."`
}

func (c *JobsListCmd) Run(ctx context.Context, s *Streams) error {
	return view(ctx, c.DB, func(tx *db.Tx) error {
		all, err := jobs.List(tx, c.State, c.Limit)
		if err != nil {
			return err
		}
		return c.print(s, rowsOf(all, rowOfJob), []string{"ID", "KIND", "STATE", "ATTEMPTS", "RUN AT", "ERROR"}, func(add func(...any)) {
			for _, j := range all {
				add(j.ID, j.Kind, j.State, j.Attempts, j.RunAt.Format("2006-01-02 15:04:05 MST"), j.Error)
			}
		})
	})
}

// JobsRerunCmd queues a dead job again.
type JobsRerunCmd struct {
	Database `embed:""`
	ID       string `arg:"" help:"The job's id."`
}

func (c *JobsRerunCmd) Run(ctx context.Context, s *Streams) error {
	d, err := existing(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Update(ctx, func(tx *db.Tx) error { return jobs.Rerun(tx, c.ID) }); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s is queued again.\n", c.ID)
	return nil
}
