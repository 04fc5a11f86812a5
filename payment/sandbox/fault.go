package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"citywalk/db"
)

// Calls that faults happen to.
const (
	CallCreate      = "create"
	CallQuery       = "query"
	CallClose       = "close"
	CallRefund      = "refund"
	CallQueryRefund = "query_refund"
	CallListCharges = "list_charges"
	CallListRefunds = "list_refunds"
	CallNotice      = "notice" // Not a call of the merchant's: his callback.
)

// Kinds of faults.
const (
	Delay      = "delay"       // Answers after Delay of real time.
	Silent     = "silent"      // Does nothing and does not answer.
	SilentDone = "silent_done" // Does it and does not answer.
	Error      = "error"       // Does nothing and answers 500.
	Late       = "late"        // Create: answers 500 and charges after Delay.
	HTML       = "html"        // Does nothing and answers 200 with a maintenance page.
	Half       = "half"        // Does it and answers with half of the JSON.
	Early      = "early"       // Does it and sends the callback before the answer.
	Slow       = "slow"        // Refund: in process for Delay.
	Fails      = "fails"       // Refund: fails for good.
	Lost       = "lost"        // Notice: never sent.
	Copies     = "copies"      // Notice: sent Copies times, spread over Delay in no order.
)

// A Fault happens to calls of one kind.
type Fault struct {
	No      string        // Of this charge or refund only; "" for any.
	Call    string        // One of the Call constants.
	Kind    string        // One of the kinds.
	Times   int           // How often; 0 means once.
	Delay   time.Duration // What it is, the kind says. Silent ones hold the line for it.
	Copies  int
	Percent int // In a mix: of how many of a hundred numbers; each number once per call.
}

// wireFault is a Fault as it is sent.
type wireFault struct {
	No      string `json:"no"`
	Call    string `json:"call"`
	Kind    string `json:"kind"`
	Times   int    `json:"times"`
	DelayMS int64  `json:"delay_ms"`
	Copies  int    `json:"copies"`
	Percent int    `json:"percent"`
}

func (s *Server) postFaults(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct {
		Seed   int64       `json:"seed"`
		Faults []wireFault `json:"faults"`
	}
	if json.Unmarshal(body, &in) != nil {
		reply(w, errRequest)
		return
	}
	faults := make([]Fault, len(in.Faults))
	for i, f := range in.Faults {
		faults[i] = Fault{f.No, f.Call, f.Kind, f.Times, time.Duration(f.DelayMS) * time.Millisecond, f.Copies, f.Percent}
	}
	if err := s.SetFaults(r.Context(), in.Seed, faults...); err != nil {
		reply(w, err)
		return
	}
	reply(w, struct{}{})
}

// SetFaults replaces all faults. Those with a Percent are a mix: whether one
// happens to a number is decided by the seed and the number alone.
func (s *Server) SetFaults(ctx context.Context, seed int64, faults ...Fault) error {
	err := s.db.Update(ctx, func(tx *db.Tx) error {
		if err := clearFaults(tx); err != nil {
			return err
		}
		for _, f := range faults {
			f.Times = max(f.Times, 1)
			if err := insertFault(tx, f, seed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sandbox: set faults: %w", err)
	}
	return nil
}

// throw returns the fault that happens to this call now, or the zero Fault.
func throw(tx *db.Tx, no, call string) (Fault, error) {
	faults, err := faultsOf(tx, no, call)
	if err != nil {
		return Fault{}, err
	}
	var mix []fault
	for _, f := range faults {
		if f.Percent == 0 {
			return f.fault(), useFault(tx, f.ID)
		}
		mix = append(mix, f)
	}
	if len(mix) == 0 {
		return Fault{}, nil
	}
	fresh, err := throwDie(tx, no, call)
	if err != nil || !fresh {
		return Fault{}, err
	}
	face := roll(mix[0].Seed, no, call, 100)
	for _, f := range mix {
		if face -= f.Percent; face < 0 {
			return f.fault(), nil
		}
	}
	return Fault{}, nil
}

// roll is a die of n faces that falls the same way every time.
func roll(seed int64, no, what string, n int) int {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%s/%s", seed, no, what))
	return int(binary.BigEndian.Uint64(sum[:]) % uint64(n))
}

// perform runs a call of the merchant's, with the fault that happens to it.
func (s *Server) perform(w http.ResponseWriter, r *http.Request, no, call string, do func(*db.Tx, Fault) (any, error)) {
	var f Fault
	var said any
	err := s.db.Update(r.Context(), func(tx *db.Tx) (err error) {
		if f, err = throw(tx, no, call); err != nil {
			return err
		}
		switch f.Kind {
		case Silent, Error, HTML:
			return nil
		}
		// A refusal is an answer too: what was found out on the way to it stays.
		var no *refusal
		if said, err = do(tx, f); errors.As(err, &no) {
			said, err = no, nil
		}
		return err
	})
	if err != nil {
		said = err
	}
	s.ring()
	s.answer(w, r, f, said)
}

// answer replies as the fault has it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, f Fault, said any) {
	switch f.Kind {
	case Silent, SilentDone:
		hold(r.Context(), f.Delay)
		panic(http.ErrAbortHandler) // Breaks the connection without a word.
	case Error, Late:
		reply(w, errBusy)
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!doctype html><title>系统维护</title><p>系统维护中，请稍后再试。</p>")
	case Half:
		data, err := json.Marshal(said)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(data[:len(data)/2])
	case Early:
		s.Deliver(r.Context())
		reply(w, said)
	case Delay:
		hold(r.Context(), f.Delay)
		reply(w, said)
	default:
		reply(w, said)
	}
}

// hold waits while the caller does, at most half a minute.
func hold(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(min(d, 30*time.Second)):
	case <-ctx.Done():
	}
}
