package settle

import (
	"slices"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// Lines are looked for from lookback days before the last closed one, since
// some may have come too late for their day, and among redemptions that began
// at most slack before that. What is older and on no statement makes the
// control differ, which stops Close.
const (
	lookback = 7
	slack    = 3 * 24 * time.Hour
)

// A window is where open lines are looked for: from a day and a redemption's
// id on. Ids sort by time and are in an index; days are not, because every
// commit at the till would have to keep it up.
type window struct {
	day ledger.Day
	id  string
}

// ever is the window of all lines there are.
var ever = window{}

// A group is the lines of one merchant and day that stand on no statement.
type group struct {
	Merchant shop.MerchantID
	Name     string
	Day      ledger.Day
	Count    int
	Undone   int
	Paid     money.Amount
	Fee      money.Amount
	Late     bool // The day has a statement already.
}

// open returns the statements that are not closed, of one merchant or of all,
// as they stand: by day, then merchant.
func (s *Service) open(tx *db.Tx, m shop.MerchantID) ([]Statement, error) {
	from, err := s.since(tx)
	if err != nil {
		return nil, err
	}
	groups, err := selectGroups(tx, m, from)
	if err != nil {
		return nil, wrap("add up open lines", err)
	}
	type of struct {
		merchant shop.MerchantID
		day      ledger.Day
	}
	by := map[of]int{}
	var all []Statement
	for _, g := range groups {
		day, err := target(tx, g.Merchant, g.Day, g.Late)
		if err != nil {
			return nil, err
		}
		i, ok := by[of{g.Merchant, day}]
		if !ok {
			i = len(all)
			by[of{g.Merchant, day}] = i
			all = append(all, Statement{Merchant: g.Merchant, Name: g.Name, Day: day})
		}
		all[i].add(g)
	}
	slices.SortFunc(all, func(a, b Statement) int {
		if c := strings.Compare(string(a.Day), string(b.Day)); c != 0 {
			return c
		}
		return strings.Compare(string(a.Merchant), string(b.Merchant))
	})
	return all, nil
}

// since returns the window in which lines may be open.
func (s *Service) since(tx *db.Tx) (window, error) {
	last, err := selectLast(tx)
	if err != nil || last == "" {
		return ever, wrap("find the last statement", err)
	}
	day := last.Next(-lookback)
	return window{day, db.FirstID("red", day.Start(s.Zone).Add(-slack))}, nil
}

// target returns the day of the statement on which a line of the day will
// stand: its own or, if that is closed, the next one that is not.
func target(tx *db.Tx, m shop.MerchantID, day ledger.Day, late bool) (ledger.Day, error) {
	for late {
		day = day.Next(1)
		n, err := countStatements(tx, m, day)
		if err != nil {
			return "", wrap("find the next statement of "+string(m), err)
		}
		late = n > 0
	}
	return day, nil
}
