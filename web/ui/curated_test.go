package ui

import (
	"bytes"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"citywalk/fault"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An interval is said in the reader's words, and never as if it were a point.
func TestSpanSays(t *testing.T) {
	for _, c := range []struct {
		span     Span
		zh, en   string
		inDigits string
	}{
		{Span{4.4, 4.21, 4.58}, "4.2 到 4.6", "4.2 to 4.6", "4.2–4.6"},
		{Span{4.4, 4.38, 4.42}, "平均打 4.4 分", "4.4 of 5", "4.4"},
		{Span{}, "没有得分", "Too few notes", ""},
	} {
		if got := c.span.Say(page(fault.Zh)); !strings.Contains(got, c.zh) {
			t.Errorf("%v in Chinese: %q lacks %q", c.span, got, c.zh)
		}
		if got := c.span.Say(page(fault.En)); !strings.Contains(got, c.en) {
			t.Errorf("%v in English: %q lacks %q", c.span, got, c.en)
		}
		if c.inDigits != "" && c.span.Range() != c.inDigits {
			t.Errorf("%v is %q, want %q", c.span, c.span.Range(), c.inDigits)
		}
	}
}

// A scale keeps within itself whatever it is given.
func TestScaleStaysInside(t *testing.T) {
	for mark, want := range map[float64]float64{-3: 0, 1: 0, 3: 50, 5: 100, 9: 100} {
		if got := place(mark); got != want {
			t.Errorf("%v stands at %v %%, want %v", mark, got, want)
		}
	}
}

// Good and bad are told apart by a word and a shape, so that nobody needs the
// colour.
func TestQuotesTellTonesWithoutColour(t *testing.T) {
	out := render(t, Quotes(page(fault.En), []Quote{
		{Text: "broth like home", Tone: Tone(0.9), Aspects: []string{"Taste", "Price"}, Month: "Aug 2026", Visited: true},
		{Text: "half an hour of queue", Tone: Tone(0.1), Aspects: []string{"Waiting"}, Month: "Jul 2026"},
		{Text: "a place <b>to eat</b>", Tone: Tone(0.5), Month: "Jul 2026"},
	}))
	for _, want := range []string{`>Liked<`, `>Disliked<`, `>So-so<`, icons["plus"], icons["minus"], "Taste, Price", "Aug 2026", "Paid there", "&lt;b&gt;"} {
		if !strings.Contains(strings.ReplaceAll(strings.ReplaceAll(out, "> ", ">"), " <", "<"), want) {
			t.Errorf("the quotes lack %q: %s", want, out)
		}
	}
	if n := strings.Count(out, "Paid there"); n != 1 {
		t.Errorf("%d quotes are marked as paid, want 1", n)
	}
}

// Stars are told to those who do not see them.
func TestStarsAreNamed(t *testing.T) {
	out := render(t, Stars(page(fault.En), 3.5))
	if !strings.Contains(out, `aria-label="3.5 of 5 stars"`) || strings.Count(out, "star-on") != 4 || strings.Count(out, halfStar) != 1 {
		t.Errorf("3.5 stars: %s", out)
	}
	in := render(t, StarRadios(page(fault.En), Field{Name: "stars", Label: "Stars", Value: "4"}))
	if strings.Count(in, `type="radio"`) != 5 || strings.Count(in, "checked") != 1 || !strings.Contains(in, `value="4" checked`) {
		t.Errorf("4 stars chosen: %s", in)
	}
}

// A dossier without notes says so and draws nothing; one whose time is over
// says that its review is due.
func TestDossierSaysWhatItLacks(t *testing.T) {
	p := page(fault.En)
	bare := render(t, Dossier(p, DossierView{Reason: "A street's living room.", Reviewed: "1 Aug 2026", Expires: "1 Aug 2027", Version: "1", Rules: "/rules/curation"}))
	if !strings.Contains(bare, "Too few notes") || strings.Contains(bare, "<svg class=\"scale\"") || !strings.Contains(bare, "1 Aug 2027") {
		t.Errorf("without notes: %s", bare)
	}
	due := render(t, Dossier(p, DossierView{Expires: "1 Aug 2026", Due: true, Notes: 40, Span: Span{4.4, 4.2, 4.6}, Rules: "/rules/curation",
		Aspects: []AspectBar{{"Taste", Span{4.5, 4.3, 4.7}}}, Unknown: []string{"Dogs"}}))
	for _, want := range []string{"due for review", "From 40 notes", "Taste", "4.3–4.7", "Dogs: mentioned too rarely"} {
		if !strings.Contains(due, want) {
			t.Errorf("the expired dossier lacks %q", want)
		}
	}
}
