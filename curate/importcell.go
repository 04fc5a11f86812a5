package curate

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"citywalk/geo"
	"citywalk/opinion"
	"citywalk/sheet"
)

// timeLayouts are how sources write a moment of the programme's zone. A month,
// a day or an hour may have one digit.
var timeLayouts = []string{"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
	"2006-1-2T15:04:05", "2006-1-2T15:04"}

// edited is what Dianping writes before the time of a note's last change.
const edited = "更新于"

// readTime reads a moment: RFC 3339, a date with or without a time of the day in
// the zone, or unix seconds or milliseconds. Of a cell that goes on with when
// the note was edited, the first moment counts.
func readTime(cell string, zone *time.Location) (at time.Time, ok bool) {
	s, _, _ := strings.Cut(strings.TrimSpace(cell), "\n")
	s = strings.TrimPrefix(strings.TrimSpace(s), edited)
	s, _, _ = strings.Cut(s, edited)
	s = strings.TrimSpace(s)
	if at, ok := readUnix(s); ok {
		return at, true
	}
	if len(s) > 40 {
		return at, false
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, true
	}
	for _, layout := range timeLayouts {
		if at, err := time.ParseInLocation(layout, s, zone); err == nil {
			return at, true
		}
	}
	return at, false
}

// readUnix reads seconds, of which there have been nine digits since 1973, or
// milliseconds.
func readUnix(s string) (at time.Time, ok bool) {
	whole, part, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(whole, "0123456789") != "" || strings.Trim(part, "0123456789") != "" {
		return at, false
	}
	switch len(whole) {
	case 9, 10:
		return time.Unix(n, 0), true
	case 12, 13:
		return time.UnixMilli(n), true
	}
	return at, false
}

// readStars reads stars or a mark of 1 to 5, "4.5", "4.5星", "4.5分" or "★★★★☆";
// nothing is none, and so is what cannot be one, with ok false.
func readStars(cell string) (v float64, ok bool) {
	s := strings.TrimSpace(cell)
	if s == "" {
		return 0, true
	}
	if strings.ContainsAny(s, "★⭐☆") {
		return readDrawn(s)
	}
	for _, unit := range []string{"星", "分"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, unit))
	}
	if len(s) > 20 || strings.Trim(s, "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !starred(v) {
		return 0, false
	}
	return v, true
}

// readDrawn counts stars that are drawn: one to five full ones, then empty ones
// up to five.
func readDrawn(s string) (float64, bool) {
	full, hollow := 0, 0
	for _, r := range s {
		switch {
		case r == '\uFE0F': // Asks for the colourful form of the star before it.
		case (r == '★' || r == '⭐') && hollow == 0:
			full++
		case r == '☆':
			hollow++
		default:
			return 0, false
		}
	}
	if full < 1 || full > 5 || hollow > 0 && full+hollow != 5 {
		return 0, false
	}
	return float64(full), true
}

// readCount reads how many, "1,234", "1.2万" or "10w+"; nothing is unknown, -1,
// and so is what cannot be a count, with ok false.
func readCount(cell string) (n int, ok bool) {
	s := strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(cell), ",", ""), "+")
	if s == "" {
		return -1, cell == ""
	}
	times := 1.0
	for unit, t := range map[string]float64{"万": 1e4, "w": 1e4, "W": 1e4, "千": 1e3, "k": 1e3, "K": 1e3} {
		if short, found := strings.CutSuffix(s, unit); found {
			s, times = short, t
			break
		}
	}
	if len(s) > 12 || strings.Trim(s, "0123456789.") != "" {
		return -1, false
	}
	v, err := strconv.ParseFloat(s, 64)
	if v *= times; err != nil || v > countMax || times == 1 && v != float64(int(v)) {
		return -1, false
	}
	return int(v + 0.5), true
}

// subNames are the names that sources give to marks by aspect. Others are passed
// over.
var subNames = map[string]opinion.Aspect{
	"口味": opinion.Taste, "味道": opinion.Taste, "taste": opinion.Taste,
	"服务": opinion.Service, "service": opinion.Service,
	"性价比": opinion.Price, "价格": opinion.Price, "price": opinion.Price,
	"环境": opinion.Environment, "environment": opinion.Environment,
	"等位": opinion.Waiting, "waiting": opinion.Waiting,
	"卫生": opinion.Cleanliness, "cleanliness": opinion.Cleanliness,
}

// readSubs reads marks by aspect out of a dictionary.
func readSubs(cell string) (marks [opinion.Aspects]string, ok bool) {
	if cell == "" {
		return marks, true
	}
	all, ok := sheet.Dict(cell)
	if !ok {
		return marks, false
	}
	for _, e := range all {
		if a, known := subNames[strings.TrimSpace(e.Name)]; known {
			marks[a] = e.Value
		}
	}
	return marks, true
}

// readPoint reads a position of the file's coordinate system.
func readPoint(system geo.System, lat, lng string) (p geo.Point, ok bool) {
	var at [2]float64
	for i, s := range []string{lat, lng} {
		var err error
		if at[i], err = strconv.ParseFloat(s, 64); err != nil || utf8.RuneCountInString(s) > 40 {
			return p, false
		}
	}
	p, err := geo.In(system, at[0], at[1])
	return p, err == nil && p.Valid() && geo.InChina(p)
}
