// Package ui is how Citywalk looks: the layouts of its three apps, the parts
// that pages are made of, the stylesheet, the script and the pictures.
//
// A page is a templ component inside Layout:
//
//	templ shopPage(p ui.Page, s shop.Shop) {
//		@ui.Layout(p) {
//			<h1>{ s.Name }</h1>
//			@ui.LinkButton(p.T("shop.pay"), p.To("pay/"+s.ID), ui.Primary)
//		}
//	}
//
// Page carries what every part needs: the language, the words, the app, where
// we are. web.Page(r) makes it. Parts are functions of plain values; they hold
// no rules and read no clocks.
//
// Everything works without script. The islands in script/ take hold of data
// attributes, and the parts here write those attributes, so that pages do not
// have to know them:
//
//   - Form: double submits are stopped; the hidden key survives a lost answer.
//   - Live: a region of the page that follows the server (live.ts).
//   - Ring, Ends: seconds that run down.
//   - Copy, Moment: a button that copies, a time in the reader's zone.
//
// The content security policy allows no inline style and no inline script: use
// classes, SVG attributes, <progress> and <meter>.
//
// style/app.css is the only stylesheet; its tokens are those of the house
// (paper, surface, ink, quiet, line, accent, good, wait, bad) in light and
// dark. dist/ holds what web/build made of style/, script/ and vendor/.
package ui

import (
	"net/url"
	"strings"

	"citywalk/fault"
)

// The apps that have a shell of their own.
const (
	Member  = "member"
	Till    = "till"
	Console = "console"
)

// A Page is what the parts know about the page they stand on.
type Page struct {
	Lang    fault.Lang
	Words   Words
	App     string   // Member, Till or Console: which shell.
	Base    string   // Where the app's paths start: "/", "/till/", "/console/".
	Title   string   // Of the window; the shell adds the product's name.
	Path    string   // Path and query of the request, for coming back here.
	Tab     string   // Which tab or menu entry is current.
	Tabs    []Tab    // The app's tabs or menu, in order.
	Who     string   // Who is signed in, masked; empty when nobody is.
	Place   string   // The till's top line: the shop.
	Islands []string // Scripts besides app.ts: "code", "till".
	Live    string   // The event stream that says when to fetch this page anew.
	Version string   // What Live's stream would say of the page as it is rendered.
	Refresh int      // Seconds after which a page without script reloads; 0 is never.
	Say     string   // One sentence about what was just done, shown once.
	Bare    bool     // Without the app's bars: sign-in, confirm, paid.
	Demo    bool     // The city is fictional, and the page says so.

	Worker string // The script that keeps pages on the phone; empty where none does.
	Meta   []Meta // What others may show of a link to the page.

	Fragment bool // Only what is inside the shell; script asked for it.

	Names func(lang fault.Lang, name string) string // Of districts, areas, stations and lines; nil leaves all as they are.
}

// Called is what a district, an area, a station or a line is called on the page.
func (p Page) Called(name string) string {
	if p.Names == nil {
		return name
	}
	return p.Names(p.Lang, name)
}

// A Tab is one entry of an app's bar or menu.
type Tab struct {
	Key    string // The word, and what Page.Tab names: "tab.explore".
	Href   string
	Icon   string
	Group  string // A word above the entry in the console's menu; may be empty.
	Raised bool   // Stands out of the member's bar.
}

// A Meta is one thing that a page says of itself to whoever shows a link to it:
// "og:title" and what it is.
type Meta struct{ Property, Content string }

// T returns the word for key in the page's language, with {name} placeholders
// filled from pairs of names and values. A key that is not there shows itself,
// which CheckWords does not let pass.
func (p Page) T(key string, pairs ...any) string { return p.Words.Say(p.Lang, key, pairs...) }

// To returns the path of one of the app's own pages.
func (p Page) To(rel string) string { return p.Base + strings.TrimPrefix(rel, "/") }

// Zh reports whether the page is in Chinese.
func (p Page) Zh() bool { return p.Lang == fault.Zh }

// Other is the language that the switch offers.
func (p Page) Other() fault.Lang {
	if p.Zh() {
		return fault.En
	}
	return fault.Zh
}

// window is the title of the window.
func (p Page) window() string {
	if p.Title == "" {
		return p.T("ui.product")
	}
	return p.Title + " · " + p.T("ui.product")
}

// A Form is what a form shows again after it was refused: the values that were
// sent and what is wrong with them. The zero Form is an empty one.
type Form struct {
	Values url.Values
	Fault  *fault.Error
}

// Value returns what was sent for name, or otherwise.
func (f Form) Value(name, otherwise string) string {
	if vs, ok := f.Values[name]; ok && len(vs) > 0 {
		return vs[0]
	}
	return otherwise
}

// Error returns the sentence about the named field, if the fault is about it.
func (f Form) Error(p Page, name string) string {
	if f.Fault == nil || f.Fault.Field != name {
		return ""
	}
	return f.Fault.Say(p.Lang)
}

// Rest returns the sentence when the fault is about none of the named fields,
// so that it is shown above the form.
func (f Form) Rest(p Page, names ...string) string {
	if f.Fault == nil {
		return ""
	}
	for _, name := range names {
		if f.Fault.Field == name {
			return ""
		}
	}
	return f.Fault.Say(p.Lang)
}
