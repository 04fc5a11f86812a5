// Package failpoint lets tests break the program at places that have a name.
//
// The binary that is shipped has none of it: without the build tag `failpoint`
// a place is a call of an empty function, which the compiler takes out. With
// the tag, CITYWALK_FAILPOINTS says what happens where and in one of how many
// passages, and what happens is told on the error stream:
//
//	after_begin=exit/2000,before_commit=error/300
//
//	exit   the process ends at once, as by kill -9, with status 137
//	panic  the place panics
//	sleep  the place takes a second
//	error  the place returns Err
//
// The places are where a transaction and a call to the provider are, so that
// every command and every job passes them:
//
//	begin ─ after_begin ─ the work ─ before_commit ─ commit ─ after_commit_before_reply
//	the intent is on disk ─ after_intent_before_gateway ─ the call ─ after_gateway_before_record
package failpoint

import "errors"

// A Place is where the program can be broken.
type Place string

const (
	AfterBegin               Place = "after_begin"
	BeforeCommit             Place = "before_commit"
	AfterCommitBeforeReply   Place = "after_commit_before_reply"
	AfterIntentBeforeGateway Place = "after_intent_before_gateway"
	AfterGatewayBeforeRecord Place = "after_gateway_before_record"
)

// Places are all there are.
var Places = []Place{AfterBegin, BeforeCommit, AfterCommitBeforeReply, AfterIntentBeforeGateway, AfterGatewayBeforeRecord}

// Actions are what can happen at each.
var Actions = []string{"exit", "panic", "sleep", "error"}

// Err is what a place returns that is told to fail. Whoever has the place gives
// it the meaning that a failure there has.
var Err = errors.New("failpoint")
