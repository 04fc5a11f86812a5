// Citywalk runs a curated local-life pass: one card that gives its member a
// real benefit at shops that people genuinely love.
//
// The binary is the server and every tool around it. Each command is one file
// of this package; wire.go is the only place that knows all the parts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"citywalk/curate"
)

// A CLI is the whole command line.
type CLI struct {
	Serve    ServeCmd    `cmd:"" help:"Run the server."`
	Demo     DemoCmd     `cmd:"" help:"Run a fictional city with history, and one page with all three phones."`
	Migrate  MigrateCmd  `cmd:"" help:"Bring the database's schema up to date."`
	Import   ImportCmd   `cmd:"" help:"Import data from files."`
	Operator OperatorCmd `cmd:"" help:"Appoint operators and auditors."`
	Doctor   DoctorCmd   `cmd:"" help:"Check configuration, database, clock, books and backups."`
	Backup   BackupCmd   `cmd:"" help:"Write a verified copy of the database while it is served."`
	Restore  RestoreCmd  `cmd:"" help:"Put a verified backup in the place of the database, closed until reopen."`
	Reopen   ReopenCmd   `cmd:"" help:"Check a restored database against the payment provider, and open it."`
	Drill    DrillCmd    `cmd:"" help:"Restore a backup where it harms nobody, and check everything in it."`
	Audit    AuditCmd    `cmd:"" help:"Look at the audit."`
	Receipt  ReceiptCmd  `cmd:"" help:"Look at receipts."`
	Jobs     JobsCmd     `cmd:"" help:"Look at background work."`
	Ledger   LedgerCmd   `cmd:"" help:"Look at the books."`
	Bench    BenchCmd    `cmd:"" help:"Measure, with a yardstick in the same run."`
	Curate   CurateCmd   `cmd:"" help:"Find the shops that people genuinely love."`
	Coverage CoverageCmd `cmd:"" help:"Plan which shops to sign, so that the card is of use where members are."`
	Simulate SimulateCmd `cmd:"" help:"Live seeded days of a small city under faults, and check every step."`
	Docs     DocsCmd     `cmd:"" hidden:"" help:"Write the generated reference pages."`
	Version  VersionCmd  `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "citywalk: "+err.Error())
		os.Exit(exitCode(err))
	}
}

// run parses the arguments and runs the command they name.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	var cli CLI
	parser, err := kong.New(&cli,
		kong.Name("citywalk"),
		kong.Description("A curated local-life pass: shops, members, the till and the books."),
		kong.Writers(out, errs),
		kong.UsageOnError(),
		kong.Vars{"rules": curate.RulesVersion},
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&Streams{Out: out, Err: errs}),
	)
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return usageError{fmt.Errorf("%w; see: citywalk --help", err)}
	}
	return k.Run()
}

// Streams are where a command writes.
type Streams struct {
	Out io.Writer
	Err io.Writer
}

// usageError is a mistake on the command line.
type usageError struct{ error }

// errFound says that a check found something; what, is printed already.
var errFound = errors.New("something needs attention, see above")

// exitCode is 2 for a wrong command line, 1 for everything else.
func exitCode(err error) int {
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}
