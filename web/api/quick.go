package api

import (
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// A quick body writes itself. Search is asked far more often than anything else
// and found in some microseconds; to have it written by reflection would cost
// several times as much. What it writes is what encoding/json would.
type quick interface{ appendJSON([]byte) []byte }

// marshal is huma's, but for bodies that write themselves.
func marshal(w io.Writer, v any) error {
	if q, ok := v.(quick); ok {
		_, err := w.Write(q.appendJSON(make([]byte, 0, 8<<10)))
		return err
	}
	return huma.DefaultJSONFormat.Marshal(w, v)
}

func (s searchBody) appendJSON(b []byte) []byte {
	b = appendHits(append(b, `{"hits":`...), s.Hits)
	if s.Total != 0 {
		b = strconv.AppendInt(append(b, `,"total":`...), int64(s.Total), 10)
	}
	if s.About {
		b = append(b, `,"about":true`...)
	}
	// The rest is short or rare.
	b = appendMember(b, "facets", s.Facets, s.Facets != nil)
	b = appendMember(b, "understood", s.Understood, len(s.Understood) > 0)
	b = appendText(b, "spelt", s.Spelt)
	b = appendText(b, "next", s.Next)
	b = appendMember(b, "instead", s.Instead, s.Instead != nil)
	return append(b, '}')
}

func appendHits(b []byte, hits []hitBody) []byte {
	b = append(b, '[')
	for i, h := range hits {
		if i > 0 {
			b = append(b, ',')
		}
		b = h.appendJSON(b)
	}
	return append(b, ']')
}

func (h hitBody) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"id":`...), h.ID)
	b = appendString(append(b, `,"number":`...), h.Number)
	b = appendString(append(b, `,"name":`...), h.Name)
	b = appendText(b, "category", h.Category)
	b = appendText(b, "district", h.District)
	b = appendText(b, "address", h.Address)
	b = strconv.AppendFloat(append(b, `,"lat":`...), h.Lat, 'f', -1, 64)
	b = strconv.AppendFloat(append(b, `,"lng":`...), h.Lng, 'f', -1, 64)
	if h.Price != 0 {
		b = strconv.AppendInt(append(b, `,"price":`...), int64(h.Price), 10)
	}
	b = strconv.AppendBool(append(b, `,"card":`...), h.Card)
	if h.Curated {
		b = append(b, `,"curated":true`...)
	}
	b = appendText(b, "gives", h.Gives)
	if h.Distance != nil {
		b = strconv.AppendInt(append(b, `,"distance":`...), int64(*h.Distance), 10)
	}
	b = append(b, `,"why":[`...)
	for i, w := range h.Why {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"reason":`...), w.Reason)
		b = appendString(append(b, `,"says":`...), w.Says)
		if w.N != 0 {
			b = strconv.AppendInt(append(b, `,"n":`...), int64(w.N), 10)
		}
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

// appendText adds a member that is left out when it is empty.
func appendText(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return appendString(append(append(append(b, `,"`...), name...), `":`...), value)
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
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0xE2 {
			return appendEscaped(b, s)
		}
	}
	if !utf8.ValidString(s) {
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
