package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"text/tabwriter"
)

// Listing is what every listing command takes.
type Listing struct {
	JSON bool `name:"json" help:"Print JSON, one document."`
}

// print writes rows as JSON or as a table of the columns that row gives.
func (l Listing) print(s *Streams, rows any, head []string, each func(add func(cells ...any))) error {
	if l.JSON {
		if v := reflect.ValueOf(rows); v.Kind() == reflect.Slice && v.IsNil() {
			rows = []any{}
		}
		return printJSON(s, rows)
	}
	w := tabwriter.NewWriter(s.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(head, "\t"))
	each(func(cells ...any) {
		text := make([]string, len(cells))
		for i, c := range cells {
			text[i] = fmt.Sprint(c)
		}
		fmt.Fprintln(w, strings.Join(text, "\t"))
	})
	return w.Flush()
}

// printJSON writes v as one indented document.
func printJSON(s *Streams, v any) error {
	e := json.NewEncoder(s.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
