package community

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"citywalk/fault"
)

// ErrCursor refuses a page that no list has.
var ErrCursor = fault.New(fault.Invalid, "community.cursor", fault.Us,
	"这个翻页标记不对，请从第一页开始。", "This is not a page of this list. Start from the first page.")

// A cursor is a place in a list of notes: after the one that has so many likes,
// was written then and is called so.
type cursor struct {
	likes   int64
	written int64 // Milliseconds.
	id      string
}

func cursorOf(r noteRow) cursor { return cursor{int64(r.Likes), r.Written.UnixMilli(), string(r.ID)} }

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s", c.likes, c.written, c.id))
}

// parseCursor reads a cursor; nothing is the place before the first.
func parseCursor(s string) (cursor, error) {
	if s == "" {
		return cursor{math.MaxInt64, math.MaxInt64, ""}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(string(raw), " ")
	if err != nil || len(parts) != 3 || len(parts[2]) > 64 || !utf8.ValidString(parts[2]) || strings.ContainsRune(parts[2], 0) {
		return cursor{}, ErrCursor
	}
	likes, likesErr := strconv.ParseInt(parts[0], 10, 64)
	written, writtenErr := strconv.ParseInt(parts[1], 10, 64)
	if likesErr != nil || writtenErr != nil {
		return cursor{}, ErrCursor
	}
	return cursor{likes, written, parts[2]}, nil
}
