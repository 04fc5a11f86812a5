package discover

import (
	"fmt"
	"sync"
	"testing"

	"citywalk/db"
)

// TestListsAtTwoNodes has two nodes make tonight's lists at once, three times
// each: there is one edition, the same that one node makes alone, and a city
// has one job a night however many nodes ask for it.
func TestListsAtTwoNodes(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		st, nodes := g.street(eight), g.nodes()
		at := func(do func(s *Service) error) {
			var all sync.WaitGroup
			for i := range 6 {
				all.Go(func() {
					if err := do(nodes[i%2]); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		at(func(s *Service) error { return s.NightlyLists(t.Context()) })
		if n := g.count(`SELECT COUNT(*) FROM jobs_jobs WHERE kind = $1`, listsJob); n != 1 {
			t.Errorf("%d jobs make the lists of one city", n)
		}
		at(func(s *Service) error {
			_, err := s.MakeLists(t.Context(), "试镇")
			return err
		})
		if days := g.count(`SELECT COUNT(*) FROM discover_list_days`); days != 1 {
			t.Errorf("%d editions of one day", days)
		}
		together := st.edition()
		if again := st.made(); again.Changed != 0 || again.Regards != 0 || again.Lists == 0 {
			t.Errorf("made again: %+v", again)
		}
		st.update(func(tx *db.Tx) error {
			for _, sql := range []string{`DELETE FROM discover_lists`, `DELETE FROM discover_list_days`, `DELETE FROM discover_list_places`, `DELETE FROM discover_regards`} {
				if _, err := tx.Exec(sql); err != nil {
					return err
				}
			}
			return nil
		})
		st.made()
		if alone := st.edition(); alone != together {
			t.Errorf("together they made\n%s\nand one alone\n%s", together, alone)
		}
	})
}

// edition is all that is published, as text.
func (st *street) edition() (text string) {
	st.t.Helper()
	st.must(st.DB.View(st.t.Context(), func(tx *db.Tx) error {
		text = ""
		for _, sql := range []string{
			`SELECT span || kind || category || district || day || body FROM discover_lists ORDER BY city, span, kind, category, district, day`,
			`SELECT shop || span || kind || category || day || CAST(place AS TEXT) FROM discover_list_places ORDER BY shop, span, kind, category, day`,
			`SELECT shop || list || CAST(score AS TEXT) || '/' || CAST(back AS TEXT) || '/' || CAST(place AS TEXT) FROM discover_regards ORDER BY shop`,
		} {
			rows, err := db.All[string](tx, sql)
			if err != nil {
				return err
			}
			text += fmt.Sprintln(rows)
		}
		return nil
	}))
	return text
}
