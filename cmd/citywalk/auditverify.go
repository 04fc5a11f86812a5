package main

import (
	"context"
	"fmt"

	"citywalk/account"
)

// AuditVerifyCmd walks the chain of the audit.
type AuditVerifyCmd struct {
	Database `embed:""`
	Listing  `embed:""`
	Anchor   string `help:"A place in the chain that an earlier run printed; finds an end that was cut off or rewritten since."`
}

func (c *AuditVerifyCmd) Run(ctx context.Context, s *Streams) error {
	var kept account.Anchor
	var err error
	if c.Anchor != "" {
		if kept, err = account.ParseAnchor(c.Anchor); err != nil {
			return err
		}
	}
	d, err := existing(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	p, err := account.ProveAudit(ctx, d, kept)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s, rowOfTrail(p))
	} else if p.Bad == 0 {
		_, err = fmt.Fprintf(s.Out, "%d rows hold, %d wait to be sealed.\nanchor %s\nKeep the anchor elsewhere; give it to the next run with --anchor.\n", p.Good, p.Waiting, p.Head)
	} else {
		_, err = fmt.Fprintf(s.Out, "Row %d does not hold: %s. The %d rows before it do.\n", p.Bad, p.Why, p.Good)
	}
	if err == nil && p.Bad != 0 {
		return errFound
	}
	return err
}
