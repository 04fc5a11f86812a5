package payment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/jobs"
	"citywalk/money"
)

const (
	noticeSize  = 16 << 10        // The largest callback that is read.
	noticeSkew  = 5 * time.Minute // How far its time may be from ours.
	noticeKept  = 90 * 24 * time.Hour
	noticeTrust = 500 * money.Yuan // Above this the provider is asked before its callback is believed.
)

// Callback is the handler of the provider's notices. It answers as soon as the
// notice is in the inbox; a job does what it asks. A notice that comes again
// is answered alike and does nothing.
func (s *Service) Callback(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, noticeSize))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	n, err := s.Provider.Verify(r.Header, body)
	switch {
	case errors.Is(err, ErrForged):
		w.WriteHeader(http.StatusUnauthorized)
		return
	case err != nil || n.ID == "":
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	switch err := s.accept(r.Context(), n, body); {
	case errors.Is(err, ErrForged):
		w.WriteHeader(http.StatusUnauthorized)
	case err != nil:
		w.WriteHeader(http.StatusServiceUnavailable) // The provider sends it again.
	default:
		s.awake()
		w.WriteHeader(http.StatusNoContent)
	}
}

// accept puts a verified notice into the inbox, with the job that does it.
func (s *Service) accept(ctx context.Context, n Notice, body []byte) error {
	raw := []byte(strings.ToValidUTF8(string(body), "?"))
	provider := s.Provider.Name()
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if d := tx.Now().Sub(n.At); d > noticeSkew || d < -noticeSkew {
			return ErrForged // A recording of an old one, or a clock gone wrong.
		}
		fresh, err := receive(tx, provider, n, raw)
		if err != nil || !fresh {
			return err
		}
		return jobs.Enqueue(tx, jobNotice, provider+"/"+n.ID, time.Time{}, look{No: n.ID})
	})
}

// noticeJob does what a notice asks.
func (s *Service) noticeJob(ctx context.Context, j jobs.Job) error {
	l, err := readLook(j)
	if err != nil {
		return err
	}
	provider := s.Provider.Name()
	var n notice
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		n, err = findNotice(tx, provider, l.No)
		return err
	})
	if err != nil {
		return fmt.Errorf("payment: find notice %s: %w", l.No, err)
	} else if n.Result != "" {
		return nil
	}
	result := "done"
	switch err := s.heed(ctx, n.Said); {
	case errors.Is(err, ErrMismatch):
		result = "doubted"
	case err != nil:
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error { return finishNotice(tx, provider, l.No, result) })
}

// heed believes what a callback says of a small charge, if all of it matches.
// Otherwise the callback is a hint to query.
func (s *Service) heed(ctx context.Context, n Notice) error {
	if n.Refund != nil {
		return s.heedRefund(ctx, *n.Refund)
	}
	if n.Charge == nil {
		return nil
	}
	if n.Charge.Amount <= noticeTrust && !n.More {
		_, err := s.apply(ctx, *n.Charge)
		return err
	}
	_, err := s.Sync(ctx, n.Charge.No)
	if errors.Is(err, ErrUnknown) {
		_, err = s.apply(ctx, *n.Charge) // Which doubts it.
	}
	return err
}

// forget deletes notices that are done and old.
func (s *Service) forget(ctx context.Context) error {
	for {
		var n int64
		err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
			n, err = forgetNotices(tx, tx.Now().Add(-noticeKept), 1000)
			return err
		})
		if err != nil {
			return fmt.Errorf("payment: forget notices: %w", err)
		} else if n == 0 {
			return nil
		}
	}
}
