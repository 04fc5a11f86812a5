package till

import (
	"net/http"
	"slices"
	"strconv"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/web"
)

// today lists the shop's redemptions of the business day; each total leads to
// the rows that make it.
func (a *App) today(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	all, err := a.Redeem.Today(r.Context(), web.Session(r), s.ID, ledger.DayOf(a.Now(), a.Zone))
	if err != nil {
		return err
	}
	p, waiting, err := a.listening(r, s, "today.title", "tab.today")
	if err != nil {
		return err
	}
	p.Refresh = 30
	mine, err := a.mine(r)
	if err != nil {
		return err
	}
	d := day{Home: at(s.ID) + "/today", Only: r.URL.Query().Get("only"), Tally: total(all), Elsewhere: len(mine) > 1}
	d.Rows = slices.DeleteFunc(all, func(r redeem.Redemption) bool { return !d.shows(r) })
	return web.Render(w, r, http.StatusOK, a.todayPage(p, d, waiting))
}

// A day is what the list shows of a business day.
type day struct {
	Home      string // Where it is.
	Only      string // "paid", "undone" or all.
	Tally     tally
	Rows      []redeem.Redemption
	Elsewhere bool // There is another shop to go to.
}

// shows reports whether a redemption is among the rows that were asked for.
func (d day) shows(r redeem.Redemption) bool {
	switch d.Only {
	case "paid":
		return r.State == redeem.Committed
	case "undone":
		return undone(r)
	}
	return true
}

// A tally is a day's totals.
type tally struct {
	Paid   money.Amount
	Count  int
	Undone int
}

// total adds up what stands.
func total(all []redeem.Redemption) (t tally) {
	for _, r := range all {
		switch {
		case r.State == redeem.Committed:
			t.Count++
			t.Paid += r.Due
		case undone(r):
			t.Undone++
		}
	}
	return t
}

// undone reports whether staff gave a paid redemption back.
func undone(r redeem.Redemption) bool {
	return r.State == redeem.Refunding || r.State == redeem.Refunded || r.State == redeem.Stuck
}

// whole reports whether a redemption has an end that can be read up, and is
// not still on its way.
func whole(r redeem.Redemption) bool { return r.State == redeem.Committed || undone(r) }

// clock is when a redemption happened, in the programme's zone.
func (a *App) clock(r redeem.Redemption) string {
	t := r.Committed
	if t.IsZero() {
		t = r.Created
	}
	return t.In(a.Zone).Format("15:04")
}

func count(n int) string { return strconv.Itoa(n) }
