package main

import (
	"context"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/ledger"
)

// LedgerCmd looks at the books.
type LedgerCmd struct {
	Prove LedgerProveCmd `cmd:"" help:"Prove the books: every entry balances, every account stands on its side, sub-ledgers agree."`
	Trial LedgerTrialCmd `cmd:"" help:"Trial balance of a business day."`
}

// LedgerProveCmd proves the books.
type LedgerProveCmd struct {
	Tool    `embed:""`
	Listing `embed:""`
}

func (c *LedgerProveCmd) Run(ctx context.Context, s *Streams) error {
	a, err := open(ctx, c.config())
	if err != nil {
		return err
	}
	defer a.close()
	found, err := a.prove(ctx)
	if err != nil {
		return err
	}
	if len(found) == 0 && !c.JSON {
		fmt.Fprintln(s.Out, "The books prove.")
		return nil
	}
	if err := c.print(s, rowsOf(found, rowOfFinding), []string{"RULE", "WHAT", "AMOUNT"}, func(add func(...any)) {
		for _, f := range found {
			add(f.Rule, f.What, f.Amount)
		}
	}); err != nil {
		return err
	}
	if len(found) > 0 {
		return errFound
	}
	return nil
}

// LedgerTrialCmd prints a trial balance.
type LedgerTrialCmd struct {
	Tool    `embed:""`
	Listing `embed:""`
	Day     string `help:"Business day, 2006-01-02; default today."`
}

func (c *LedgerTrialCmd) Run(ctx context.Context, s *Streams) error {
	zone, err := c.config().location()
	if err != nil {
		return err
	}
	day := ledger.DayOf(time.Now(), zone)
	if c.Day != "" {
		if day, err = ledger.ParseDay(c.Day); err != nil {
			return err
		}
	}
	return view(ctx, c.DB, func(tx *db.Tx) error {
		sums, err := ledger.TrialBalance(tx, day)
		if err != nil {
			return err
		}
		return c.print(s, rowsOf(sums, rowOfSum), []string{"ACCOUNT", "OPENING", "DEBITS", "CREDITS", "CLOSING"}, func(add func(...any)) {
			for _, l := range sums {
				add(l.Account, l.Opening, l.Debits, l.Credits, l.Closing)
			}
		})
	})
}
