package sheet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// A text is one line without its end.
type text struct {
	s    string
	long bool // Longer than the bound; s is its beginning.
}

// lines reads a file line by line and can look ahead.
type lines struct {
	r     *bufio.Reader
	ahead []text // Read but not used up.
	line  int    // Number of the first of them, from 1.
	max   int    // Bytes of a line that are kept.
}

// peek returns the line n after the first that is not used up.
func (l *lines) peek(n int) (text, error) {
	for len(l.ahead) <= n {
		t, err := l.read()
		if err != nil {
			return text{}, err
		}
		l.ahead = append(l.ahead, t)
	}
	return l.ahead[n], nil
}

// drop uses up n lines.
func (l *lines) drop(n int) {
	l.ahead = l.ahead[:copy(l.ahead, l.ahead[n:])]
	l.line += n
}

// blank uses up the empty lines that come next.
func (l *lines) blank() error {
	for {
		t, err := l.peek(0)
		if err != nil || t.s != "" {
			return err
		}
		l.drop(1)
	}
}

// read reads a line. Of one that is too long it keeps the beginning and passes
// over the rest.
func (l *lines) read() (t text, err error) {
	var kept []byte
	for {
		part, more, err := l.r.ReadLine()
		if errors.Is(err, io.EOF) {
			return t, err
		} else if err != nil {
			return t, fmt.Errorf("sheet: read: %w", err)
		}
		switch {
		case len(kept)+len(part) > l.max:
			t.long = true
		case kept == nil && !more:
			t.s = string(part)
			return t, nil
		default:
			kept = append(kept, part...)
		}
		if !more {
			t.s = string(kept)
			if t.long && t.s == "" {
				t.s = " " // Too long is not blank.
			}
			return t, nil
		}
	}
}

// tooLong is the flaw of a line beyond the bound.
var tooLong = &Flaw{Zh: "这一行太长", En: "the line is too long"}
