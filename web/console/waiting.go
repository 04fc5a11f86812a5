package console

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

var errNoShop = fault.New(fault.Invalid, "console.no_shop", fault.Operator,
	"先选一家店；都不是就点「都不是」。", "Choose a shop first. If it is none of them, say so.")

// waitingMax is how many notes that wait are shown at a time: each is read.
const waitingMax = 10

// A riddle is a note that waits, with the shops that it might be of.
type riddle struct {
	curate.WaitingNote
	Choices []guessed
	Asked   string // The name that was searched for.
	Form    ui.Form
}

// trouble is what is wrong with the form and has no field to stand beside.
func (one riddle) trouble(p ui.Page) string {
	if len(one.Choices) == 0 {
		return one.Form.Rest(p)
	}
	return one.Form.Rest(p, "alias")
}

// A guessed is one of the shops.
type guessed struct {
	shop.Shop
	Probability float64 // 0 for one that was searched for.
	Why         []string
}

// riddles are those of a city.
type riddles struct {
	City   string
	Cities []ui.Choice
	All    []riddle
	Count  int // That wait in the city.
	From   int
	Runs   bool
}

func (l riddles) path(from int) string {
	if from == 0 {
		return at("/console/curation/waiting", "city", l.City)
	}
	return at("/console/curation/waiting", "city", l.City, "from", strconv.Itoa(from))
}

func (l riddles) next() string {
	if l.From+len(l.All) >= l.Count || len(l.All) == 0 {
		return ""
	}
	return l.path(l.From + waitingMax)
}

func (l riddles) first() string {
	if l.From == 0 {
		return ""
	}
	return l.path(0)
}

func (a *App) waiting(w http.ResponseWriter, r *http.Request) error {
	l, err := a.riddles(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.waitingPage(a.page(r, "waiting.title", "tab.curation"), l))
}

func (a *App) riddles(r *http.Request) (l riddles, err error) {
	ctx, who, q := r.Context(), web.Session(r), r.URL.Query()
	l = riddles{City: strings.TrimSpace(q.Get("city")), Runs: runs(who)}
	if l.City == "" {
		l.City = a.City
	}
	if from := q.Get("from"); from != "" {
		if l.From, err = strconv.Atoi(from); err != nil || l.From < 0 || l.From > csvMax {
			return l, web.ErrNowhere
		}
	}
	t, err := a.Curate.Tally(ctx, who, l.City)
	if err != nil {
		return l, err
	}
	l.Count = t.Waiting
	if l.Cities, err = a.curatedCities(r, l.City); err != nil {
		return l, err
	}
	notes, err := a.Curate.Waiting(ctx, who, l.City, l.From+waitingMax)
	if err != nil {
		return l, err
	}
	for _, n := range notes[min(l.From, len(notes)):] {
		one := riddle{WaitingNote: n}
		if string(n.ID) == q.Get("note") {
			one.Asked = strings.TrimSpace(q.Get("q"))
		}
		if one.Choices, err = a.guessed(ctx, web.Page(r), one); err != nil {
			return l, err
		}
		l.All = append(l.All, one)
	}
	return l, nil
}

// guessed are the shops that a note may be linked to: those that the machine
// guessed, then those of the name that was searched for.
func (a *App) guessed(ctx context.Context, p ui.Page, one riddle) (all []guessed, err error) {
	there := map[shop.ID]bool{}
	err = a.DB.View(ctx, func(tx *db.Tx) error {
		all = nil
		for _, g := range one.Guesses {
			sh, err := shop.Find(tx, g.Shop)
			if errors.Is(err, shop.ErrUnknown) {
				continue
			} else if err != nil {
				return err
			}
			there[sh.ID] = true
			all = append(all, guessed{Shop: sh, Probability: g.Probability, Why: guessReasons(p, g)})
		}
		return nil
	})
	if err != nil || one.Asked == "" {
		return all, err
	}
	const hitsMax = 8
	hits, err := a.Shop.Search(ctx, shop.Query{City: one.City, Name: one.Asked, Limit: hitsMax})
	for _, h := range hits {
		if !there[h.ID] {
			all = append(all, guessed{Shop: h.Shop})
		}
	}
	return all, err
}

// guessReasons are in words what speaks for a guess, and what against it.
func guessReasons(p ui.Page, g curate.Guess) (all []string) {
	for _, r := range g.Why {
		way := "guess.for"
		if r.Strength < 0 {
			way = "guess.against"
		}
		if math.Abs(r.Strength) >= 0.1 {
			all = append(all, p.T(way, "what", p.T("guess."+string(r.Evidence))))
		}
	}
	return all
}

// linkNote says which shop a note is of, or that it is of none.
func (a *App) linkNote(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "note", "nte")
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	l, err := a.riddles(r)
	if err != nil {
		return err
	}
	to, alias, say := shop.ID(f.Value("shop", "")), f.Value("alias", ""), "say.linked"
	switch {
	case f.Value("act", "") == "none":
		to, alias, say = "", "", "say.aside"
	case to == "":
		err = errNoShop.In("shop")
	}
	if err == nil {
		err = a.Curate.Link(r.Context(), web.Session(r), curate.NoteID(id), to, alias)
	}
	if err == nil {
		return web.SeeAndSay(w, r, l.path(l.From), say)
	}
	if errors.Is(err, curate.ErrLinked) || errors.Is(err, curate.ErrNote) {
		return web.Next(err, web.Page(r).T("waiting.title"), l.path(0))
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		for i := range l.All {
			if string(l.All[i].ID) == id {
				l.All[i].Form = f
			}
		}
		return a.waitingPage(a.page(r, "waiting.title", "tab.curation"), l)
	})
}
