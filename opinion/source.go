package opinion

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Form says how a file of notes is written.
type Form struct {
	JSON    bool              // One JSON object a line; else CSV with a head.
	Columns map[string]string // What text, stars, label and group are called; else the usual names.
	Labels  bool              // Each note has a label, 1 for content and 0 for not; else stars.
	Partly  bool              // Notes without stars or label are left out; else they are errors.
}

// usualNames are tried in this order where a form names no column.
var usualNames = map[string][]string{
	"text":  {"text", "review", "reviewbody", "content", "comment", "评论内容"},
	"stars": {"stars", "star", "rating", "score", "用户总分"},
	"label": {"label", "polarity"},
	"group": {"shop", "shop_id", "group", "_id"},
}

// lineMost is the longest line of a JSON file and the longest text, in bytes.
const lineMost = 1 << 20

// ReadNotes reads judged notes and says how many were left out. What is wrong
// is told with its line. A note without a text is left out too.
func ReadNotes(r io.Reader, f Form) (notes []Note, left int, err error) {
	for name := range f.Columns {
		if _, known := usualNames[name]; !known {
			return nil, 0, fmt.Errorf("column %q is not one of text, stars, label and group", name)
		}
	}
	err = f.rows(r, func(get func(string) (string, bool)) error {
		n, ok, err := f.note(get)
		if err == nil && ok {
			notes = append(notes, n)
		} else if err == nil {
			left++
		}
		return err
	})
	return notes, left, err
}

// note makes a note of a row; not ok if it is left out.
func (f Form) note(get func(string) (string, bool)) (n Note, ok bool, err error) {
	text, ok := get("text")
	if !ok {
		return n, false, errors.New("there is no text")
	}
	if len(text) > lineMost {
		return n, false, fmt.Errorf("a text of %d bytes, more than %d", len(text), lineMost)
	}
	n.Text = text
	n.Group, _ = get("group")
	column := "stars"
	if f.Labels {
		column = "label"
	}
	value, ok := get(column)
	if value = strings.TrimSpace(value); !ok || value == "" {
		if f.Partly {
			return n, false, nil
		}
		return n, false, fmt.Errorf("there is no %s", column)
	}
	x, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil || math.IsNaN(x):
		return n, false, fmt.Errorf("%s %q is no number", column, value)
	case f.Labels && x != 0 && x != 1:
		return n, false, fmt.Errorf("label %s: want 1 for content or 0 for not", value)
	case !f.Labels && (x < 1 || x > 5):
		return n, false, fmt.Errorf("stars %s: want 1 to 5", value)
	case f.Labels:
		n.Content = x
	default:
		n.Stars, n.Content = x, contentOf(x)
	}
	return n, strings.TrimSpace(text) != "", nil
}

// rows calls take with a look-up for each row.
func (f Form) rows(r io.Reader, take func(get func(string) (string, bool)) error) error {
	if f.JSON {
		return f.objects(r, take)
	}
	in := csv.NewReader(bufio.NewReader(r))
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return fmt.Errorf("line 1: no head with the names of the columns: %w", err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	places, err := f.places(slices.Clone(head))
	if err != nil {
		return err
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err // It names the line.
		}
		line, _ := in.FieldPos(0)
		err = take(func(name string) (string, bool) {
			i, ok := places[name]
			if !ok {
				return "", false
			}
			return strings.Clone(row[i]), true
		})
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// places finds the columns in a head.
func (f Form) places(head []string) (map[string]int, error) {
	places := map[string]int{}
	for i, name := range head {
		if slices.Contains(head[:i], name) {
			return nil, fmt.Errorf("line 1: column %q stands there twice", name)
		}
		places[name] = i
	}
	for ours, usual := range usualNames {
		if theirs, ok := f.Columns[ours]; ok {
			i := slices.Index(head, theirs)
			if i < 0 {
				return nil, fmt.Errorf("line 1: there is no column %q", theirs)
			}
			places[ours] = i
			continue
		}
		delete(places, ours)
		for _, theirs := range usual {
			if i := slices.Index(head, theirs); i >= 0 {
				places[ours] = i
				break
			}
		}
	}
	return places, nil
}

// objects reads one JSON object a line.
func (f Form) objects(r io.Reader, take func(get func(string) (string, bool)) error) error {
	in := bufio.NewScanner(r)
	in.Buffer(nil, lineMost)
	line := 0
	for in.Scan() {
		line++
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		var row map[string]json.RawMessage
		if err := json.Unmarshal(in.Bytes(), &row); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		if err := take(func(name string) (string, bool) { return f.value(row, name) }); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("line %d: %w", line+1, err)
	}
	return nil
}

// value is a field of an object as text: of a string what it says, of anything
// else how it is written; null is no value.
func (f Form) value(row map[string]json.RawMessage, name string) (string, bool) {
	names := usualNames[name]
	if theirs, ok := f.Columns[name]; ok {
		names = []string{theirs}
	} else if names == nil {
		names = []string{name}
	}
	for _, n := range names {
		raw, ok := row[n]
		if !ok || string(raw) == "null" {
			continue
		}
		var s string
		if json.Unmarshal(raw, &s) != nil {
			s = string(raw)
		}
		return s, true
	}
	return "", false
}

// ReadNames reads names of dishes, one a line; what follows a tab is left out.
func ReadNames(r io.Reader) ([]string, error) {
	var names []string
	in := bufio.NewScanner(r)
	for in.Scan() {
		name, _, _ := strings.Cut(in.Text(), "\t")
		if name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")); name != "" {
			names = append(names, name)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", len(names)+1, err)
	}
	return names, nil
}
