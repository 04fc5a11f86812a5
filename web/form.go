package web

import (
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"citywalk/money"
	"citywalk/web/ui"
)

// Form reads what a form sent. Values that are not UTF-8 or hold a NUL are
// refused here, so that no handler meets them. Fields that nobody asked for
// are ignored: handlers take the names that they know.
func Form(r *http.Request) (ui.Form, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(1 << 20)
	default:
		return ui.Form{}, ErrMedia
	}
	if err != nil {
		if f := Fault(err); f != nil {
			return ui.Form{}, f
		}
		return ui.Form{}, ErrForm
	}
	for name, values := range r.PostForm {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return ui.Form{}, ErrForm
			}
		}
	}
	return ui.Form{Values: r.PostForm}, nil
}

// Amount returns an amount of money of at least one fen.
func Amount(f ui.Form, name string) (money.Amount, error) {
	a, err := money.Parse(f.Value(name, ""))
	if err != nil || a <= 0 {
		return 0, ErrAmount.In(name)
	}
	return a, nil
}

// Number returns a whole number within bounds.
func Number(f ui.Form, name string, least, most int) (int, error) {
	s := strings.TrimSpace(f.Value(name, ""))
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most || strings.HasPrefix(s, "+") {
		return 0, ErrNumber.With("min", least, "max", most).In(name)
	}
	return n, nil
}

// Day returns a calendar day, "2026-03-02", of a year that people mean.
func Day(f ui.Form, name string) (string, error) {
	s := strings.TrimSpace(f.Value(name, ""))
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return "", ErrDay.In(name)
	}
	return s, nil
}

// ID returns the id in the path if it has the shape of one: the prefix, "_"
// and 26 characters. Anything else is not there, whatever it was meant to do.
func ID(r *http.Request, name, prefix string) (string, error) {
	id := r.PathValue(name)
	rest, ok := strings.CutPrefix(id, prefix+"_")
	if !ok || len(rest) != 26 {
		return "", ErrNowhere
	}
	for _, c := range rest {
		if (c < '0' || c > '9') && (c < 'a' || c > 'v') {
			return "", ErrNowhere
		}
	}
	return id, nil
}

// Files are the files of a form's fields that hold something. A browser sends
// an empty one for a field that nobody used. Whoever got them closes them.
func Files(r *http.Request, names ...string) (files []io.Reader, closeAll func(), err error) {
	var opened []io.Closer
	closeAll = func() {
		for _, c := range opened {
			c.Close()
		}
	}
	if r.MultipartForm == nil {
		return nil, closeAll, nil
	}
	for _, name := range names {
		for _, h := range r.MultipartForm.File[name] {
			if h.Size == 0 {
				continue
			}
			in, err := h.Open()
			if err != nil {
				return nil, closeAll, err
			}
			files, opened = append(files, in), append(opened, in)
		}
	}
	return files, closeAll, nil
}
