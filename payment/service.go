package payment

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"citywalk/db"
	"citywalk/failpoint"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
)

// CallbackPath is where the provider's notices go, under BaseURL.
const CallbackPath = "/callbacks/payment"

// Service is what the package does. It must not be copied.
type Service struct {
	DB       *db.DB
	Provider Provider
	Currency string         // "CNY".
	BaseURL  string         // Ours, for return and notify URLs.
	Secret   []byte         // Seals the payers' agreements; 32 random bytes.
	Zone     *time.Location // The programme's; nil means UTC+8.
	OneTap   money.Amount   // The largest charge under an agreement; 0 means ¥500.
	Timeout  time.Duration  // Of one provider call; 0 means 5 s.
	Calls    int            // Provider calls at once; 0 means 32.

	// Outside, if set, is told that a caller now waits for the provider, so
	// that what it holds can be of use to others; what it returns is called
	// when the wait is over.
	Outside func(ctx context.Context) (back func())

	outcomes map[string]Outcome
	wake     func()
	ready    sync.Once
	slots    chan struct{}
}

// On registers a purpose's outcome, at start-up.
func (s *Service) On(purpose string, o Outcome) {
	if o.Paid == nil {
		panic("payment: the outcome of " + purpose + " has no Paid")
	}
	if _, ok := s.outcomes[purpose]; ok {
		panic("payment: purpose registered twice: " + purpose)
	}
	if s.outcomes == nil {
		s.outcomes = map[string]Outcome{}
	}
	s.outcomes[purpose] = o
}

func (s *Service) outcome(purpose string) (Outcome, error) {
	if purpose == lost {
		return lostOutcome(), nil
	}
	o, ok := s.outcomes[purpose]
	if !ok {
		return o, fmt.Errorf("payment: no outcome registered for purpose %q", purpose)
	}
	return o, nil
}

// Kinds of jobs.
const (
	jobWatch  = "payment.watch"  // Opens a payment that its request left, queries it, closes it.
	jobRefund = "payment.refund" // Sends a refund and queries it.
	jobNotice = "payment.notice" // Does what a callback asks.
	jobForget = "payment.forget" // Empties the inbox of what is old.
	jobLost   = "payment.lost"   // After a restore, looks for charges that come late.
)

// Register registers the package's jobs, at start-up.
func (s *Service) Register(r *jobs.Runner) {
	s.wake = r.Wake
	r.Handle(jobWatch, 8, 5*time.Second, s.watchJob)
	r.Handle(jobRefund, 8, 5*time.Second, s.refundJob)
	r.Handle(jobNotice, 12, 2*time.Second, s.noticeJob)
	r.Handle(jobLost, 8, 5*time.Second, s.lostJob)
	r.Every(jobForget, 24*time.Hour, 3*time.Hour, 3, func(ctx context.Context, _ time.Time) error {
		return s.forget(ctx)
	})
}

// A look is the body of a job that comes back until its thing has ended. Each
// look enqueues the next under a number of its own, in the transaction that
// saw that it has not ended.
type look struct {
	No string `json:"no"`
	N  int    `json:"n"`
}

func (l look) key() string { return fmt.Sprintf("%s/%d", l.No, l.N) }

func enqueueLook(tx *db.Tx, kind string, l look, at time.Time) error {
	return jobs.Enqueue(tx, kind, l.key(), at, l)
}

func readLook(j jobs.Job) (l look, err error) {
	if err = json.Unmarshal(j.Body, &l); err != nil {
		return l, fmt.Errorf("payment: read job %s: %w", j.Kind, err)
	}
	return l, nil
}

// call runs one provider call: within the bound on calls at once, within its
// own time, and to its end even if whoever asked has gone.
func (s *Service) call(ctx context.Context, fn func(context.Context) error) error {
	s.ready.Do(func() {
		n := s.Calls
		if n == 0 {
			n = 32
		}
		s.slots = make(chan struct{}, n)
	})
	timeout := s.Timeout
	if timeout == 0 {
		timeout = 5 * time.Second
	}
	if s.Outside != nil {
		defer s.Outside(ctx)()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.slots }()
	if err := failpoint.At(failpoint.AfterIntentBeforeGateway); err != nil {
		return err
	}
	if err := fn(ctx); err != nil {
		return err
	}
	return failpoint.At(failpoint.AfterGatewayBeforeRecord)
}

func (s *Service) awake() {
	if s.wake != nil {
		s.wake()
	}
}

func (s *Service) day(t time.Time) ledger.Day {
	zone := s.Zone
	if zone == nil {
		zone = time.FixedZone("UTC+8", 8*60*60)
	}
	return ledger.DayOf(t, zone)
}

func (s *Service) oneTap() money.Amount {
	if s.OneTap == 0 {
		return 500 * money.Yuan
	}
	return s.OneTap
}

// wait is how long to wait before looking again at something that has gone on
// since from: as long as it has gone on, which doubles the gaps, between 5 s
// and an hour.
func wait(from, now time.Time) time.Duration {
	return min(max(now.Sub(from), 5*time.Second), time.Hour)
}
