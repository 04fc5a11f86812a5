package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"citywalk/db"
	"citywalk/payment"
)

// A body is what a callback says.
type body struct {
	ID     string      `json:"id"`
	Charge *view       `json:"charge"`
	Refund *refundView `json:"refund"`
	Agreed bool        `json:"agreed"` // There is a token to be had by query.
}

// triesMax is how often a callback is sent before it is given up.
const triesMax = 8

// announce queues a callback to url, as the fault has it.
func announce(tx *db.Tx, url string, b body, f Fault) error {
	copies := 1
	switch f.Kind {
	case Lost:
		return nil
	case Copies:
		copies = f.Copies
	}
	b.ID = tx.ID("ntc")
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	for i := range copies {
		due := tx.Now()
		if f.Delay > 0 {
			ms := roll(0, b.ID, strconv.Itoa(i), int(f.Delay.Milliseconds())+1)
			due = due.Add(time.Duration(ms) * time.Millisecond)
		}
		if err := insertNotice(tx, letter{ID: tx.ID("let"), URL: url, Body: string(data), Due: due}); err != nil {
			return err
		}
	}
	return nil
}

// Run sends callbacks as they fall due until ctx ends. What fails is due again
// at the next tick.
func (s *Server) Run(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		s.Deliver(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.wake:
		}
	}
}

// Deliver lets happen what is due by the sandbox's clock and sends the
// callbacks that are due, once each. It returns how many it sent.
func (s *Server) Deliver(ctx context.Context) (int, error) {
	var letters []letter
	err := s.db.Update(ctx, func(tx *db.Tx) error {
		if err := catchUp(tx); err != nil {
			return err
		}
		var err error
		letters, err = dueNotices(tx, tx.Now(), 200)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sandbox: deliver: %w", err)
	}
	for _, l := range letters {
		at, err := s.post(ctx, l)
		if e := s.delivered(ctx, l, at, err == nil); e != nil {
			return 0, fmt.Errorf("sandbox: deliver: %w", e)
		}
	}
	return len(letters), nil
}

// catchUp ends what has been pending or in process long enough.
func catchUp(tx *db.Tx) error {
	numbers, err := dueCharges(tx, tx.Now())
	if err != nil {
		return err
	}
	for _, no := range numbers {
		if _, err := find(tx, no); err != nil {
			return err
		}
	}
	if numbers, err = dueRefunds(tx, tx.Now()); err != nil {
		return err
	}
	for _, no := range numbers {
		if _, err := findRefund(tx, no); err != nil {
			return err
		}
	}
	return nil
}

// post sends one callback, signed with the sandbox's time.
func (s *Server) post(ctx context.Context, l letter) (at time.Time, err error) {
	err = s.db.View(ctx, func(tx *db.Tx) error { at = tx.Now(); return nil })
	if err != nil {
		return at, err
	}
	u, err := url.Parse(l.URL)
	if err != nil {
		return at, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.URL, bytes.NewReader([]byte(l.Body)))
	if err != nil {
		return at, err
	}
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(payment.SandboxTime, ms)
	req.Header.Set(payment.SandboxSignature, payment.SandboxSign(s.key, ms, "NOTICE", u.EscapedPath(), []byte(l.Body)))
	resp, err := s.client.Do(req)
	if err != nil {
		return at, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10))
	if resp.StatusCode/100 != 2 {
		return at, fmt.Errorf("sandbox: callback answered %d", resp.StatusCode)
	}
	return at, nil
}

// delivered notes how a callback went: sent, to be sent again, or given up.
func (s *Server) delivered(ctx context.Context, l letter, at time.Time, ok bool) error {
	l.Tries++
	state := "waiting"
	switch {
	case ok:
		state = "sent"
	case l.Tries >= triesMax:
		state = "given_up"
	default:
		l.Due = at.Add(5 * time.Second << l.Tries)
	}
	return s.db.Update(ctx, func(tx *db.Tx) error { return updateNotice(tx, l, state) })
}
