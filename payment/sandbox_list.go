package payment

import (
	"context"
	"net/http"
	"time"

	"citywalk/money"
)

// wireList asks for a page of a list.
type wireList struct {
	Since int64  `json:"since"`
	After string `json:"after"`
}

type wireCharges struct {
	Charges []struct {
		Charge   wireResult   `json:"charge"`
		Subject  string       `json:"subject"`
		Refunded money.Amount `json:"refunded"`
		Created  int64        `json:"created"`
	} `json:"charges"`
}

type wireRefunds struct {
	Refunds []struct {
		Refund  wireRefundResult `json:"refund"`
		Payment string           `json:"payment"`
		Created int64            `json:"created"`
	} `json:"refunds"`
}

// Charges lists the charges that were created since a moment.
func (b *Sandbox) Charges(ctx context.Context, since time.Time, after string) ([]ListedCharge, error) {
	var w wireCharges
	if err := b.do(ctx, http.MethodPost, "/v1/lists/charges", wireList{millis(since), after}, &w); err != nil {
		return nil, err
	}
	all := make([]ListedCharge, len(w.Charges))
	for i, c := range w.Charges {
		all[i] = ListedCharge{b.result(c.Charge), c.Subject, c.Refunded, time.UnixMilli(c.Created).UTC()}
	}
	return all, nil
}

// Refunds lists the refunds that were created since a moment.
func (b *Sandbox) Refunds(ctx context.Context, since time.Time, after string) ([]ListedRefund, error) {
	var w wireRefunds
	if err := b.do(ctx, http.MethodPost, "/v1/lists/refunds", wireList{millis(since), after}, &w); err != nil {
		return nil, err
	}
	all := make([]ListedRefund, len(w.Refunds))
	for i, r := range w.Refunds {
		all[i] = ListedRefund{RefundResult(r.Refund), r.Payment, time.UnixMilli(r.Created).UTC()}
	}
	return all, nil
}

// millis of the zero time are zero: everything there is.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
