package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"citywalk/geo"
	"citywalk/money"
	"citywalk/sheet"
)

// A record is one shop as a file has it.
type record struct {
	line   int
	row    int
	fields map[string]string // Our fields that the file has, as it has them.
	bad    *flaw             // The record could not be read at all.
}

// A flaw is what is wrong with a record, in words for the operator.
type flaw struct{ field, zh, en string }

func flawed(field, zh, en string) *flaw { return &flaw{field, zh, en} }

// imported is a shop that a record told of, and which fields the file has.
type imported struct {
	Shop
	has map[string]string
}

// read makes a shop of a record. It returns either the shop and what had to be
// left unknown, or why the record is refused.
func (i Import) read(rec record) (imported, []flaw, *flaw) {
	if rec.bad != nil {
		return imported{}, nil, rec.bad
	}
	sh := imported{Shop{City: i.City, District: i.District, Source: i.Source, Opens: -1, Closes: -1}, rec.fields}
	for _, f := range []struct {
		field string
		into  *string
		max   int
	}{
		{"name", &sh.Name, nameMax}, {"id", &sh.SourceID, sourceIDMax}, {"category", &sh.Category, categoryMax},
		{"address", &sh.Address, addressMax}, {"district", &sh.District, districtMax},
	} {
		s := sheet.OneLine(rec.fields[f.field])
		if bad := sheet.Readable(s, f.max); bad != nil {
			return sh, nil, flawed(f.field, bad.Zh, bad.En)
		}
		if s != "" {
			*f.into = s
		}
	}
	if sh.Name == "" {
		return sh, nil, flawed("name", "没有名称", "there is no name")
	}
	var bad *flaw
	if sh.Point, bad = i.position(rec.fields["lat"], rec.fields["lng"]); bad != nil {
		return sh, nil, bad
	}
	if sh.SourceID == "" {
		sh.SourceID = madeID(sh.Shop)
	}
	return sh, sh.details(rec.fields), nil
}

// details reads what a shop can do without; what cannot be read is unknown.
func (s *imported) details(fields map[string]string) (warnings []flaw) {
	var ok bool
	if s.Price, ok = readPrice(fields["price"]); !ok {
		warnings = append(warnings, flaw{"price", "人均价读不懂，按未知处理", "the price cannot be read and is left unknown"})
	}
	if s.Opens, ok = readClock(fields["opens"]); !ok || s.Opens >= day {
		s.Opens = -1
		warnings = append(warnings, flaw{"opens", "开门时间读不懂，按未知处理", "the opening hour cannot be read and is left unknown"})
	}
	if s.Closes, ok = readClock(fields["closes"]); ok && s.Closes >= 0 && s.Opens >= 0 && s.Closes <= s.Opens {
		s.Closes += day // It closes after midnight.
	}
	if !ok || s.Opens >= 0 && s.Closes > s.Opens+day || s.Opens < 0 && s.Closes > day {
		s.Closes = -1
		warnings = append(warnings, flaw{"closes", "打烊时间读不懂，按未知处理", "the closing hour cannot be read and is left unknown"})
	}
	if s.Dishes, ok = readDishes(fields["dishes"]); !ok {
		warnings = append(warnings, flaw{"dishes", "有的招牌菜太多、太长或读不懂，没有导入", "some dishes are too many, too long or unreadable and are left out"})
	}
	return warnings
}

// over returns old with what the file says.
func (s imported) over(old Shop) Shop {
	has := func(field string) bool { _, ok := s.has[field]; return ok }
	old.City, old.Name, old.Point = s.City, s.Name, s.Point
	if has("district") || s.District != "" {
		old.District = s.District
	}
	if has("address") {
		old.Address = s.Address
	}
	if has("category") {
		old.Category = s.Category
	}
	if has("dishes") {
		old.Dishes = s.Dishes
	}
	if has("price") {
		old.Price = s.Price
	}
	// The two hours are one statement: closing is counted from opening.
	if has("opens") || has("closes") {
		old.Opens, old.Closes = s.Opens, s.Closes
	}
	return old
}

// saysAs reports whether s says the same of the place as t.
func (s Shop) saysAs(t Shop) bool {
	return s.City == t.City && s.District == t.District && s.Address == t.Address && s.Name == t.Name &&
		s.Category == t.Category && slices.Equal(s.Dishes, t.Dishes) && s.Point == t.Point &&
		s.Price == t.Price && s.Opens == t.Opens && s.Closes == t.Closes
}

// madeID is the identity of a shop whose source has none: its name and place,
// to about a metre.
func madeID(s Shop) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%.5f\x00%.5f", s.Name, s.Point.Lat, s.Point.Lng))
	return "made:" + hex.EncodeToString(sum[:12])
}

// position reads and converts a position.
func (i Import) position(lat, lng string) (geo.Point, *flaw) {
	p, bad := sheet.Position(i.System, lat, lng)
	if bad != nil {
		return p, flawed(bad.Field, bad.Zh, bad.En)
	}
	return p, nil
}

// readPrice reads yuan; nothing and 0 are unknown.
func readPrice(s string) (money.Amount, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, true
	}
	a, err := money.Parse(s)
	return a, err == nil
}

// readClock reads a minute of the day, "7:00", "07:00:00", "24:00", "26:00" or
// "次日02:00"; nothing is unknown.
func readClock(s string) (minute int, ok bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "：", ":")
	if s == "" {
		return -1, true
	}
	next := strings.TrimPrefix(s, "次日")
	parts := strings.Split(strings.TrimSpace(next), ":")
	if len(parts) < 2 || len(parts) > 3 {
		return -1, false
	}
	for n, p := range parts {
		v, err := strconv.ParseUint(p, 10, 8)
		if err != nil || len(p) > 2 || n > 0 && (v > 59 || len(p) != 2) {
			return -1, false
		}
		switch n {
		case 0:
			minute = int(v) * 60
		case 1:
			minute += int(v)
		}
	}
	if next != s {
		minute += day
	}
	return minute, minute < 2*day
}

// readDishes splits a list at the first of the usual separators that it holds;
// ok is false if something of it had to be left out.
func readDishes(s string) (dishes []string, ok bool) {
	ok = true
	separator := "，"
	for _, sep := range []string{",", "|", ";", "；", "、", "\n"} {
		if strings.Contains(s, sep) {
			separator = sep
			break
		}
	}
	for _, d := range strings.Split(s, separator) {
		d = strings.TrimFunc(sheet.OneLine(d), unicode.IsSpace)
		switch {
		case d == "" || slices.Contains(dishes, d):
		case len(dishes) == dishesMax || sheet.Readable(d, dishMax) != nil:
			ok = false
		default:
			dishes = append(dishes, d)
		}
	}
	return dishes, ok
}
