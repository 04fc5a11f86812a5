// Package fault is the errors that are made for people.
//
// A fault says what happened, in the reader's language, and whose move it is.
// It has a kind, which decides the HTTP status in one place (web.Status), and a
// stable code, on which devices and integrators act. Every other error is
// ours: it is logged with a request id and never shown.
//
// Packages declare their refusals as variables at the top of the noun's file:
//
//	var ErrUsed = fault.New(fault.Conflict, "redeem.used", fault.Member,
//		"这个码用过了，请会员点一下刷新。", "This code was used already. Ask the member to refresh it.")
//
// Sentences may hold {name} placeholders, filled by With. A fault is immutable:
// With, In and After return changed copies that still match the declared one
// under errors.Is.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
)

// A Kind says what sort of refusal a fault is. The list is closed.
type Kind string

const (
	Invalid     Kind = "invalid"     // The request is malformed or a value is out of range.
	Unsupported Kind = "unsupported" // The media type or method is not one we take.
	TooLarge    Kind = "too_large"   // The body or a field is larger than we take.
	SignedOut   Kind = "signed_out"  // Nobody is signed in, or no longer.
	Denied      Kind = "denied"      // This person may not do this.
	NotFound    Kind = "not_found"   // It is not there, or not for this person.
	Conflict    Kind = "conflict"    // The state of things does not allow it.
	Gone        Kind = "gone"        // It was there, and its time is over.
	Mismatch    Kind = "mismatch"    // A key was used before with other content.
	TooMany     Kind = "too_many"    // A limit was reached; later it may work.
	Unavailable Kind = "unavailable" // Our side cannot do it now; later it may work.
)

// A Move names who can do something about a fault.
type Move string

const (
	Member   Move = "member"
	Staff    Move = "staff"
	Merchant Move = "merchant"
	Operator Move = "operator"
	Us       Move = "us"
)

// A Lang is a language of the product.
type Lang string

const (
	Zh Lang = "zh-CN"
	En Lang = "en"
)

// An Error is a refusal made for people.
type Error struct {
	Kind  Kind
	Code  string        // Stable, "package.reason".
	Move  Move          // Whose move it is.
	Field string        // The form field or JSON member it is about, if any.
	Retry time.Duration // When trying again makes sense, if it does.
	zh    string
	en    string
	args  []string // Placeholder names and values, in turn.
}

var (
	mu       sync.Mutex
	declared = map[string]*Error{}
)

// New declares a fault. It panics if the code was declared before: codes are
// declared once, in package variables.
func New(kind Kind, code string, move Move, zh, en string) *Error {
	mu.Lock()
	defer mu.Unlock()
	if declared[code] != nil {
		panic("fault: code declared twice: " + code)
	}
	e := &Error{Kind: kind, Code: code, Move: move, zh: zh, en: en}
	declared[code] = e
	return e
}

// All returns the declared faults in the order of their codes.
func All() []*Error {
	mu.Lock()
	defer mu.Unlock()
	all := make([]*Error, 0, len(declared))
	for _, e := range declared {
		all = append(all, e)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Code < all[j].Code })
	return all
}

// With returns a copy of e whose placeholders are filled from pairs of names
// and values. The values are printed with fmt.Sprint.
func (e *Error) With(pairs ...any) *Error {
	c := *e
	c.args = append([]string(nil), e.args...)
	for i := 0; i+1 < len(pairs); i += 2 {
		c.args = append(c.args, "{"+fmt.Sprint(pairs[i])+"}", fmt.Sprint(pairs[i+1]))
	}
	return &c
}

// In returns a copy of e that is about the named form field or JSON member.
func (e *Error) In(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// After returns a copy of e that makes sense to retry after d.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.Retry = d
	return &c
}

// Say returns the sentence in lang; anything but Zh reads English.
func (e *Error) Say(lang Lang) string {
	s := e.en
	if lang == Zh {
		s = e.zh
	}
	if len(e.args) == 0 {
		return s
	}
	return strings.NewReplacer(e.args...).Replace(s)
}

// Error returns the code and the English sentence, for logs.
func (e *Error) Error() string { return e.Code + ": " + e.Say(En) }

// Is reports whether target is the same declared fault.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// From returns the fault in err's chain.
func From(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
