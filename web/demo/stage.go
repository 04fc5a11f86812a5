package demo

import (
	"net/http"

	"citywalk/account"
	"citywalk/web"
)

// A device is one frame of the stage.
type device struct {
	key  string // member, till or console: its word, its class, its frame.
	href string // Where its frame begins.
	icon string
}

// devices are the three, in the order in which they stand.
func (a *App) devices() []device {
	return []device{
		{"member", "/card", "card"},
		{"till", "/till/shops/" + string(a.Cast.Shop), "scan"},
		{"console", "/console/", "ledger"},
	}
}

// A step is a place in the play that has words of its own. Point is how far
// along the main job it is, from 1; 0 is beside it.
type step struct {
	key   string
	point int
}

// points is how many the main job has.
const points = 7

// steps are all that the page has something to say about: the main job in its
// order, then its second door, then the newcomer, then what may go otherwise.
var steps = []step{
	{"open", 1}, {"code", 2}, {"enter", 3}, {"confirm", 4}, {"paid", 5}, {"record", 6}, {"statement", 6}, {"proof", 7},
	{"sign", 1}, {"agree", 2}, {"accept", 4},
	{"sell", 0}, {"cashier", 0}, {"bought", 0},
	{"refused", 0}, {"undone", 0},
}

// stage shows the devices. Who was not let in yet is led to the entrance.
func (a *App) stage(w http.ResponseWriter, r *http.Request) error {
	for _, app := range []account.App{account.MemberApp, account.TillApp, account.ConsoleApp} {
		if in, err := web.Holds(r, app); err != nil {
			return err
		} else if !in {
			return web.See(w, r, entrance)
		}
	}
	web.Allow(w, r, web.Frames)
	p := web.Page(r)
	p.Title, p.Bare, p.Islands = p.T("demo.title"), true, []string{"demo"}
	return web.Render(w, r, http.StatusOK, a.stagePage(p))
}
