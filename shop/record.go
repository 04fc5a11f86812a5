package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"citywalk/money"
	"citywalk/sheet"
)

// A record is one shop as a file has it.
type record struct {
	sheet.Row
	row int // Place among the file's shops, from 1.
}

// imported is a shop that a record told of, and which fields the file has.
type imported struct {
	Shop
	has map[string]string
}

// read makes a shop of a record. It returns either the shop and what had to be
// left unknown, or why the record is refused.
func (i Import) read(rec record) (imported, []sheet.Flaw, *sheet.Flaw) {
	if rec.Bad != nil {
		return imported{}, nil, rec.Bad
	}
	sh := imported{Shop{City: i.City, District: i.District, Source: i.Source, Opens: -1, Closes: -1}, rec.Fields}
	for _, f := range []struct {
		field string
		into  *string
		max   int
	}{
		{"name", &sh.Name, nameMax}, {"id", &sh.SourceID, sourceIDMax}, {"category", &sh.Category, categoryMax},
		{"address", &sh.Address, addressMax}, {"district", &sh.District, districtMax},
	} {
		s := sheet.OneLine(rec.Fields[f.field])
		if bad := sheet.Readable(s, f.max); bad != nil {
			bad.Field = f.field
			return sh, nil, bad
		}
		if s != "" {
			*f.into = s
		}
	}
	if sh.Name == "" {
		return sh, nil, &sheet.Flaw{Field: "name", Zh: "没有名称", En: "there is no name"}
	}
	if i.Format == GeoJSON && rec.Fields["lat"] == "" {
		return sh, nil, &sheet.Flaw{Field: "lat", Zh: "几何不是一个点", En: "the geometry is not a point"}
	}
	var bad *sheet.Flaw
	if sh.Point, bad = sheet.Position(i.System, rec.Fields["lat"], rec.Fields["lng"]); bad != nil {
		return sh, nil, bad
	}
	if sh.SourceID == "" {
		sh.SourceID = madeID(sh.Shop)
	}
	return sh, sh.details(rec.Fields), nil
}

// details reads what a shop can do without; what cannot be read is unknown.
func (s *imported) details(fields map[string]string) (warnings []sheet.Flaw) {
	var ok bool
	if s.Price, ok = readPrice(fields["price"]); !ok {
		warnings = append(warnings, sheet.Flaw{Field: "price", Zh: "人均价读不懂，按未知处理", En: "the price cannot be read and is left unknown"})
	}
	if s.Opens, ok = readClock(fields["opens"]); !ok || s.Opens >= day {
		s.Opens = -1
		warnings = append(warnings, sheet.Flaw{Field: "opens", Zh: "开门时间读不懂，按未知处理", En: "the opening hour cannot be read and is left unknown"})
	}
	if s.Closes, ok = readClock(fields["closes"]); ok && s.Closes >= 0 && s.Opens >= 0 && s.Closes <= s.Opens {
		s.Closes += day // It closes after midnight.
	}
	if !ok || s.Opens >= 0 && s.Closes > s.Opens+day || s.Opens < 0 && s.Closes > day {
		s.Closes = -1
		warnings = append(warnings, sheet.Flaw{Field: "closes", Zh: "打烊时间读不懂，按未知处理", En: "the closing hour cannot be read and is left unknown"})
	}
	if s.Dishes, ok = readDishes(fields["dishes"]); !ok {
		warnings = append(warnings, sheet.Flaw{Field: "dishes", Zh: "有的招牌菜太多、太长或读不懂，没有导入", En: "some dishes are too many, too long or unreadable and are left out"})
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
