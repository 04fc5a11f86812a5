package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"citywalk/db"
	"citywalk/money"
)

// Statuses of a refund.
const (
	Processing = "processing"
	Refunded   = "refunded"
	Failed     = "failed"
)

type refundOrder struct {
	No      string       `json:"no"`
	Payment string       `json:"payment"`
	Amount  money.Amount `json:"amount"`
	Total   money.Amount `json:"total"`
	Reason  string       `json:"reason"`
	Notify  string       `json:"notify"`
}

// A refund is what the sandbox keeps of one.
type refund struct {
	No      string
	Content string
	Payment string
	Amount  money.Amount
	Notify  string
	Status  string
	Due     time.Time
	Created time.Time
}

type refundView struct {
	No     string       `json:"no"`
	Status string       `json:"status"`
	Amount money.Amount `json:"amount"`
}

func (r refund) view() *refundView { return &refundView{r.No, r.Status, r.Amount} }

func (s *Server) postRefund(w http.ResponseWriter, r *http.Request, body []byte) {
	var o refundOrder
	if json.Unmarshal(body, &o) != nil || o.No == "" || len(o.No) > 32 || o.Amount <= 0 {
		reply(w, errRequest)
		return
	}
	s.perform(w, r, o.No, CallRefund, func(tx *db.Tx, f Fault) (any, error) {
		re, err := createRefund(tx, o, f)
		return re.view(), err
	})
}

// createRefund gives money back, or finds the refund of the number.
func createRefund(tx *db.Tx, o refundOrder, f Fault) (refund, error) {
	content := hash(o)
	re, err := findRefund(tx, o.No)
	switch {
	case err == nil && re.Content != content:
		return re, errContent
	case !errors.Is(err, errNotThere):
		return re, err
	}
	c, err := find(tx, o.Payment)
	switch {
	case err != nil:
		return re, err
	case c.Status != Paid:
		return re, errNotPaid
	case c.Amount != o.Total || c.Refunded+o.Amount > c.Amount:
		return re, errTooMuch
	}
	re = refund{
		No: o.No, Content: content, Payment: o.Payment, Amount: o.Amount,
		Notify: o.Notify, Status: Refunded, Created: tx.Now(),
	}
	switch f.Kind {
	case Slow:
		re.Status, re.Due = Processing, tx.Now().Add(f.Delay)
	case Fails:
		re.Status = Failed
	}
	if re.Status != Failed {
		c.Refunded += o.Amount
		if err := update(tx, c, Paid); err != nil {
			return re, err
		}
	}
	return re, insertRefund(tx, re)
}

// findRefund returns the refund as it stands now.
func findRefund(tx *db.Tx, no string) (refund, error) {
	re, err := getRefund(tx, no)
	if errors.Is(err, db.ErrNone) {
		return re, errNotThere
	} else if err != nil {
		return re, err
	}
	if re.Status == Processing && !tx.Now().Before(re.Due) {
		err = through(tx, &re)
	}
	return re, err
}

// through ends a refund in process and tells.
func through(tx *db.Tx, re *refund) error {
	re.Status = Refunded
	if err := endRefund(tx, re.No); err != nil {
		return err
	}
	f, err := throw(tx, re.No, CallNotice)
	if err != nil {
		return err
	}
	return announce(tx, re.Notify, body{Refund: re.view()}, f)
}

func (s *Server) getRefund(w http.ResponseWriter, r *http.Request, _ []byte) {
	no := r.PathValue("no")
	s.perform(w, r, no, CallQueryRefund, func(tx *db.Tx, _ Fault) (any, error) {
		re, err := findRefund(tx, no)
		return re.view(), err
	})
}
