package settle

import (
	"context"
	"errors"
	"slices"
	"strings"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/shop"
)

// Statements lists statements of a merchant (all if "", for operators), newest
// day first, before a day; today's running one included first. Days are never
// cut: the last one listed is whole, so that its day leads to the next page.
func (s *Service) Statements(ctx context.Context, who account.Session, m shop.MerchantID, before ledger.Day, limit int) (all []Statement, err error) {
	if err := may(who, m); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = s.statements(tx, m, before, limit)
		return err
	})
	return all, err
}

func (s *Service) statements(tx *db.Tx, m shop.MerchantID, before ledger.Day, limit int) ([]Statement, error) {
	running, err := s.open(tx, m)
	if err != nil {
		return nil, err
	}
	today := ledger.DayOf(tx.Now(), s.Zone)
	if m != "" && !slices.ContainsFunc(running, func(st Statement) bool { return st.Day == today }) {
		st, err := empty(tx, m, today)
		if err != nil {
			return nil, err
		}
		running = append(running, st)
	}
	all, err := selectStatements(tx, m, before, limit)
	if err != nil {
		return nil, wrap("list statements", err)
	}
	for _, st := range running {
		if before == "" || st.Day < before {
			all = append(all, st)
		}
	}
	slices.SortStableFunc(all, func(a, b Statement) int {
		if c := strings.Compare(string(b.Day), string(a.Day)); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	for n := max(limit, 1); n < len(all); n++ {
		if all[n].Day != all[n-1].Day {
			return all[:n], nil
		}
	}
	return all, nil
}

// empty is today's statement of a merchant that had no redemption yet.
func empty(tx *db.Tx, m shop.MerchantID, today ledger.Day) (Statement, error) {
	found, err := shop.FindMerchant(tx, m)
	return Statement{Merchant: m, Name: found.Name, Day: today}, err
}

// Statement returns one with its lines.
func (s *Service) Statement(ctx context.Context, who account.Session, m shop.MerchantID, day ledger.Day) (st Statement, lines []Line, err error) {
	if m == "" || may(who, m) != nil {
		return Statement{}, nil, ErrUnknown
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		st, err = selectStatement(tx, m, day)
		if errors.Is(err, db.ErrNone) {
			st, lines, err = s.running(tx, m, day)
			return err
		} else if err != nil {
			return wrap("find "+Statement{Merchant: m, Day: day}.title(), err)
		}
		lines, err = selectLines(tx, st.ID)
		return wrap("list the lines of "+st.title(), err)
	})
	return st, lines, err
}

// running returns a statement that is not closed as it stands.
func (s *Service) running(tx *db.Tx, m shop.MerchantID, day ledger.Day) (Statement, []Line, error) {
	all, err := s.open(tx, m)
	if err != nil {
		return Statement{}, nil, err
	}
	i := slices.IndexFunc(all, func(st Statement) bool { return st.Day == day })
	if i < 0 {
		if day != ledger.DayOf(tx.Now(), s.Zone) {
			return Statement{}, nil, ErrUnknown
		}
		st, err := empty(tx, m, day)
		return st, nil, err
	}
	from, err := s.since(tx)
	if err != nil {
		return Statement{}, nil, err
	}
	lines, err := selectOpenLines(tx, m, from)
	if err != nil {
		return Statement{}, nil, wrap("list the lines of "+all[i].title(), err)
	}
	var mine []Line
	for _, l := range lines {
		on, err := target(tx, m, l.Day, l.Late)
		if err != nil {
			return Statement{}, nil, err
		}
		if on == day {
			mine = append(mine, l.Line)
		}
	}
	return all[i], mine, nil
}
