package curate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/opinion"
	"citywalk/sheet"
	"citywalk/shop"
)

// markFields are the fields of the marks, in the order of the aspects.
var markFields = [opinion.Aspects]string{"taste", "service", "price", "environment", "waiting", "cleanliness"}

// A noteIntake is the import of a file of notes on its way.
type noteIntake struct {
	*Service
	Import
	who    account.ID
	places places
	cities map[string]bool // That got notes.
	lonely bool            // It was said that rows name no author.
}

// flawf is a flaw with the same values in both languages.
func flawf(field, zh, en string, values ...any) *sheet.Flaw {
	return &sheet.Flaw{Field: field, Zh: fmt.Sprintf(zh, values...), En: fmt.Sprintf(en, values...)}
}

// A row is a row of the file whose cells are taken out one by one.
type row struct {
	fields   map[string]string
	zone     *time.Location
	warnings []sheet.Flaw
}

// cell returns a cell trimmed and without a wrapping.
func (r *row) cell(field string) string {
	return strings.TrimSpace(sheet.Plain(r.fields[field]))
}

func (r *row) warn(field, zh, en string) {
	r.warnings = append(r.warnings, sheet.Flaw{Field: field, Zh: zh, En: en})
}

// written is the time that a row needs.
func (r *row) written() (time.Time, *sheet.Flaw) {
	s := r.cell("time")
	if s == "" {
		return time.Time{}, flawf("time", "没有时间", "there is no time")
	}
	at, ok := readTime(s, r.zone)
	if !ok {
		return at, flawf("time", "时间读不懂", "the time cannot be read")
	}
	return at, nil
}

// stars reads stars or a mark; what cannot be one is none.
func (r *row) stars(field, cell string) float64 {
	v, ok := readStars(cell)
	if !ok {
		r.warn(field, "评分不在 1 到 5 之间或读不懂，按没有处理", "the rating is not from 1 to 5 or cannot be read, and counts as none")
	}
	return v
}

func (r *row) count(field string) int {
	n, ok := readCount(r.cell(field))
	if !ok {
		r.warn(field, "数量读不懂，按未知处理", "the count cannot be read and is left unknown")
	}
	return n
}

// marks reads the marks by aspect; a column of its own stands before what the
// dictionary says. Where half a star is the least that can be given, it is the
// least here too: to leave it out would flatter the shop.
func (r *row) marks() (m Marks) {
	subs, ok := readSubs(r.cell("subs"))
	if !ok {
		r.warn("subs", "分项评分读不懂，按没有处理", "the marks by aspect cannot be read and count as none")
	}
	for a, field := range markFields {
		s := r.cell(field)
		if s == "" {
			s = subs[a]
		}
		if s == "0.5" {
			s = "1"
		}
		m[a] = r.stars(field, s)
	}
	return m
}

func (r *row) point(system geo.System) *geo.Point {
	lat, lng := r.cell("lat"), r.cell("lng")
	if lat == "" && lng == "" {
		return nil
	}
	p, ok := readPoint(system, lat, lng)
	if !ok {
		r.warn("lat", "位置读不懂或不在中国境内，按未知处理", "the position cannot be read or is not in China, and is left unknown")
		return nil
	}
	return &p
}

// hint is a short text that helps to find the shop; what cannot be one is left
// out.
func (r *row) hint(field string) string {
	s := strings.Join(strings.Fields(r.cell(field)), " ")
	if s == "" {
		return ""
	}
	s, err := body(field, s, nameMax)
	if err != nil {
		r.warn(field, "太长或含有控制字符，没有采用", "it is too long or holds control characters and is left out")
		return ""
	}
	return s
}

// read makes a draft of a row.
func (n *noteIntake) read(from sheet.Row) (p parsed[Draft], bad *sheet.Flaw) {
	r := &row{fields: from.Fields, zone: n.Zone}
	d := Draft{SourceID: r.cell("id"), City: n.City, Author: r.cell("author"), Text: strings.TrimSpace(from.Fields["text"])}
	if d.Text == "" {
		return p, flawf("text", "没有内容", "there is no text")
	}
	if d.Written, bad = r.written(); bad != nil {
		return p, bad
	}
	p.shop = r.cell("shop")
	if p.shop == "" && n.City == "" {
		return p, flawf("shop", "没有门店，也没有指定城市（--city）", "there is no shop, and no city was given (--city)")
	}
	d.Name, d.District, d.Address, d.Category = r.hint("name"), r.hint("district"), r.hint("address"), r.hint("category")
	d.Point = r.point(n.System)
	d.Stars, d.Marks = r.stars("stars", r.cell("stars")), r.marks()
	d.Likes, d.Followers = r.count("likes"), r.count("followers")
	if s := r.cell("joined"); s != "" {
		var ok bool
		if d.Joined, ok = readTime(s, n.Zone); !ok || d.Joined.Before(earliest) {
			d.Joined = time.Time{}
			r.warn("joined", "注册时间读不懂，按未知处理", "when the author joined cannot be read and is left unknown")
		}
	}
	if d.SourceID == "" {
		d.SourceID = madeID(d.Author, p.shop, d.Written.UTC().Format(time.RFC3339), d.Text)
	}
	if d.Author == "" {
		d.Author = d.SourceID
		if !n.lonely {
			n.lonely = true
			r.warn("author", "从这一行起有笔记没有作者，各按一位作者计", "from here on there are notes without an author; each counts as of an author of its own")
		}
	}
	p.draft, p.id, p.warnings = d, d.SourceID, r.warnings
	return p, nil
}

// madeID is the identity of a row whose source has none.
func madeID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "made:" + hex.EncodeToString(sum[:12])
}

// hash64 tells ids apart in eight bytes each, so that ten million fit in memory;
// that two of them meet by chance has odds of one in 400,000.
func hash64(id string) uint64 {
	sum := sha256.Sum256([]byte(strings.TrimSpace(id)))
	return binary.LittleEndian.Uint64(sum[:])
}

// prepare finds the shops of a lot and reads its texts.
func (n *noteIntake) prepare(ctx context.Context, l *lot[Draft]) error {
	if err := n.places.find(ctx, n, l); err != nil {
		return err
	}
	drafts := make([]Draft, len(l.entries))
	cities := map[shop.ID]string{}
	for i, e := range l.entries {
		drafts[i] = e.draft
		cities[e.draft.Shop] = e.draft.City
	}
	var err error
	l.batch, err = n.readAll(ctx, n.Source, drafts, cities)
	return err
}

// write keeps a lot, or says what keeping it would do.
func (n *noteIntake) write(ctx context.Context, l *lot[Draft]) ([]Result, error) {
	if n.DryRun {
		return l.batch.results, n.DB.View(ctx, l.batch.look)
	}
	err := n.keep(ctx, n.who, l.batch, func(_ *db.Tx, touched []Note) error {
		for _, t := range touched {
			if t.Shop != "" {
				n.cities[t.City] = true
			}
		}
		return nil
	})
	return l.batch.results, err
}

// look says what keeping the batch would do.
func (b batch) look(tx *db.Tx) error {
	for i, r := range b.readings {
		if r == nil {
			continue
		}
		var err error
		if b.results[i], err = compareNote(tx, *r); err != nil {
			return err
		}
	}
	return nil
}

// A commentIntake is the import of a file of comments on its way.
type commentIntake struct {
	*Service
	Import
	who    account.ID
	lonely bool
}

func (c *commentIntake) read(from sheet.Row) (p parsed[Remark], bad *sheet.Flaw) {
	r := &row{fields: from.Fields, zone: c.Zone}
	m := Remark{SourceID: r.cell("id"), Note: r.cell("note"), Author: r.cell("author"), Text: strings.TrimSpace(from.Fields["text"])}
	switch {
	case m.Note == "":
		return p, flawf("note", "没有笔记编号", "there is no note")
	case m.Text == "":
		return p, flawf("text", "没有内容", "there is no text")
	}
	if m.Written, bad = r.written(); bad != nil {
		return p, bad
	}
	if m.SourceID == "" {
		m.SourceID = madeID(m.Author, m.Note, m.Written.UTC().Format(time.RFC3339), m.Text)
	}
	if m.Author == "" {
		m.Author = m.SourceID
		if !c.lonely {
			c.lonely = true
			r.warn("author", "从这一行起有评论没有作者，各按一位作者计", "from here on there are comments without an author; each counts as of an author of its own")
		}
	}
	p.draft, p.id, p.warnings = m, m.SourceID, r.warnings
	return p, nil
}

func (c *commentIntake) write(ctx context.Context, l *lot[Remark]) ([]Result, error) {
	remarks := make([]Remark, len(l.entries))
	for i, e := range l.entries {
		remarks[i] = e.draft
	}
	if c.DryRun {
		return c.lookComments(ctx, c.Source, remarks)
	}
	return c.takeComments(ctx, c.who, c.Source, remarks)
}
