package curate

import (
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
)

// A lineRow is a line as the database keeps its parts.
type lineRow struct {
	Shop      shop.ID
	Name      string
	District  string
	Category  string
	Mean      int64
	Lo        int64
	Hi        int64
	Above     int64
	Notes     int
	Effective int64
	Verdict   Verdict
	Expires   time.Time
	Alarm     Alarm
	Appealed  bool
	Proposed  Verdict
	Proposer  account.ID
	Place     int
	Why       Cause
}

func (r lineRow) line() Line {
	return Line{Shop: r.Shop, Name: r.Name, District: r.District, Category: r.Category,
		Mean: float64(r.Mean) / 1000, Lo: float64(r.Lo) / 1000, Hi: float64(r.Hi) / 1000, Above: float64(r.Above) / 1e6,
		Notes: r.Notes, Effective: float64(r.Effective) / 10, Verdict: r.Verdict, Expires: r.Expires, Alarm: r.Alarm,
		Appealed: r.Appealed, Proposed: r.Proposed, Proposer: r.Proposer, Place: r.Place, Why: r.Why}
}

// lineSelect is what every list reads; what follows it begins with the city
// and the three patterns of the name, then how many and from where.
const lineSelect = `
	SELECT s.id AS shop, s.name AS name, s.district AS district, s.category AS category,
		COALESCE(c.mean, 0) AS mean, COALESCE(c.lo, 0) AS lo, COALESCE(c.hi, 0) AS hi, COALESCE(c.above, 0) AS above,
		COALESCE(c.notes, 0) AS notes, COALESCE(c.effective, 0) AS effective,
		COALESCE(d.state, '') AS verdict, COALESCE(d.expires, 0) AS expires, COALESCE(d.alarm, '') AS alarm,
		CASE WHEN EXISTS (SELECT 1 FROM curate_appeals a WHERE a.shop = s.id AND a.state = 'open') THEN 1 ELSE 0 END AS appealed,
		COALESCE(p.verdict, '') AS proposed, COALESCE(p.reviewer, '') AS proposer,
		COALESCE(q.place, 0) AS place, COALESCE(q.why, '') AS why
	FROM shop_shops s
	LEFT JOIN curate_scores c ON c.shop = s.id
	LEFT JOIN curate_dossiers d ON d.shop = s.id
	LEFT JOIN curate_decisions p ON p.shop = s.id AND p.state = 'proposed'
	LEFT JOIN curate_candidates q ON q.shop = s.id
	WHERE s.city = $1 AND s.words LIKE $2 AND s.words LIKE $3 AND s.words LIKE $4`

// lines reads a list; each view has its own way into the tables.
func lines(tx *db.Tx, who account.ID, a Ask, words [3]string) ([]Line, error) {
	var rows []lineRow
	var err error
	switch a.View {
	case OnList, OnWatch, OffList:
		rows, err = db.All[lineRow](tx, lineSelect+`
			AND s.id IN (SELECT shop FROM curate_dossiers WHERE city = $1 AND state = $7)
			ORDER BY d.expires, s.id LIMIT CAST($5 AS BIGINT) OFFSET CAST($6 AS BIGINT)`,
			a.City, words[0], words[1], words[2], a.Limit, a.From, string(a.View))
	case InAlarm:
		rows, err = db.All[lineRow](tx, lineSelect+`
			AND s.id IN (SELECT shop FROM curate_dossiers WHERE city = $1 AND alarm <> ''
				UNION SELECT shop FROM curate_appeals WHERE state = 'open')
			ORDER BY CASE COALESCE(d.alarm, '') WHEN 'fallen' THEN 0 WHEN '' THEN 1 ELSE 2 END, d.alarmed, s.id
			LIMIT CAST($5 AS BIGINT) OFFSET CAST($6 AS BIGINT)`,
			a.City, words[0], words[1], words[2], a.Limit, a.From)
	case InAppeal:
		rows, err = db.All[lineRow](tx, lineSelect+`
			AND s.id IN (SELECT shop FROM curate_appeals WHERE state = 'open')
			ORDER BY s.id LIMIT CAST($5 AS BIGINT) OFFSET CAST($6 AS BIGINT)`,
			a.City, words[0], words[1], words[2], a.Limit, a.From)
	case InProposal, InConfirm:
		var but account.ID
		if a.View == InConfirm {
			but = who
		}
		rows, err = db.All[lineRow](tx, lineSelect+`
			AND s.id IN (SELECT shop FROM curate_decisions WHERE state = 'proposed' AND reviewer <> $7)
			ORDER BY p.at, s.id LIMIT CAST($5 AS BIGINT) OFFSET CAST($6 AS BIGINT)`,
			a.City, words[0], words[1], words[2], a.Limit, a.From, but)
	case InScores:
		rows, err = db.All[lineRow](tx, lineSelect+`
			AND s.id IN (SELECT shop FROM curate_scores WHERE city = $1)
			ORDER BY c.place DESC, s.id LIMIT CAST($5 AS BIGINT) OFFSET CAST($6 AS BIGINT)`,
			a.City, words[0], words[1], words[2], a.Limit, a.From)
	default:
		rows, err = db.All[lineRow](tx, lineSelect+`
			AND s.id IN (SELECT shop FROM curate_candidates WHERE city = $1)
			ORDER BY CASE WHEN q.why = 'worth' THEN 1 ELSE 0 END, q.place, s.id
			LIMIT CAST($5 AS BIGINT) OFFSET CAST($6 AS BIGINT)`,
			a.City, words[0], words[1], words[2], a.Limit, a.From)
	}
	if err != nil {
		return nil, fmt.Errorf("curate: list shops of %s: %w", a.City, err)
	}
	all := make([]Line, len(rows))
	for i, r := range rows {
		all[i] = r.line()
	}
	return all, nil
}

func tally(tx *db.Tx, who account.ID, city string) (t Tally, err error) {
	type row struct {
		Queued   int
		Scored   int
		Listed   int
		Watched  int
		Excluded int
		Alarms   int
		Appeals  int
		Proposed int
		Confirm  int
		Waiting  int
	}
	r, err := db.One[row](tx, `
		SELECT (SELECT COUNT(*) FROM curate_candidates WHERE city = $1) AS queued,
			(SELECT COUNT(*) FROM curate_scores WHERE city = $1) AS scored,
			(SELECT COUNT(*) FROM curate_dossiers WHERE city = $1 AND state = 'included') AS listed,
			(SELECT COUNT(*) FROM curate_dossiers WHERE city = $1 AND state = 'watched') AS watched,
			(SELECT COUNT(*) FROM curate_dossiers WHERE city = $1 AND state = 'excluded') AS excluded,
			(SELECT COUNT(*) FROM shop_shops s WHERE s.city = $1 AND s.id IN (
				SELECT shop FROM curate_dossiers WHERE city = $1 AND alarm <> ''
				UNION SELECT shop FROM curate_appeals WHERE state = 'open')) AS alarms,
			(SELECT COUNT(*) FROM curate_appeals a JOIN shop_shops s ON s.id = a.shop
				WHERE a.state = 'open' AND s.city = $1) AS appeals,
			(SELECT COUNT(*) FROM curate_decisions p JOIN shop_shops s ON s.id = p.shop
				WHERE p.state = 'proposed' AND s.city = $1) AS proposed,
			(SELECT COUNT(*) FROM curate_decisions p JOIN shop_shops s ON s.id = p.shop
				WHERE p.state = 'proposed' AND s.city = $1 AND p.reviewer <> $2) AS confirm,
			(SELECT COUNT(*) FROM curate_notes WHERE city = $1 AND state = 'waiting') AS waiting`, city, who)
	if err != nil {
		return t, fmt.Errorf("curate: count in %s: %w", city, err)
	}
	t = Tally{City: city, Queued: r.Queued, Scored: r.Scored, Listed: r.Listed, Watched: r.Watched, Excluded: r.Excluded, Alarms: r.Alarms,
		Appeals: r.Appeals, Proposed: r.Proposed, Confirm: r.Confirm, Waiting: r.Waiting}
	type fit struct {
		Bar    int64
		Fitted time.Time
	}
	m, err := db.One[fit](tx, `SELECT bar, fitted FROM curate_models WHERE city = $1`, city)
	if errors.Is(err, db.ErrNone) {
		return t, nil
	} else if err != nil {
		return t, fmt.Errorf("curate: last fit of %s: %w", city, err)
	}
	t.Bar, t.Fitted = float64(m.Bar)/1000, m.Fitted
	return t, nil
}

// noteCityAfter is the next city that has notes, "" after the last.
func noteCityAfter(tx *db.Tx, city string) (string, error) {
	next, err := db.One[string](tx, `SELECT COALESCE(MIN(city), '') FROM curate_notes WHERE city > $1`, city)
	if err != nil {
		return "", fmt.Errorf("curate: cities with notes: %w", err)
	}
	return next, nil
}
