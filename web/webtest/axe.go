package webtest

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed axe.min.js
var axe string

// Axe fails the test for everything that axe-core holds against the page:
// contrast, names, roles, order, sizes.
func (p *Page) Axe() {
	p.t.Helper()
	type violation struct {
		ID     string `json:"id"`
		Impact string `json:"impact"`
		Help   string `json:"help"`
		Nodes  []struct {
			HTML string `json:"html"`
			Why  string `json:"failureSummary"`
		} `json:"nodes"`
	}
	if !Eval[bool](p, "typeof axe === 'object'") {
		Eval[bool](p, axe+"\n;true")
	}
	found := Eval[[]violation](p, "axe.run(document, {resultTypes: ['violations'], iframes: false}).then(r => r.violations)")
	for _, v := range found {
		var where strings.Builder
		for _, n := range v.Nodes {
			fmt.Fprintf(&where, "\n  %.200s\n    %s", n.HTML, strings.ReplaceAll(n.Why, "\n", "\n    "))
		}
		p.t.Errorf("axe at %s: %s (%s, %s)%s", p.URL(), v.Help, v.ID, v.Impact, where.String())
	}
}
