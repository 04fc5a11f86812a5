package discover

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"citywalk/curate"
	"citywalk/db"
	"citywalk/esteem"
	"citywalk/geo"
	"citywalk/ledger"
	"citywalk/shop"
)

const (
	listHistory = 540 // Days of visits that are read: those before the year speak for their members.
	listEpoch   = ledger.Day("2020-01-01")

	// What a bill must come to at least, as a part of what a head pays there, so
	// that a visit speaks for its member.
	billLeast = 5

	noonFrom, noonUntil = 11, 14 // Hours.
)

// A census is what the lists of a city are made from.
type census struct {
	esteem.Input
	city       string
	shops      []shop.ID
	categories []string
	districts  []string
	live       int

	members map[string]int32
	byID    map[shop.ID]int32
	odd     []int // Visits of each member whose bills cannot be.
	told    []int // Visits of each member.
}

// number counts days from an epoch.
func number(d ledger.Day) int32 { return int32(d.Sub(listEpoch)) }

// read reads a city as it is in tx; the lists of its day rest on the days before.
func (s *Service) read(tx *db.Tx, city string) (*census, error) {
	c := &census{city: city, members: map[string]int32{}, byID: map[shop.ID]int32{}}
	today := ledger.DayOf(tx.Now(), s.Zone)
	c.Day = number(today)
	for _, step := range []func() error{
		func() error { return c.readShops(tx, s.Zone) },
		func() error { return c.readVisits(tx, s.Zone, today) },
		func() error { return c.readHomes(tx) },
		func() error { return c.readNotes(tx) },
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("discover: read %s for its lists: %w", city, err)
		}
	}
	for m := range c.Members {
		c.Members[m].Credit = 1 - float64(c.odd[m])/float64(c.told[m])
	}
	return c, nil
}

type listShop struct {
	ID       shop.ID
	Category string
	District string
	Lat      float64
	Lng      float64
	Opened   time.Time
	State    shop.State
}

func (c *census) readShops(tx *db.Tx, zone *time.Location) error {
	rows, err := db.All[listShop](tx, `
		SELECT id, category, district, lat, lng, opened, state FROM shop_shops WHERE city = $1 AND state <> $2 ORDER BY id`, c.city, shop.Draft)
	if err != nil {
		return err
	}
	names := func(of func(listShop) string) []string {
		var all []string
		for _, r := range rows {
			if n := of(r); n != "" {
				all = append(all, n)
			}
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	c.categories = names(func(r listShop) string { return r.Category })
	c.districts = names(func(r listShop) string { return r.District })
	at := func(all []string, n string) int32 {
		if i, ok := slices.BinarySearch(all, n); ok {
			return int32(i)
		}
		return -1
	}
	for i, r := range rows {
		sh := esteem.Shop{Category: at(c.categories, r.Category), District: at(c.districts, r.District), At: geo.Point{Lat: r.Lat, Lng: r.Lng}, Closed: r.State != shop.Live}
		if !r.Opened.IsZero() {
			sh.Since = number(ledger.DayOf(r.Opened, zone))
		}
		if !sh.Closed {
			c.live++
		}
		c.shops, c.byID[r.ID] = append(c.shops, r.ID), int32(i)
		c.Shops = append(c.Shops, sh)
	}
	return nil
}

type listVisit struct {
	Shop      shop.ID
	Person    string
	Joined    time.Time
	Committed time.Time
	Odd       int
}

// readVisits reads what was paid and not undone. Who works for the shop's
// merchant does not visit it.
func (c *census) readVisits(tx *db.Tx, zone *time.Location, today ledger.Day) error {
	from, until := today.Next(-listHistory).Start(zone), today.Start(zone)
	return db.Each(tx, func(v listVisit) error {
		m, ok := c.members[v.Person]
		if !ok {
			m = int32(len(c.Members))
			c.members[v.Person] = m
			c.Members = append(c.Members, esteem.Member{Joined: number(ledger.DayOf(v.Joined, zone))})
			c.odd, c.told = append(c.odd, 0), append(c.told, 0)
		}
		c.told[m]++
		c.odd[m] += v.Odd
		at := v.Committed.In(zone)
		noon := at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && at.Hour() >= noonFrom && at.Hour() < noonUntil
		c.Visits = append(c.Visits, esteem.Visit{Member: m, Shop: c.byID[v.Shop], Day: number(ledger.DayOf(at, zone)), Noon: noon})
		return nil
	}, `
		SELECT r.shop AS shop, r.person AS person, p.created AS joined, r.committed AS committed,
			CASE WHEN r.bill * $5 < s.price THEN 1 ELSE 0 END AS odd
		FROM shop_shops s
			JOIN redeem_redemptions r ON r.shop = s.id
			JOIN account_people p ON p.id = r.person
		WHERE s.city = $1 AND s.state <> $2 AND r.created >= $3 AND r.committed > 0 AND r.committed < $4 AND r.undone = 0 AND r.state = 'committed'
			AND NOT EXISTS (SELECT 1 FROM account_grants g WHERE g.person = r.person AND g.merchant = r.merchant)
		ORDER BY r.shop, r.created, r.id`, c.city, shop.Draft, from, until, billLeast)
}

// readHomes reads the anchors that members let us keep: home before work.
func (c *census) readHomes(tx *db.Tx) error {
	return db.Each(tx, func(a struct {
		Person   string
		Lat, Lng float64
	}) error {
		if m, ok := c.members[a.Person]; ok {
			c.Members[m].Home = geo.Point{Lat: a.Lat, Lng: a.Lng}
		}
		return nil
	}, `SELECT person, lat, lng FROM discover_anchors WHERE city = $1 ORDER BY person, CASE kind WHEN 'home' THEN 1 ELSE 0 END`, c.city)
}

// readNotes reads what the notes say of each shop, and how much each note
// counted for in that, with its writer if he wrote it after a visit.
func (c *census) readNotes(tx *db.Tx) error {
	weights := map[curate.NoteID]float64{}
	err := db.Each(tx, func(r struct {
		Shop shop.ID
		Body string
	}) error {
		s, ok := c.byID[r.Shop]
		if !ok {
			return nil
		}
		var said curate.Score
		if err := json.Unmarshal([]byte(r.Body), &said); err != nil {
			return fmt.Errorf("score of %s: %w", r.Shop, err)
		}
		c.Shops[s].Notes, c.Shops[s].NotesVar = esteem.Alone(said.Mean, said.SD, said.Prior, said.PriorSD)
		for _, f := range said.Found {
			weights[f.Note] = f.Weight
		}
		return nil
	}, `SELECT shop, body FROM curate_scores WHERE city = $1 ORDER BY shop`, c.city)
	if err != nil {
		return err
	}
	return db.Each(tx, func(r struct {
		ID     curate.NoteID
		Shop   shop.ID
		Rating int
		Person string
	}) error {
		s, known := c.byID[r.Shop]
		w, scored := weights[r.ID]
		if !known || !scored {
			return nil
		}
		word := esteem.Word{Member: -1, Shop: s, Rating: float64(r.Rating) / 100, Weight: w}
		if m, ok := c.members[r.Person]; ok {
			word.Member = m
		}
		c.Words = append(c.Words, word)
		return nil
	}, `
		SELECT n.id AS id, n.shop AS shop, n.rating AS rating, COALESCE(r.person, '') AS person
		FROM curate_notes n LEFT JOIN redeem_redemptions r ON r.id = n.visit
		WHERE n.city = $1 AND n.state = 'linked' ORDER BY n.id`, c.city)
}

// name is the name of a category or district, "" for all of them.
func name(all []string, i int32) string {
	if i < 0 {
		return ""
	}
	return all[i]
}
