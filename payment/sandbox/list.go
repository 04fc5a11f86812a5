package sandbox

import (
	"encoding/json"
	"net/http"
	"time"

	"citywalk/db"
	"citywalk/money"
)

// pageMax bounds one page of a list.
const pageMax = 50

// A listOrder asks for a page of what was created since a moment, by time:
// what follows the number after, or the first page.
type listOrder struct {
	Since int64  `json:"since"`
	After string `json:"after"`
}

// A chargeLine is a charge as the list has it.
type chargeLine struct {
	Charge   *view        `json:"charge"`
	Subject  string       `json:"subject"`
	Refunded money.Amount `json:"refunded"`
	Created  int64        `json:"created"`
}

// A refundLine is a refund as the list has it.
type refundLine struct {
	Refund  *refundView `json:"refund"`
	Payment string      `json:"payment"`
	Created int64       `json:"created"`
}

func (s *Server) listCharges(w http.ResponseWriter, r *http.Request, body []byte) {
	s.list(w, r, body, CallListCharges, func(tx *db.Tx, since time.Time, after string) (any, error) {
		lines := []chargeLine{}
		numbers, err := chargesSince(tx, since, after, pageMax)
		for _, no := range numbers {
			c, err := find(tx, no)
			if err != nil {
				return nil, err
			}
			lines = append(lines, chargeLine{c.said(), c.Subject, c.Refunded, c.Created.UnixMilli()})
		}
		return map[string]any{"charges": lines}, err
	})
}

func (s *Server) listRefunds(w http.ResponseWriter, r *http.Request, body []byte) {
	s.list(w, r, body, CallListRefunds, func(tx *db.Tx, since time.Time, after string) (any, error) {
		lines := []refundLine{}
		numbers, err := refundsSince(tx, since, after, pageMax)
		for _, no := range numbers {
			re, err := findRefund(tx, no)
			if err != nil {
				return nil, err
			}
			lines = append(lines, refundLine{re.view(), re.Payment, re.Created.UnixMilli()})
		}
		return map[string]any{"refunds": lines}, err
	})
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, body []byte, call string, page func(*db.Tx, time.Time, string) (any, error)) {
	var o listOrder
	if json.Unmarshal(body, &o) != nil {
		reply(w, errRequest)
		return
	}
	s.perform(w, r, call, call, func(tx *db.Tx, _ Fault) (any, error) {
		if err := catchUp(tx); err != nil {
			return nil, err
		}
		return page(tx, time.UnixMilli(o.Since), o.After)
	})
}

// chargesSince leaves out what is not there for anybody yet.
func chargesSince(tx *db.Tx, since time.Time, after string, limit int) ([]string, error) {
	return db.All[string](tx, `
		SELECT no FROM sandbox_charges
		WHERE created >= $1 AND status <> 'pending'
			AND (CAST($2 AS TEXT) = '' OR (created, no) > (SELECT created, no FROM sandbox_charges WHERE no = $2))
		ORDER BY created, no LIMIT CAST($3 AS BIGINT)`, since, after, limit)
}

func refundsSince(tx *db.Tx, since time.Time, after string, limit int) ([]string, error) {
	return db.All[string](tx, `
		SELECT no FROM sandbox_refunds
		WHERE created >= $1
			AND (CAST($2 AS TEXT) = '' OR (created, no) > (SELECT created, no FROM sandbox_refunds WHERE no = $2))
		ORDER BY created, no LIMIT CAST($3 AS BIGINT)`, since, after, limit)
}
