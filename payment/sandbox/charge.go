package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"citywalk/db"
	"citywalk/money"
)

// A Status of a charge.
type Status string

const (
	Pending Status = "pending" // Asked for, answered with an error, and still to come.
	Open    Status = "open"
	Paid    Status = "paid"
	Closed  Status = "closed"
)

// An order is a charge as it is asked for.
type order struct {
	No        string       `json:"no"`
	Amount    money.Amount `json:"amount"`
	Currency  string       `json:"currency"`
	Subject   string       `json:"subject"`
	Payer     string       `json:"payer"`
	Agreement string       `json:"agreement"`
	Return    string       `json:"return"`
	Notify    string       `json:"notify"`
	Expires   int64        `json:"expires"`
}

// A charge is what the sandbox keeps of one.
type charge struct {
	No        string
	Content   string
	Amount    money.Amount
	Currency  string
	Subject   string
	Payer     string
	Agreement string
	ReturnTo  string
	Notify    string
	Expires   time.Time
	Status    Status
	Due       time.Time
	Trade     string
	Granted   string
	Refunded  money.Amount
	Created   time.Time
	PaidAt    time.Time
}

// A view is a charge as the merchant sees it.
type view struct {
	No        string       `json:"no"`
	Status    Status       `json:"status"`
	Trade     string       `json:"trade"`
	Amount    money.Amount `json:"amount"`
	Currency  string       `json:"currency"`
	Payer     string       `json:"payer"`
	Cashier   string       `json:"cashier"`
	Agreement string       `json:"agreement"`
	PaidAt    int64        `json:"paid_at"`
}

func (c charge) view() view {
	v := view{
		No: c.No, Status: c.Status, Trade: c.Trade, Amount: c.Amount, Currency: c.Currency,
		Payer: c.Payer, Cashier: "/cashier/" + c.No, Agreement: c.Granted,
	}
	if !c.PaidAt.IsZero() {
		v.PaidAt = c.PaidAt.UnixMilli()
	}
	return v
}

func (s *Server) postCharge(w http.ResponseWriter, r *http.Request, body []byte) {
	var o order
	if json.Unmarshal(body, &o) != nil || o.No == "" || len(o.No) > 32 || o.Amount <= 0 || o.Currency == "" {
		reply(w, errRequest)
		return
	}
	s.perform(w, r, o.No, CallCreate, func(tx *db.Tx, f Fault) (any, error) {
		c, err := create(tx, o, f)
		return c.view(), err
	})
}

// create makes the charge of a number, or finds the one that is there.
func create(tx *db.Tx, o order, f Fault) (charge, error) {
	content := hash(o)
	c, err := find(tx, o.No)
	switch {
	case err == nil && c.Content != content:
		return c, errContent
	case err == nil && c.Status == Pending:
		return c, errBusy
	case err == nil:
		return c, nil
	case !errors.Is(err, errNotThere):
		return c, err
	}
	c = charge{
		No: o.No, Content: content, Amount: o.Amount, Currency: o.Currency, Subject: o.Subject,
		Payer: o.Payer, Agreement: o.Agreement, ReturnTo: o.Return, Notify: o.Notify,
		Expires: time.UnixMilli(o.Expires), Status: Open, Created: tx.Now(),
	}
	if !c.Created.Before(c.Expires) {
		return c, errExpired
	}
	if c.Agreement != "" {
		if err := holds(tx, c); err != nil {
			return c, err
		}
	}
	if f.Kind == Late {
		c.Status, c.Due = Pending, tx.Now().Add(f.Delay)
		return c, insert(tx, c)
	}
	if err := insert(tx, c); err != nil || c.Agreement == "" {
		return c, err
	}
	// The answer tells, so that nobody has to be told besides, unless a fault
	// wants it.
	if err := pay(tx, &c, Open); err != nil {
		return c, err
	}
	n, err := throw(tx, c.No, CallNotice)
	if err == nil && (n.Kind != "" || f.Kind == Early) {
		err = announce(tx, c.Notify, body{Charge: c.said()}, n)
	}
	return c, err
}

// holds checks the agreement under which c is charged.
func holds(tx *db.Tx, c charge) error {
	payer, err := agreementPayer(tx, c.Agreement)
	if errors.Is(err, db.ErrNone) || err == nil && (payer != c.Payer || c.Amount > OneTap) {
		return errHolds
	}
	return err
}

// pay takes the money of a charge.
func pay(tx *db.Tx, c *charge, from Status) error {
	c.Status, c.Trade, c.PaidAt = Paid, "SB"+tx.ID("trd")[4:], tx.Now()
	return update(tx, *c, from)
}

// find returns the charge as it stands now: what was pending may have come,
// what was open may have expired.
func find(tx *db.Tx, no string) (charge, error) {
	c, err := get(tx, no)
	if errors.Is(err, db.ErrNone) {
		return c, errNotThere
	} else if err != nil {
		return c, err
	}
	now := tx.Now()
	switch {
	case c.Status == Pending && !now.Before(c.Due):
		err = ripen(tx, &c)
	case c.Status == Open && !now.Before(c.Expires):
		c.Status = Closed
		err = update(tx, c, Open)
	}
	return c, err
}

// ripen lets a pending charge take effect, however late it is for the merchant.
func ripen(tx *db.Tx, c *charge) error {
	if c.Agreement == "" {
		c.Status = Open
		return update(tx, *c, Pending)
	}
	if err := pay(tx, c, Pending); err != nil {
		return err
	}
	return tell(tx, *c)
}

// tell sends the callback that a charge is paid.
func tell(tx *db.Tx, c charge) error {
	f, err := throw(tx, c.No, CallNotice)
	if err != nil {
		return err
	}
	return announce(tx, c.Notify, body{Charge: c.said(), Agreed: c.Granted != ""}, f)
}

// said is what a callback says of a charge: everything but the token.
func (c charge) said() *view {
	v := c.view()
	v.Agreement = ""
	return &v
}

func (s *Server) getCharge(w http.ResponseWriter, r *http.Request, _ []byte) {
	no := r.PathValue("no")
	s.perform(w, r, no, CallQuery, func(tx *db.Tx, _ Fault) (any, error) {
		c, err := find(tx, no)
		if err == nil && c.Status == Pending {
			err = errNotThere
		}
		return c.view(), err
	})
}

func (s *Server) closeCharge(w http.ResponseWriter, r *http.Request, _ []byte) {
	no := r.PathValue("no")
	s.perform(w, r, no, CallClose, func(tx *db.Tx, _ Fault) (any, error) {
		c, err := find(tx, no)
		switch {
		case err != nil:
			return nil, err
		case c.Status == Pending:
			return nil, errNotThere
		case c.Status == Paid:
			return nil, errPaid
		case c.Status == Closed:
			return c.view(), nil
		}
		c.Status = Closed
		return c.view(), update(tx, c, Open)
	})
}
