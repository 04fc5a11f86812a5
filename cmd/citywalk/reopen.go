package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/redeem"
)

// ReopenCmd opens a database that went back to an earlier moment. It asks the
// payment provider about every payment that had not ended, and for what it
// knows beyond the books; sends back, once, what was paid for nothing that is
// there; proves the books; and lets everybody in again. Cut off at any moment,
// it is run again.
type ReopenCmd struct {
	Config  `embed:""`
	Listing `embed:""`
	DryRun  bool `help:"Only list what the provider knows and the books do not."`
}

// A Reopening is what the command prints.
type Reopening struct {
	Closed string     `json:"closed"` // Why it was; empty if it was not.
	Since  time.Time  `json:"since"`  // What came after may be lost.
	Found  []foundRow `json:"found"`
	Open   bool       `json:"open"` // Whether everybody may be served now.
}

type foundRow struct {
	What    string       `json:"what"`
	Payment string       `json:"payment"`
	Payer   string       `json:"payer"`
	Subject string       `json:"subject"`
	Amount  money.Amount `json:"amount"`
	At      time.Time    `json:"at"`
	Done    bool         `json:"done"`
}

func rowOfFound(f payment.Found) foundRow {
	return foundRow{What: f.What, Payment: f.No, Payer: f.Payer, Subject: f.Subject, Amount: f.Amount, At: f.At, Done: f.Done}
}

// Help says what the flags do not.
func (*ReopenCmd) Help() string {
	return "Give it the flags that the server has. Run it with --dry-run first, and keep the list: it names every payment that the books lack. " +
		"What was paid for something that is there is given to its payer, what was given back is undone again, the rest goes back to its payer once. " +
		"The database is opened when the books prove; a server that waits notices within a second. Cut off at any moment, run it again."
}

func (c *ReopenCmd) Run(ctx context.Context, s *Streams) error {
	if err := present(c.DB); err != nil {
		return err
	}
	a, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer a.close()
	e, err := a.db.Hold(ctx)
	if err != nil {
		return err
	}
	r := Reopening{Closed: e.Closed, Since: e.Since, Open: e.Closed == ""}
	if e.Closed != "" {
		if err := c.reopen(ctx, s, a, e, &r); err != nil {
			return c.inWords(err)
		}
	}
	return c.report(s, a, r)
}

// inWords says what to do about a provider that keeps silent.
func (c *ReopenCmd) inWords(err error) error {
	if errors.Is(err, payment.ErrProvider) {
		return fmt.Errorf("the payment provider at %s does not answer, so it stays closed; start the server if it runs the sandbox (it tells everybody that it is closed), and run this again", c.sandboxURL())
	}
	return err
}

func (c *ReopenCmd) reopen(ctx context.Context, s *Streams, a *parts, e db.Epoch, r *Reopening) (err error) {
	if c.DryRun {
		all, err := a.payment.Survey(ctx, e.Since)
		r.Found = rowsOf(all, rowOfFound)
		return err
	}
	err = a.payment.Recover(ctx, e.Since, func(done, all int) {
		if done%25 == 0 || done == all {
			bar(s.Err, done, all, "payments checked")
		}
	})
	fmt.Fprintln(s.Err)
	if err != nil {
		return err
	}
	all, err := a.payment.Recovered(ctx, e.Since, e.ClosedAt)
	if err != nil {
		return err
	}
	r.Found = rowsOf(all, rowOfFound)
	found, err := a.prove(ctx)
	if err != nil {
		return err
	} else if len(found) > 0 {
		return fmt.Errorf("it stays closed, since its books do not prove: %s %s; see: citywalk ledger prove", found[0].Rule, found[0].What)
	}
	if err := a.db.Update(ctx, func(tx *db.Tx) error { return letIn(tx, a, e, r.Found) }); err != nil {
		return err
	}
	r.Open = true
	now, err := a.db.Beat(ctx)
	if err == nil {
		err = writeSeen(c.seenFolder(), now)
	}
	return err
}

// letIn opens the database, in one transaction with what has to be known of it.
func letIn(tx *db.Tx, a *parts, e db.Epoch, found []foundRow) error {
	if err := redeem.VoidCodes(tx); err != nil {
		return err
	}
	if err := a.payment.KeepVigil(tx, e.Since); err != nil {
		return err
	}
	counts := map[string]int{}
	for _, f := range found {
		counts[f.What]++
	}
	detail := map[string]any{"why": e.Closed, "since": e.Since, "epoch": e.Epoch, "found": counts}
	if err := account.Audit(tx, "", "restore.reopen", e.Name, detail); err != nil {
		return err
	}
	return db.Reopen(tx, e.Epoch)
}

// whatOf says in words what a finding came to.
var whatOf = map[string]string{
	payment.FoundPaid:   "was paid; what it was for is given now",
	payment.FoundLate:   "was paid for nothing any more; goes back to the payer",
	payment.FoundLost:   "paid in what is lost; goes back to the payer",
	payment.FoundBack:   "paid and given back in what is lost; nothing to do",
	payment.FoundOpen:   "begun in what is lost and not paid; closed",
	payment.FoundUndone: "given back in what is lost; undone again in the books",
	payment.FoundDoubt:  "given back in what is lost, nobody knows what for: SEE TO IT",
}

// report prints the list, and what it means for people.
func (c *ReopenCmd) report(s *Streams, a *parts, r Reopening) error {
	if c.JSON {
		return printJSON(s, r)
	}
	if r.Closed == "" {
		fmt.Fprintf(s.Out, "%s is open; there is nothing to do.\n", redact(c.DB))
		return nil
	}
	lost := 0
	if len(r.Found) > 0 {
		err := c.print(s, r.Found, []string{"AT", "AMOUNT", "WHERE", "PAYER", "PAYMENT", "WHAT"}, func(add func(...any)) {
			for _, f := range r.Found {
				if f.What == payment.FoundLost {
					lost++
				}
				add(f.At.In(a.zone).Format("2006-01-02 15:04:05"), f.Amount, f.Subject, f.Payer, f.Payment, whatOf[f.What])
			}
		})
		if err != nil {
			return err
		}
		fmt.Fprintln(s.Out)
	}
	if lost > 0 {
		fmt.Fprintf(s.Out, "%d payments in what is lost go back to their payers. If one was a bill at a shop, the shop named in its line is not paid for it: it proves it by its receipt (citywalk receipt verify) and is owed the sum outside of the books.\n", lost)
	}
	if !r.Open {
		fmt.Fprintln(s.Out, "Nothing was changed. Run the same without --dry-run to do this and open.")
		return nil
	}
	fmt.Fprintf(s.Out, "The books prove and %s is open, as of %s.\n", redact(c.DB), ledger.DayOf(time.Now(), a.zone))
	return nil
}
