// Package outbox is the news of the database: who changes a thing that others
// keep a copy of says so in the same transaction (Put), and every node follows
// (Reader.Next).
//
//	transaction: change the thing ── Put ── commit ──▶ Next on every node, once each
//
// News bear the time of their transaction, and a transaction that began earlier
// may commit later. So a reader looks back some seconds each time and leaves
// out what it has seen. A transaction that took longer than that to commit is
// missed: what rests on the outbox compares itself with the database from time
// to time, and whoever was away longer than news are kept (Keep) begins anew
// (ErrGap). News say that something changed and never what, so that taking one
// twice, late or after a later one does no harm.
//
// What changes many things at once tells of them in few messages of bounded size
// (PutAll); a reader gets one item a key all the same.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"citywalk/db"
)

// ErrGap says that the reader was away for longer than news are kept.
var ErrGap = errors.New("outbox: the reader was away for too long")

const (
	// Keep is how long news are kept.
	Keep = 24 * time.Hour

	lookBack = 10 * time.Second
	batchMax = 20_000 // News read at once.
	keysMax  = 200    // Keys of one message, and so a few kilobytes.
	between  = "\n"   // Keys of one message; no key has it.
)

// errKey is a key that a reader would take for several, or for none.
var errKey = errors.New("a key is one line")

// An Item says that the thing of a topic with a key has changed.
type Item struct {
	ID    string // Of the message, which may tell of several things.
	Topic string
	Key   string
	At    time.Time
}

// Put says within tx that the thing changed.
func Put(tx *db.Tx, topic, key string) error { return PutAll(tx, topic, []string{key}) }

// PutAll says within tx that the things with these keys changed: each once, in
// the order of their keys, in messages of up to 200.
func PutAll(tx *db.Tx, topic string, keys []string) error {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	for some := range slices.Chunk(slices.Compact(keys), keysMax) {
		for _, key := range some {
			if key == "" || strings.Contains(key, between) {
				return fmt.Errorf("outbox: put %s %q: %w", topic, key, errKey)
			}
		}
		if _, err := tx.Exec(`INSERT INTO outbox_items (id, topic, key, at) VALUES ($1, $2, $3, $4)`,
			tx.ID("out"), topic, strings.Join(some, between), tx.Now()); err != nil {
			return fmt.Errorf("outbox: put %s %s: %w", topic, some[0], err)
		}
	}
	return nil
}

// A Reader follows the news of one topic. It is not safe for use by several
// goroutines.
type Reader struct {
	db    *db.DB
	topic string
	last  time.Time            // Of the newest item that was seen, or of the beginning.
	seen  map[string]time.Time // Items within the time that is looked back.
}

// Follow returns a reader of the news of a topic from a moment on; what is read
// from the database before that moment need not be told again.
func Follow(d *db.DB, topic string, from time.Time) *Reader {
	return &Reader{db: d, topic: topic, last: from, seen: map[string]time.Time{}}
}

// Next returns what is new since the last call, oldest first, at most some
// thousands at once; more says that there is more to fetch at once.
func (r *Reader) Next(ctx context.Context) (items []Item, more bool, err error) {
	var rows []Item
	var now time.Time
	err = r.db.View(ctx, func(tx *db.Tx) error {
		if now = tx.Now(); now.Sub(r.last) > Keep {
			return ErrGap
		}
		rows, err = db.All[Item](tx, `
			SELECT id, topic, key, at FROM outbox_items
			WHERE topic = $1 AND at > $2 ORDER BY at, id LIMIT CAST($3 AS BIGINT)`,
			r.topic, r.last.Add(-lookBack), batchMax+len(r.seen))
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("outbox: read %s: %w", r.topic, err)
	}
	more = len(rows) == batchMax+len(r.seen)
	for _, i := range rows {
		if _, old := r.seen[i.ID]; old {
			continue
		}
		if len(items) >= batchMax {
			more = true // Messages of many keys: the rest comes next.
			break
		}
		for key := range strings.SplitSeq(i.Key, between) {
			items = append(items, Item{i.ID, i.Topic, key, i.At})
		}
		r.seen[i.ID] = i.At
		if i.At.After(r.last) {
			r.last = i.At
		}
	}
	// Where there was no news for long, there is none to catch up with.
	if quiet := now.Add(-lookBack); !more && quiet.After(r.last) {
		r.last = quiet
	}
	for id, at := range r.seen {
		if !at.After(r.last.Add(-lookBack)) {
			delete(r.seen, id)
		}
	}
	return items, more, nil
}

// Skip lets the reader go on from a moment, after ErrGap or when the whole was
// read anew.
func (r *Reader) Skip(to time.Time) {
	r.last = to
	clear(r.seen)
}

// Forget deletes what is older than Keep and returns how many it was.
func Forget(ctx context.Context, d *db.DB) (n int64, err error) {
	err = d.Update(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(`DELETE FROM outbox_items WHERE at < $1`, tx.Now().Add(-Keep))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("outbox: forget: %w", err)
	}
	return n, nil
}

// Position is a moment from which a reader that begins anew misses nothing of
// what this one has not seen.
func (r *Reader) Position() time.Time { return r.last }
