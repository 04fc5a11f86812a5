package curate

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"citywalk/fault"
	"citywalk/sheet"
)

// An intake carries a file of Ds into the database: one goroutine reads and
// prepares lots of rows, another writes them, in their order.
type intake[D any] struct {
	rows     *sheet.Reader
	progress func(rows int)
	seen     map[uint64]int32 // Hash of each id -> the line that had it first.
	row      int
	report   Report

	read    func(sheet.Row) (parsed[D], *sheet.Flaw)
	prepare func(ctx context.Context, l *lot[D]) error
	write   func(ctx context.Context, l *lot[D]) ([]Result, error)
}

// parsed is what a row says.
type parsed[D any] struct {
	draft    D
	id       string       // Of the row at its source.
	shop     string       // As the file calls it.
	warnings []sheet.Flaw // Fields that were left unknown.
}

// A place says where in the file something stands.
type place struct{ line, row int }

// An entry is a row that is good so far.
type entry[D any] struct {
	place
	parsed[D]
}

// A lot is the next rows of the file.
type lot[D any] struct {
	entries  []entry[D]
	rows     int
	problems []Problem
	batch    batch // What prepare made of the entries; of notes only.
	err      error // Why the file ends here; io.EOF if it is whole.
}

// refuse names a row that is not imported.
func (l *lot[D]) refuse(p place, f sheet.Flaw) {
	l.problems = append(l.problems, Problem{Line: p.line, Row: p.row, Field: f.Field, Reason: f.En, Zh: f.Zh})
}

// run reads the file to its end. It returns what kept it from getting there.
func (in *intake[D]) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lots := make(chan *lot[D], 1)
	go func() {
		defer close(lots)
		for {
			l := in.next(ctx)
			select {
			case lots <- l:
			case <-ctx.Done():
				return
			}
			if l.err != nil {
				return
			}
		}
	}()
	for l := range lots {
		if err := in.take(ctx, l); err != nil {
			return errors.Join(err, ended(l.err))
		}
		if l.err != nil {
			return ended(l.err)
		}
	}
	return ctx.Err()
}

// ended is nil for a file that was read to its end.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return refusal(err)
}

// next reads a lot and prepares it.
func (in *intake[D]) next(ctx context.Context) *lot[D] {
	l := &lot[D]{}
	for l.rows < BatchMax && l.err == nil {
		if in.row == importMax {
			l.err = ErrRows.With("max", importMax)
			break
		}
		row, err := in.rows.Next()
		if err != nil {
			l.err = err
			break
		}
		in.row++
		l.rows++
		at := place{row.Line, in.row}
		p, bad := in.parse(row)
		if bad != nil {
			l.refuse(at, *bad)
			continue
		}
		l.entries = append(l.entries, entry[D]{at, p})
	}
	if err := errors.Join(ctx.Err(), in.prepare(ctx, l)); err != nil {
		l.entries, l.err = nil, err
	}
	return l
}

// parse reads a row and refuses an id that an earlier one had.
func (in *intake[D]) parse(row sheet.Row) (parsed[D], *sheet.Flaw) {
	if row.Bad != nil {
		return parsed[D]{}, row.Bad
	}
	p, bad := in.read(row)
	if bad != nil {
		return p, bad
	}
	key := hash64(p.id)
	if first, twice := in.seen[key]; twice {
		return p, flawf("id", "编号和第 %d 行相同", "the same id as in line %d", first)
	}
	in.seen[key] = int32(row.Line)
	return p, nil
}

// take writes a lot and adds what became of it to the report.
func (in *intake[D]) take(ctx context.Context, l *lot[D]) error {
	results, err := in.write(ctx, l)
	if err != nil {
		return err
	}
	r := &in.report
	r.Rows += l.rows
	for i, e := range l.entries {
		switch results[i].Outcome {
		case Added:
			r.Added++
		case Changed:
			r.Changed++
		case Same:
			r.Same++
		default:
			l.refuse(e.place, flawOf(results[i].Err))
			continue
		}
		if results[i].State == Waiting && results[i].Outcome != Same {
			r.Waiting++
		}
		for _, w := range e.warnings {
			r.Warned++
			r.Warnings = list(r.Warnings, Problem{Line: e.line, Row: e.row, Field: w.Field, Reason: w.En, Zh: w.Zh})
		}
	}
	r.Refused += len(l.problems)
	slices.SortFunc(l.problems, func(a, b Problem) int { return cmp.Compare(a.Row, b.Row) })
	for _, p := range l.problems {
		r.Problems = list(r.Problems, p)
	}
	if in.progress != nil {
		in.progress(r.Rows)
	}
	return nil
}

func list(all []Problem, p Problem) []Problem {
	if len(all) == problemsMax {
		return all
	}
	return append(all, p)
}

// flawOf says why a draft was refused.
func flawOf(err error) sheet.Flaw {
	f, ok := fault.From(err)
	if !ok {
		return sheet.Flaw{Zh: "无法导入", En: "it cannot be imported"}
	}
	return sheet.Flaw{Field: f.Field, Zh: f.Say(fault.Zh), En: f.Say(fault.En)}
}
