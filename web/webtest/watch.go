package webtest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// A watch sees everything that happens in a tab: which frames are loading, and
// what went wrong.
type watch struct {
	mu       sync.Mutex
	loading  map[cdp.FrameID]bool
	errors   []string
	expected []string
}

func newWatch() *watch { return &watch{loading: map[cdp.FrameID]bool{}} }

// see is called in the loop that reads the browser's messages, so an event
// that came before a command's answer is known when the command returns.
func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *page.EventFrameRequestedNavigation:
		w.loading[e.FrameID] = true
	case *page.EventFrameStartedLoading:
		w.loading[e.FrameID] = true
	case *page.EventFrameStoppedLoading:
		delete(w.loading, e.FrameID)
	case *page.EventFrameDetached:
		delete(w.loading, e.FrameID)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			w.errors = append(w.errors, arguments(e.Args))
		}
	case *runtime.EventExceptionThrown:
		w.errors = append(w.errors, exception(e.ExceptionDetails))
	case *log.EventEntryAdded:
		// The browser's own caution, such as no vibration before a first tap, is
		// no mistake of the page.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceIntervention && !refusal(e.Entry) {
			w.errors = append(w.errors, fmt.Sprintf("%s (%s)", e.Entry.Text, e.Entry.URL))
		}
	}
}

// refusal reports whether an entry only says that the server refused: a 4xx is
// an answer as good as any, unless a file is missing.
func refusal(e *log.Entry) bool {
	return e.Source == log.EntrySourceNetwork &&
		strings.Contains(e.Text, "responded with a status of 4") &&
		!strings.Contains(e.URL, "/assets/") && !strings.HasSuffix(e.URL, ".ico")
}

func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		if a.Description != "" {
			words = append(words, a.Description)
		} else {
			words = append(words, string(a.Value))
		}
	}
	return strings.Join(words, " ")
}

func exception(d *runtime.ExceptionDetails) string {
	text := d.Text
	if d.Exception != nil {
		text += " " + d.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", text, d.URL, d.LineNumber+1)
}

func (w *watch) busy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.loading) > 0
}

func (w *watch) expect(part string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = append(w.expected, part)
}

// problems returns the errors that nobody expected.
func (w *watch) problems() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.errors), func(text string) bool {
		return slices.ContainsFunc(w.expected, func(part string) bool { return strings.Contains(text, part) })
	})
}
