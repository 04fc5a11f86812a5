package db

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	readEvery = time.Minute            // How long a reading of the server's clock serves.
	readLimit = 2 * time.Second        // How long reading it may take.
	jump      = 500 * time.Millisecond // A step of the machine's clock that makes us read again.
)

// A serverClock tells the database server's time without asking it each time:
// it adds what passed here, by the monotonic clock, to the last reading.
type serverClock struct {
	ask     func(context.Context) (time.Time, error)
	last    atomic.Pointer[reading]
	reading atomic.Bool
}

// A reading is one moment on both clocks.
type reading struct {
	here, there time.Time
}

func (c *serverClock) now() time.Time {
	r := c.last.Load()
	return r.there.Add(time.Since(r.here))
}

// read asks the server. The answer was right about halfway between question
// and answer.
func (c *serverClock) read(ctx context.Context) error {
	asked := time.Now()
	there, err := c.ask(ctx)
	if err != nil {
		return err
	}
	c.last.Store(&reading{asked.Add(time.Since(asked) / 2), there})
	return nil
}

// stale reports whether the last reading is old, or the machine slept since:
// then its wall clock went on and its monotonic clock did not.
func (c *serverClock) stale() bool {
	r, now := c.last.Load(), time.Now()
	monotonic, wall := now.Sub(r.here), now.Round(0).Sub(r.here.Round(0))
	return monotonic > readEvery || (wall-monotonic).Abs() > jump
}

// refresh reads the server's clock again if that is due. One caller does it;
// the others go on with the last reading, as all do if the server is silent.
func (d *DB) refresh(ctx context.Context) {
	c := d.server
	if c == nil || !c.stale() || !c.reading.CompareAndSwap(false, true) {
		return
	}
	defer c.reading.Store(false)
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	c.read(ctx) // A server that does not answer will be noticed by the transaction itself.
}
