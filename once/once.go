// Package once makes commands idempotent: a command under a key has one effect
// however often it is sent, and every repetition gets the first answer.
//
// The record of the key commits in the same transaction as the effect. The
// scope of a key is who sent it (principal) and to which route; the
// fingerprint is a hash of what was sent, so that a key used again for
// something else is refused. A refusal that the command itself decided (a
// fault, say "already used") is an answer too and is repeated; the effects of
// a refused command are undone. Only faults of kind NotFound, Conflict, Gone
// and Mismatch are kept: every other fault is about the request or the moment,
// and every other error is ours, so that a retry runs again.
//
//	run the command ── record the key ── commit ──▶ its answer
//	      │ refused         │ taken        │ outcome unknown
//	      └─────────────────┴──────────────┴──▶ look the key up ──▶ the first answer
//	                                                   └─ nothing there ──▶ record the refusal
//
// The command runs first and its record is written last. A first sending,
// which nearly all are, costs one statement, and reads nothing that another
// command writes; a repetition does the work again for nothing, in a
// transaction that cannot commit. It also finds out what became of a commit
// whose reply was lost.
//
// Answers are kept for 72 hours (Forget); what must hold for ever is guarded
// by natural unique keys in the packages that own the things.
package once

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync/atomic"
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

var keys = regexp.MustCompile(`^[A-Za-z0-9_-]{16,255}$`)

// Keep is how long answers are kept.
const Keep = 72 * time.Hour

// errTaken undoes a command whose key has a record.
var errTaken = errors.New("once: key is taken")

// Print returns the fingerprint of a command's parts.
func Print(parts ...any) string {
	b, err := json.Marshal(parts)
	if err != nil {
		panic("once: what was sent is not JSON: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Do runs fn in one Update together with the key's record and returns its
// answer. If the key was used before for the same thing, it returns the first
// answer, decoded from JSON, or the first refusal, and replayed is true.
//
// fn runs on repetitions too, to be undone; its only effects are those it
// makes through the Tx.
func Do[T any](ctx context.Context, d *db.DB, k Key, fn func(tx *db.Tx) (T, error)) (answer T, replayed bool, err error) {
	if !keys.MatchString(k.Key) {
		return answer, false, ErrKey
	}
	err = d.Update(ctx, func(tx *db.Tx) error {
		var err error
		if answer, err = fn(tx); err != nil {
			return err
		}
		return keep(tx, k, answer)
	})
	if err == nil {
		return answer, false, nil
	}
	var none T
	if errors.Is(err, db.ErrUnavailable) {
		return none, false, err
	}
	first, found, lookErr := look(ctx, d, k, err)
	switch {
	case found:
		note(ctx)
		answer, err = decode[T](k, first)
		return answer, true, err
	case errors.Is(err, errTaken):
		return none, false, After(lookErr)
	}
	return none, false, err
}

// After is for the error of what follows, in the same request, a command that
// is done. By itself such an error may say that nothing was done; of the
// command that is not true, so to whoever sent it the outcome is unknown.
func After(err error) error {
	if errors.Is(err, db.ErrBusy) || errors.Is(err, db.ErrUnavailable) {
		return fmt.Errorf("%w: it is done, and what follows failed: %w", db.ErrUnknown, err)
	}
	return err
}

type noteKey struct{}

// Noting returns a context in which Do sets replayed when what it returns is
// the answer to an earlier sending. It is for the edge, which tells clients;
// services decide by what Do returns.
func Noting(ctx context.Context) (_ context.Context, replayed *atomic.Bool) {
	replayed = new(atomic.Bool)
	return context.WithValue(ctx, noteKey{}, replayed), replayed
}

func note(ctx context.Context) {
	if replayed, ok := ctx.Value(noteKey{}).(*atomic.Bool); ok {
		replayed.Store(true)
	}
}

// look returns the record of the key. If there is none and the command was
// refused for good, it records the refusal.
func look(ctx context.Context, d *db.DB, k Key, err error) (first record, found bool, _ error) {
	refusal, ok := fault.From(err)
	keep, open := ok && final(refusal), d.View
	if keep {
		open = d.Update
	}
	err = open(ctx, func(tx *db.Tx) error {
		first, err = selectRecord(tx, k)
		found = err == nil
		if !errors.Is(err, db.ErrNone) || !keep {
			return err
		}
		b, err := fault.Marshal(refusal)
		if err != nil {
			return err
		}
		return insertRecord(tx, k, "", string(b))
	})
	if err != nil {
		return first, false, fmt.Errorf("once: look up %s: %w", k.Route, err)
	}
	return first, found, nil
}

// final reports whether a refusal stands however often the command is sent.
func final(e *fault.Error) bool {
	switch e.Kind {
	case fault.NotFound, fault.Conflict, fault.Gone, fault.Mismatch:
		return true
	}
	return false
}

func keep(tx *db.Tx, k Key, answer any) error {
	b, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("once: answer of %s: %w", k.Route, err)
	}
	return insertRecord(tx, k, string(b), "")
}

// decode returns what a record says.
func decode[T any](k Key, r record) (answer T, err error) {
	if r.Fingerprint != k.Fingerprint {
		return answer, ErrMismatch
	}
	if r.Refusal == "" {
		if err := json.Unmarshal([]byte(r.Answer), &answer); err != nil {
			return answer, fmt.Errorf("once: read the answer of %s: %w", k.Route, err)
		}
		return answer, nil
	}
	refusal, err := fault.Unmarshal([]byte(r.Refusal))
	if err != nil {
		return answer, fmt.Errorf("once: read the refusal of %s: %w", k.Route, err)
	}
	return answer, refusal
}

// Forget deletes records older than Keep, at most a bounded number at a time,
// and returns how many.
func Forget(ctx context.Context, d *db.DB) (n int64, err error) {
	err = d.Update(ctx, func(tx *db.Tx) error {
		n, err = deleteRecords(tx, tx.Now().Add(-Keep))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("once: forget: %w", err)
	}
	return n, nil
}
