package db

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// JSON wraps an argument that is stored as JSON text.
func JSON(v any) any { return jsonArg{v} }

type jsonArg struct{ v any }

// encode turns arguments into what both drivers take: int64, string, []byte,
// float64.
func encode(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := encodeOne(a)
		if err != nil {
			return nil, fmt.Errorf("db: argument $%d: %w", i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

func encodeOne(a any) (any, error) {
	switch a := a.(type) {
	case time.Time:
		return millis(a), nil
	case time.Duration:
		return a.Milliseconds(), nil
	case []byte:
		return a, nil
	case jsonArg:
		b, err := json.Marshal(a.v)
		if err != nil {
			return nil, err
		}
		return text(string(b))
	}
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return int64(1), nil
		}
		return int64(0), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return nil, fmt.Errorf("%d is too large", v.Uint())
		}
		return int64(v.Uint()), nil
	case reflect.Float64:
		return v.Float(), nil
	case reflect.String:
		return text(v.String())
	}
	return nil, fmt.Errorf("cannot store a %T", a)
}

// text refuses what one engine stores and the other does not.
func text(s string) (any, error) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return nil, ErrText
	}
	return s, nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

var timeType = reflect.TypeFor[time.Time]()

// A field takes one column. The plan of a struct type is its fields by column.
type field struct {
	index []int
	json  bool
}

var plans sync.Map // reflect.Type -> map[string]field

func plan(t reflect.Type) map[string]field {
	if p, ok := plans.Load(t); ok {
		return p.(map[string]field)
	}
	p := map[string]field{}
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		name, opt, _ := strings.Cut(f.Tag.Get("db"), ",")
		if name == "-" {
			continue
		}
		if name == "" {
			name = snake(f.Name)
		}
		p[name] = field{f.Index, opt == "json"}
	}
	plans.Store(t, p)
	return p
}

// snake turns PaidAt into paid_at and ShopID into shop_id.
func snake(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if upper(c) {
			if i > 0 && (!upper(s[i-1]) || i+1 < len(s) && !upper(s[i+1])) {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }

// scanner returns a function that reads a row into *dest.
func scanner[T any](dest *T, columns []string) (func(rows) error, error) {
	v := reflect.ValueOf(dest).Elem()
	cells := make([]cell, len(columns))
	if v.Kind() == reflect.Struct && v.Type() != timeType {
		p := plan(v.Type())
		for i, c := range columns {
			f, ok := p[c]
			if !ok {
				return nil, fmt.Errorf("db: %s has no field for column %q", v.Type(), c)
			}
			cells[i] = newCell(v.FieldByIndex(f.index), f.json)
		}
	} else if len(columns) == 1 {
		cells[0] = newCell(v, false)
	} else {
		return nil, fmt.Errorf("db: %d columns do not fit a %s", len(columns), v.Type())
	}
	dests := make([]any, len(cells))
	for i := range cells {
		if cells[i].set == nil {
			return nil, fmt.Errorf("db: column %q does not fit a %s", columns[i], cells[i].to.Type())
		}
		dests[i] = cells[i].from
	}
	return func(rs rows) error {
		if err := rs.scan(dests); err != nil {
			return err
		}
		for _, c := range cells {
			if err := c.set(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// A cell receives one column and sets one field.
type cell struct {
	to   reflect.Value
	from any
	set  func() error
}

func newCell(to reflect.Value, isJSON bool) cell {
	switch {
	case isJSON:
		return jsonCell(to)
	case to.Type() == timeType:
		return timeCell(to)
	}
	switch to.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intCell(to)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return uintCell(to)
	case reflect.Bool:
		from := new(sql.NullInt64)
		return cell{to, from, func() error { to.SetBool(from.Int64 != 0); return nil }}
	case reflect.Float64:
		from := new(sql.NullFloat64)
		return cell{to, from, func() error { to.SetFloat(from.Float64); return nil }}
	case reflect.String:
		from := new(sql.NullString)
		return cell{to, from, func() error { to.SetString(from.String); return nil }}
	case reflect.Slice:
		if to.Type().Elem().Kind() == reflect.Uint8 {
			from := new([]byte)
			return cell{to, from, func() error { to.SetBytes(append([]byte(nil), *from...)); return nil }}
		}
	}
	return cell{to: to}
}

func jsonCell(to reflect.Value) cell {
	from := new(sql.NullString)
	return cell{to, from, func() error {
		to.SetZero()
		if from.String == "" {
			return nil
		}
		return json.Unmarshal([]byte(from.String), to.Addr().Interface())
	}}
}

func timeCell(to reflect.Value) cell {
	from := new(sql.NullInt64)
	return cell{to, from, func() error {
		to.SetZero()
		if from.Int64 != 0 {
			to.Set(reflect.ValueOf(time.UnixMilli(from.Int64).UTC()))
		}
		return nil
	}}
}

func intCell(to reflect.Value) cell {
	from := new(sql.NullInt64)
	unit := int64(1)
	if to.Type() == reflect.TypeFor[time.Duration]() {
		unit = int64(time.Millisecond)
	}
	return cell{to, from, func() error {
		n := from.Int64 * unit
		if to.OverflowInt(n) || n/unit != from.Int64 {
			return fmt.Errorf("db: %d does not fit a %s", from.Int64, to.Type())
		}
		to.SetInt(n)
		return nil
	}}
}

func uintCell(to reflect.Value) cell {
	from := new(sql.NullInt64)
	return cell{to, from, func() error {
		if from.Int64 < 0 || to.OverflowUint(uint64(from.Int64)) {
			return fmt.Errorf("db: %d does not fit a %s", from.Int64, to.Type())
		}
		to.SetUint(uint64(from.Int64))
		return nil
	}}
}
