package console

import (
	"context"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/web/ui"
)

// alertsShown is how many shops with an alarm Today names one by one.
const alertsShown = 3

// fallen are the alarms of curation: listed shops that need another look.
func (a *App) fallen(ctx context.Context, p ui.Page, who account.Session) (all []alarm, err error) {
	alerts, err := a.Curate.Alerts(ctx, who, rowsMax)
	if err != nil {
		return nil, err
	}
	byCity := map[string][]curate.Alert{}
	var cities []string
	for _, one := range alerts {
		if byCity[one.City] == nil {
			cities = append(cities, one.City)
		}
		byCity[one.City] = append(byCity[one.City], one)
	}
	for _, city := range cities {
		if n := len(byCity[city]); n > alertsShown {
			all = append(all, alarm{ui.Bad, a.inCity(p, city, p.T("alarm.curation.many", "n", atLeast(n, rowsMax))), p.T("alarm.look"),
				at("/console/curation", "city", city, "view", string(curate.InAlarm))})
			continue
		}
		for _, one := range byCity[city] {
			look, word := ui.Bad, "alarm.curation.fallen"
			if one.Alarm == curate.Expired {
				look, word = ui.Wait, "alarm.curation.expired"
			}
			all = append(all, alarm{look, a.inCity(p, city, p.T(word, "shop", one.Name)), p.T("alarm.look"),
				at(reviewPath(one.Shop), "view", string(curate.InAlarm))})
		}
	}
	return all, nil
}

// todo is what else waits: what members reported, answers to merchants, this person's
// confirmation, and notes without a shop.
func (a *App) todo(ctx context.Context, p ui.Page, who account.Session) (all []alarm, err error) {
	reported, err := a.Community.Waiting(ctx, who)
	if err != nil {
		return nil, err
	}
	if reported > 0 {
		all = append(all, alarm{ui.Wait, p.T("alarm.reports", "n", reported), p.T("alarm.look"), reportsPath})
	}
	tallies, err := a.Curate.Tallies(ctx, who)
	for _, t := range tallies {
		add := func(n int, word, path string, pairs ...string) {
			if n > 0 {
				all = append(all, alarm{ui.Wait, a.inCity(p, t.City, p.T(word, "n", n)), p.T("alarm.look"), at(path, append(pairs, "city", t.City)...)})
			}
		}
		add(t.Appeals, "alarm.curation.appeals", "/console/curation", "view", string(curate.InAppeal))
		if runs(who) {
			add(t.Confirm, "alarm.curation.confirm", "/console/curation", "view", string(curate.InConfirm))
			add(t.Waiting, "alarm.curation.waiting", "/console/curation/waiting")
		}
	}
	return all, err
}

// inCity names the city before a sentence, unless it is the programme's own.
func (a *App) inCity(p ui.Page, city, what string) string {
	if city == a.City {
		return what
	}
	return p.T("alarm.curation.in", "city", city, "what", what)
}
