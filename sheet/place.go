package sheet

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"citywalk/geo"
)

// OneLine trims s and makes one space of every run of white space, so that a
// line break in a quoted cell does no harm.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Readable returns why a text cannot be shown to people, or is longer than max
// characters; nil if it can.
func Readable(s string, max int) *Flaw {
	switch {
	case !utf8.ValidString(s):
		return &Flaw{Zh: "不是 UTF-8 编码", En: "the text is not UTF-8"}
	case !Printable(s):
		return &Flaw{Zh: "含有控制字符", En: "the text holds control characters"}
	case utf8.RuneCountInString(s) > max:
		return &Flaw{Zh: fmt.Sprintf("超过 %d 个字", max), En: fmt.Sprintf("the text is longer than %d characters", max)}
	}
	return nil
}

// Printable reports whether s is valid UTF-8 without control characters, line
// and paragraph separators or marks that override the direction of text.
func Printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		switch {
		case unicode.IsControl(r),
			r >= 0x2028 && r <= 0x202E,      // Separators and overrides.
			r >= 0x2066 && r <= 0x2069,      // Isolates.
			r == 0xFEFF, r&0xFFFE == 0xFFFE: // A byte order mark; no character at all.
			return false
		}
	}
	return true
}

// Position reads a position in China that is written in a system, and converts
// it. The flaw is of the field lat or lng; the commonest mistakes have their own
// words.
func Position(in geo.System, latText, lngText string) (geo.Point, *Flaw) {
	var at [2]float64
	for n, s := range []string{latText, lngText} {
		field, s := []string{"lat", "lng"}[n], strings.TrimSpace(s)
		var err error
		if at[n], err = strconv.ParseFloat(s, 64); s == "" {
			return geo.Point{}, &Flaw{field, "没有经纬度", "there is no position"}
		} else if err != nil {
			return geo.Point{}, &Flaw{field, "经纬度不是数字", "the position is not a number"}
		}
	}
	given := geo.Point{Lat: at[0], Lng: at[1]}
	switch swapped := (geo.Point{Lat: at[1], Lng: at[0]}); {
	case given.Lat == 0 && given.Lng == 0:
		return given, &Flaw{"lat", "位置是 0,0，等于没有", "the position is 0,0, which is none"}
	case geo.InChina(given):
	case geo.InChina(swapped):
		return given, &Flaw{"lat", "经度和纬度好像写反了", "latitude and longitude seem to be swapped"}
	case !given.Valid():
		return given, &Flaw{"lat", "不是地球上的位置", "the position is not on Earth"}
	default:
		return given, &Flaw{"lat", "位置不在中国境内", "the position is not in China"}
	}
	p, err := geo.In(in, given.Lat, given.Lng)
	if err != nil || !geo.InChina(p) {
		return p, &Flaw{"lat", "位置不在中国境内", "the position is not in China"}
	}
	return p, nil
}
