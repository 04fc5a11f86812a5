// Package once makes commands idempotent: a command under a key has one effect
// however often it is sent, and every repetition gets the first answer.
//
// The record of the key commits in the same transaction as the effect. The
// scope of a key is who sent it (principal) and to which route; the
// fingerprint is a hash of what was sent, so that a key used again for
// something else is refused. A refusal that the command itself decided (a
// fault, say "already used") is an answer too and is repeated; the effects of
// a refused command are undone. Faults of kind Invalid, SignedOut, Denied,
// TooMany and Unavailable and every other error leave no record, so that a
// retry runs again.
//
// Answers are kept for 72 hours (Forget); what must hold for ever is guarded
// by natural unique keys in the packages that own the things.
package once

import (
	"context"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

var (
	ErrKey      = fault.New(fault.Invalid, "once.key", fault.Us, "请求缺少有效的 Idempotency-Key。", "The request needs an Idempotency-Key of 16 to 255 letters, digits, - or _.")
	ErrMismatch = fault.New(fault.Mismatch, "once.mismatch", fault.Us, "这个 Idempotency-Key 已用于另一个请求。", "This Idempotency-Key was used for a different request.")
)

// A Key names one sending of one command.
type Key struct {
	Principal   string // Who sends it: a person's id.
	Route       string // The command, "redeem.confirm".
	Key         string // The client's key, 16 to 255 of [A-Za-z0-9_-].
	Fingerprint string // Hash of what was sent; see Print.
}

// Keep is how long answers are kept.
const Keep = 72 * time.Hour

// Print returns the fingerprint of a command's parts.
func Print(parts ...any) string { panic("not built") }

// Do runs fn in one Update together with the key's record and returns its
// answer. If the key was used before for the same thing, it returns the first
// answer, decoded from JSON, or the first refusal, and replayed is true.
func Do[T any](ctx context.Context, d *db.DB, k Key, fn func(tx *db.Tx) (T, error)) (answer T, replayed bool, err error) {
	panic("not built")
}

// Forget deletes records older than Keep, at most a bounded number at a time,
// and returns how many.
func Forget(ctx context.Context, d *db.DB) (int64, error) { panic("not built") }
