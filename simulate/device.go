package simulate

import (
	"context"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/fault"
)

// A device is a phone in somebody's hand. Its clock is its own.
type device struct {
	who     account.Session
	name    string
	skew    time.Duration
	pending *command // What it sent and has no answer to.
}

func newDevice(w *world, who account.Session, name string) device {
	d := device{who: who, name: name}
	if !w.weatherIsCalm() {
		d.skew = time.Duration(w.dice.IntN(181)-90) * time.Second
	}
	return d
}

// weatherIsCalm says that nothing goes wrong in this seed.
func (w *world) weatherIsCalm() bool { return w.weather.skew == [3]time.Duration{} }

// now is the time on the device.
func (d *device) now() time.Time { return time.Now().Add(d.skew) }

// A command is what a device asks for under one idempotency key. do returns
// the id of what the answer is about; heard takes the answer in.
type command struct {
	from  *device
	words string
	key   string // "" for a look, which needs none.
	do    func(ctx context.Context, n *node, key string) (id string, err error)
	heard func(err error)
	said  *said
	since time.Time // When it was first sent.
}

// patience is how long a device tries; answers are kept for longer.
const patience = 24 * time.Hour

// said is the first final answer to a command.
type said struct{ id, refusal string }

// key returns the person's next key. All people count theirs from one, so that
// each key is also another's.
func (w *world) key(d *device) string {
	w.keys[d.who.Person]++
	return fmt.Sprintf("simulate-key-%06d", w.keys[d.who.Person])
}

// send sends a command as the weather has it. A device without an answer keeps
// the command, to send it again.
func (w *world) send(c *command) {
	c.from.pending = nil
	if c.since.IsZero() {
		c.since = time.Now()
	}
	weather := w.weather
	switch {
	case w.strikes("command lost", weather.lost):
		w.say("%s: %s: lost", c.from.name, c.words)
		c.from.pending = c
		return
	case w.depth == 0 && w.strikes("command late", weather.slow):
		after := time.Duration(w.dice.IntN(30_000)) * time.Millisecond
		w.say("%s: %s: slow, %v", c.from.name, c.words, after)
		w.post(after, c.from.name+": "+c.words, func() { w.carry(c) })
		c.from.pending = c
		return
	case w.strikes("command twice", weather.twice):
		w.post(time.Duration(w.dice.IntN(30_000))*time.Millisecond, c.from.name+": "+c.words+", again", func() { w.carry(c) })
	}
	err, lived := w.carry(c)
	if !lived || w.strikes("answer lost", weather.deaf) {
		w.say("%s hears nothing", c.from.name)
		c.from.pending = c
		return
	}
	c.heard(err)
}

// carry brings a command to a node and looks at the answer: it has to be an
// answer or a refusal, and for one key always the same.
func (w *world) carry(c *command) (err error, lived bool) {
	n := w.any()
	if c.key != "" {
		w.endanger(n)
	}
	var id string
	lived = w.on(n, func(n *node) {
		id, err = c.do(w.ctx, n, c.key)
		n.fuse = 0
	})
	if !lived || n.dead { // It may have died while a message of its own was under way.
		w.say("%s: %s: node %d died", c.from.name, c.words, n.no+1)
		w.book.look()
		return nil, false
	}
	w.book.look()
	refusal, ok := fault.From(err)
	switch {
	case err == nil:
		w.say("%s → node %d: %s: %s", c.from.name, n.no+1, c.words, w.book.name(id))
	case ok:
		w.reached[refusal.Code]++
		w.say("%s → node %d: %s: %s", c.from.name, n.no+1, c.words, refusal.Code)
	default:
		w.fail("%s → node %d: %s: an error that is no refusal: %v", c.from.name, n.no+1, c.words, err)
	}
	w.same(c, id, refusal)
	return err, true
}

// same compares an answer with the first that the command got.
func (w *world) same(c *command, id string, refusal *fault.Error) {
	now := said{id: id}
	if refusal != nil {
		switch refusal.Kind {
		case fault.NotFound, fault.Conflict, fault.Gone, fault.Mismatch:
			now = said{refusal: refusal.Code}
		default:
			return // Not an answer to the command: later it may be another.
		}
	}
	if c.key == "" {
		return
	}
	if c.said == nil {
		c.said = &now
	} else if *c.said != now {
		w.fail("%s: %s: answered %q %s, before %q %s", c.from.name, c.words, w.book.name(now.id), now.refusal, w.book.name(c.said.id), c.said.refusal)
	}
}

// retry sends again what has no answer: mostly under its own key, sometimes
// under its own key with another content, which has to be refused.
func (w *world) retry(d *device) {
	c := d.pending
	if time.Since(c.since) > patience {
		d.pending = nil
		return
	}
	w.say("%s tries again", d.name)
	w.send(c)
}

// other sends another content under the key of a command that has its answer.
func (w *world) other(c *command, words string, do func(ctx context.Context, n *node, key string) (string, error)) {
	if c.said == nil || c.key == "" {
		return
	}
	_, err := do(w.ctx, w.any(), c.key)
	w.book.look()
	if refusal, ok := fault.From(err); !ok || refusal.Kind != fault.Mismatch {
		w.fail("%s: %s under the key of %q: %v", c.from.name, words, c.words, err)
	}
	w.say("%s: %s under the key of %q is refused", c.from.name, words, c.words)
	w.reached["other body"]++
}
