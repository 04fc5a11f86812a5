package api

import (
	"encoding/json"
	"math"
	"strconv"

	"citywalk/discover"
	"citywalk/fault"
	"citywalk/parlance"
	"citywalk/shop"
)

// appendSearch writes an answer as encoding/json writes its searchBody.
func appendSearch(b []byte, found *discover.Answer, lang fault.Lang) []byte {
	b = appendHits(append(b, `{"hits":`...), found.Hits, lang)
	if found.Facets.Total != 0 {
		b = strconv.AppendInt(append(b, `,"total":`...), int64(found.Facets.Total), 10)
	}
	if found.Facets.About {
		b = append(b, `,"about":true`...)
	}
	facets, instead := showFacets(found.Facets), showInstead(lang, found.Instead)
	b = appendMember(b, "facets", facets, facets != nil)
	b = appendParts(b, found.Understood, lang)
	b = appendText(b, `,"spelt":`, found.Spelt)
	b = appendText(b, `,"next":`, found.Next)
	b = appendMember(b, "instead", instead, instead != nil)
	return append(b, '}')
}

func appendHits(b []byte, hits []discover.Hit, lang fault.Lang) []byte {
	b = append(b, '[')
	for i := range hits {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendHit(b, &hits[i], lang)
	}
	return append(b, ']')
}

// appendHit writes a hit as encoding/json writes its hitBody.
func appendHit(b []byte, h *discover.Hit, lang fault.Lang) []byte {
	if h.Plain {
		b = append(append(append(b, `{"id":"`...), h.ID...), `","number":"`...)
		b = append(append(append(append(b, h.Number...), `","name":"`...), h.Name...), '"')
		b = appendPlain(b, `,"category":"`, h.Category)
		b = appendPlain(b, `,"district":"`, h.District)
		b = appendPlain(b, `,"address":"`, h.Address)
	} else {
		b = appendString(append(b, `{"id":`...), string(h.ID))
		b = appendString(append(b, `,"number":`...), h.Number)
		b = appendString(append(b, `,"name":`...), h.Name)
		b = appendText(b, `,"category":`, h.Category)
		b = appendText(b, `,"district":`, h.District)
		b = appendText(b, `,"address":`, h.Address)
	}
	b = appendDegrees(append(b, `,"lat":`...), h.Point.Lat)
	b = appendDegrees(append(b, `,"lng":`...), h.Point.Lng)
	if h.Price != 0 {
		b = strconv.AppendInt(append(b, `,"price":`...), int64(h.Price), 10)
	}
	b = strconv.AppendBool(append(b, `,"card":`...), h.State == shop.Live)
	if h.Curated {
		b = append(b, `,"curated":true`...)
	}
	b = appendText(b, `,"gives":`, h.Gives)
	if h.Distance >= 0 {
		b = strconv.AppendInt(append(b, `,"distance":`...), int64(h.Distance), 10)
	}
	return append(appendWhy(append(b, `,"why":[`...), h.Why, lang), "]}"...)
}

func appendWhy(b []byte, why []discover.Why, lang fault.Lang) []byte {
	for i := range why {
		w := &why[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, `{"reason":"`...), w.Reason...), `","says":`...)
		from := len(b) + 1
		if b = w.AppendSay(append(b, '"'), lang); discover.PlainJSON(b[from:]) {
			b = append(b, '"')
		} else {
			b = appendEscaped(b[:from-1], w.Say(lang))
		}
		if w.N != 0 {
			b = strconv.AppendInt(append(b, `,"n":`...), int64(w.N), 10)
		}
		b = append(b, '}')
	}
	return b
}

func appendParts(b []byte, parts []parlance.Part, lang fault.Lang) []byte {
	for i := range parts {
		p, before := &parts[i], `,{"kind":"`
		if i == 0 {
			before = `,"understood":[{"kind":"`
		}
		b = append(append(append(b, before...), partKinds[p.Kind]...), `","says":`...)
		if lang == fault.En {
			b = appendString(b, p.En)
		} else {
			b = appendString(b, p.Zh)
		}
		b = strconv.AppendInt(append(b, `,"from":`...), int64(p.From), 10)
		b = append(strconv.AppendInt(append(b, `,"to":`...), int64(p.To), 10), '}')
	}
	if len(parts) > 0 {
		b = append(b, ']')
	}
	return b
}

// appendSuggestions writes suggestions as huma would; it is not ok if one has
// to be escaped.
func appendSuggestions(b []byte, found []discover.Suggestion) (_ []byte, ok bool) {
	b = append(b, `{"suggestions":[`...)
	for i, s := range found {
		if !discover.PlainJSON(s.Text) {
			return b, false
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(append(append(b, `{"kind":"`...), s.Kind...), `","text":"`...), s.Text...), `"}`...)
	}
	return append(b, "]}\n"...), true
}

// appendText adds a member that is left out when it is empty. name is as it
// stands before the value.
func appendText(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return appendString(append(b, name...), value)
}

// appendPlain is appendText for what stands in JSON as it is; name ends with
// the quote.
func appendPlain(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return append(append(append(b, name...), value...), '"')
}

// appendMember adds a member by reflection, if it is there.
func appendMember(b []byte, name string, value any, there bool) []byte {
	if !there {
		return b
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // These are texts and numbers.
	}
	return append(append(append(append(b, `,"`...), name...), `":`...), text...)
}

// appendString adds a JSON string. Nearly all have nothing to escape.
func appendString(b []byte, s string) []byte {
	if !discover.PlainJSON(s) {
		return appendEscaped(b, s)
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendEscaped(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // A string is always JSON.
	}
	return append(b, text...)
}

// appendDegrees adds a number of degrees. Those of shops have seven places
// after the point at most, and need no search for the shortest way to write
// them.
func appendDegrees(b []byte, x float64) []byte {
	const unit = 10_000_000
	n := int64(math.Round(x * unit))
	if float64(n)/unit != x || n > -10 && n < 10 {
		text, err := json.Marshal(x)
		if err != nil {
			panic(err) // A position is a number.
		}
		return append(b, text...)
	}
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/unit, 10)
	var digits [7]byte
	last := 0 // How many are written: up to the last that is not nought.
	for i, rest := 6, n%unit; i >= 0; i, rest = i-1, rest/10 {
		digits[i] = '0' + byte(rest%10)
		if last == 0 && digits[i] != '0' {
			last = i + 1
		}
	}
	if last == 0 {
		return b
	}
	return append(append(b, '.'), digits[:last]...)
}
