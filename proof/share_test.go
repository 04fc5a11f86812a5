package proof

import (
	"context"
	"net/http"
	"time"

	"citywalk/db/dbtest"
	"citywalk/discover"
)

// A share is what a customer was told that he did with notes and shops. Who he
// is says the note that he wrote himself.
type share struct{ What, Thing, Author string }

// allShares are those that a database has.
const allShares = `
	SELECT 'note' AS what, note AS thing, note AS author FROM community_notes
	UNION ALL SELECT 'like', x.note, m.note FROM community_likes x JOIN community_notes m ON m.person = x.person
	UNION ALL SELECT 'save', x.note, m.note FROM community_saved_notes x JOIN community_notes m ON m.person = x.person
	UNION ALL SELECT 'report', x.thing, m.note FROM community_reports x JOIN community_notes m ON m.person = x.person
	UNION ALL SELECT 'follow', x.shop, m.note FROM community_follows x JOIN community_notes m ON m.person = x.person
	UNION ALL SELECT 'keep', x.shop, m.note FROM community_saved_shops x JOIN community_notes m ON m.person = x.person`

// share has a customer write a note about a visit, follow and save the shop,
// and like, save and report the note that was written before his. An error was
// said.
func (c *crowd) share(ctx context.Context, me Client, visit string) error {
	var mine struct{ ID string }
	if err := c.command(ctx, me, "/shops/"+c.shop+"/notes", Object{"text": "汤很鲜，面也筋道", "stars": 5, "visit": visit}, &mine); err != nil {
		c.fail("write a note", err)
		return err
	}
	var before string
	c.told(func() { before, c.note = c.note, mine.ID })
	c.shared(share{"note", mine.ID, mine.ID})
	acts := []struct{ what, method, path, thing string }{
		{"follow", http.MethodPut, "/shops/" + c.shop + "/follow", c.shop}, {"keep", http.MethodPut, "/shops/" + c.shop + "/save", c.shop},
		{"like", http.MethodPut, "/notes/" + before + "/like", before}, {"save", http.MethodPut, "/notes/" + before + "/save", before},
		{"report", http.MethodPost, "/reports/" + before, before},
	}
	if before == "" {
		acts = acts[:2]
	}
	for _, act := range acts {
		var body any
		if act.what == "report" {
			body = Object{"reason": "other"}
		}
		// A key, though these need none: with it the client knows that it may send
		// them again when the connection that it used before was closed.
		a, err := c.send(ctx, me, act.method, act.path, Key(), body)
		if err == nil && a.Status/100 != 2 && a.Problem().Code != "community.reported" { // That is the word of a sending whose answer was lost.
			err = Refused{act.method + " " + act.path, a}
		}
		if err != nil {
			c.fail(act.what, err)
			return err
		}
		c.shared(share{act.what, act.thing, mine.ID})
	}
	return nil
}

func (c *crowd) shared(s share) {
	c.told(func() {
		c.commands++
		c.shares = append(c.shares, s)
	})
}

// agree holds the customers still until the index of the node that serves is
// that of one which is built anew from the database, and fails if it does not
// come to be.
func (c *crowd) agree() {
	c.t.Helper()
	c.held.Lock()
	defer c.held.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d := c.i.Open()
	defer d.Close()
	for {
		at, err := c.node().Standing()
		if err != nil {
			c.t.Error(err)
			return
		}
		fresh, err := (&discover.Service{DB: d, Zone: dbtest.Zone}).Digest(ctx)
		if err == nil && fresh == at.Index {
			return
		}
		select {
		case <-ctx.Done():
			c.t.Errorf("search rests on %q, and the database holds %q (%v)", at.Index, fresh, err)
			return
		case <-time.After(30 * time.Millisecond):
		}
	}
}
