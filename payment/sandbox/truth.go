package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"citywalk/db"
	"citywalk/money"
)

// Truth is everything that happened at the sandbox, for tests to compare with.
type Truth struct {
	Charges []TrueCharge `json:"charges"`
	Refunds []TrueRefund `json:"refunds"`
}

// A TrueCharge is a charge as it really is.
type TrueCharge struct {
	No       string       `json:"no"`
	Status   Status       `json:"status"`
	Trade    string       `json:"trade"`
	Amount   money.Amount `json:"amount"`
	Refunded money.Amount `json:"refunded"`
	Payer    string       `json:"payer"`
	PaidAt   time.Time    `json:"paid_at"`
}

// A TrueRefund is a refund as it really is.
type TrueRefund struct {
	No      string       `json:"no"`
	Payment string       `json:"payment"`
	Status  string       `json:"status"`
	Amount  money.Amount `json:"amount"`
}

// Truth returns it.
func (s *Server) Truth(ctx context.Context) (t Truth, err error) {
	err = s.db.Update(ctx, func(tx *db.Tx) error {
		if err := catchUp(tx); err != nil {
			return err
		}
		if t.Charges, err = allCharges(tx); err != nil {
			return err
		}
		t.Refunds, err = allRefunds(tx)
		return err
	})
	if err != nil {
		err = fmt.Errorf("sandbox: truth: %w", err)
	}
	return t, err
}

func (s *Server) getTruth(w http.ResponseWriter, r *http.Request, _ []byte) {
	t, err := s.Truth(r.Context())
	if err != nil {
		reply(w, err)
		return
	}
	reply(w, t)
}
