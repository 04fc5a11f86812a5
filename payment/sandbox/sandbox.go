// Package sandbox is a payment institution to play with: an HTTP service with
// its own database and its own truth, which moves no real money.
//
//	(unknown) ──create──▶ open ──pays at the cashier──▶ paid
//	    │                  └──cancel, close, expiry──▶ closed
//	    ├──create under an agreement──▶ paid
//	    └──create, fault "late"──▶ pending ──in its time──▶ paid or open
//
// A number is a charge for ever: the same number with the same content gets
// the same charge, with other content it is refused. A pending charge is not
// there for anybody who asks.
//
// The merchant's calls are signed (payment.SandboxSign). The payer's page is
// /cashier/{no}; whoever has its address may pay, since it is play money.
// Callbacks are sent for what happens away from the merchant's calls, and again
// up to eight times until they are answered with 2xx.
//
// Faults are scripted for a number or thrown by a seed's dice (Fault), so that
// a test can have the institution fail in every way that it must survive and
// then compare with Truth.
package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"citywalk/db"
	"citywalk/money"
	"citywalk/payment"
)

//go:embed schema/*.sql
var schema embed.FS

// Schema is the migrations of the sandbox's own database.
func Schema() fs.FS {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err)
	}
	return sub
}

// OneTap is the largest charge under an agreement.
const OneTap = 500 * money.Yuan

// Options of New.
type Options struct {
	DB     *db.DB // Its own, not the product's; its clock is the sandbox's.
	Key    []byte // Shared with the merchant.
	Frame  string // The origin that may show the cashier in a frame; "" for none.
	Client *http.Client
}

// A Server is a running sandbox.
type Server struct {
	db     *db.DB
	key    []byte
	frame  string
	client *http.Client
	mux    *http.ServeMux
	wake   chan struct{}
}

// New brings the database to the sandbox's schema and returns the service.
func New(ctx context.Context, o Options) (*Server, error) {
	if len(o.Key) < 16 {
		return nil, errors.New("sandbox: the key needs at least 16 bytes")
	}
	if _, err := o.DB.Migrate(ctx, Schema()); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s := &Server{db: o.DB, key: o.Key, frame: o.Frame, client: o.Client, wake: make(chan struct{}, 1)}
	if s.client == nil {
		s.client = &http.Client{Timeout: 5 * time.Second}
	}
	s.mux = http.NewServeMux()
	s.mux.Handle("POST /v1/charges", s.signed(s.postCharge))
	s.mux.Handle("GET /v1/charges/{no}", s.signed(s.getCharge))
	s.mux.Handle("POST /v1/charges/{no}/close", s.signed(s.closeCharge))
	s.mux.Handle("POST /v1/refunds", s.signed(s.postRefund))
	s.mux.Handle("GET /v1/refunds/{no}", s.signed(s.getRefund))
	s.mux.Handle("POST /v1/lists/charges", s.signed(s.listCharges))
	s.mux.Handle("POST /v1/lists/refunds", s.signed(s.listRefunds))
	s.mux.Handle("POST /v1/faults", s.signed(s.postFaults))
	s.mux.Handle("GET /v1/truth", s.signed(s.getTruth))
	cashier := http.NewServeMux()
	cashier.HandleFunc("GET /cashier/{no}", s.showCashier)
	cashier.HandleFunc("POST /cashier/{no}", s.useCashier)
	cashier.HandleFunc("GET /cashier/style.css", serveFile("page/style.css"))
	cashier.HandleFunc("GET /cashier/icon.svg", serveFile("page/icon.svg"))
	s.mux.Handle("/cashier/", http.NewCrossOriginProtection().Handler(cashier))
	return s, nil
}

// ServeHTTP answers the merchant and the payer.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// A refusal is an answer that is not the thing asked for.
type refusal struct {
	status int
	Code   string `json:"code"`
	Text   string `json:"text"`
}

func (r *refusal) Error() string { return "sandbox: " + r.Code + ": " + r.Text }

var (
	errForged   = &refusal{http.StatusUnauthorized, "forged", "the signature does not hold"}
	errRequest  = &refusal{http.StatusBadRequest, "request", "the request is malformed"}
	errNotThere = &refusal{http.StatusNotFound, "not_there", "this number is not known"}
	errContent  = &refusal{http.StatusConflict, "content", "this number was used with other content"}
	errPaid     = &refusal{http.StatusConflict, "paid", "the charge is paid"}
	errNotPaid  = &refusal{http.StatusConflict, "not_paid", "the charge is not paid"}
	errTooMuch  = &refusal{http.StatusUnprocessableEntity, "too_much", "more than was paid"}
	errExpired  = &refusal{http.StatusUnprocessableEntity, "expired", "the charge has expired"}
	errHolds    = &refusal{http.StatusUnprocessableEntity, "agreement", "the agreement does not hold"}
	errBusy     = &refusal{http.StatusInternalServerError, "busy", "system error, query later"}
)

const (
	requestSize = 64 << 10
	requestSkew = 5 * time.Minute
)

// signed lets only the merchant's requests through, with their bodies read.
func (s *Server) signed(h func(http.ResponseWriter, *http.Request, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, requestSize))
		if err != nil {
			reply(w, errRequest)
			return
		}
		at := r.Header.Get(payment.SandboxTime)
		want := payment.SandboxSign(s.key, at, r.Method, r.URL.EscapedPath(), body)
		if !hmac.Equal([]byte(want), []byte(r.Header.Get(payment.SandboxSignature))) || !s.near(r.Context(), at) {
			reply(w, errForged)
			return
		}
		h(w, r, body)
	})
}

// near reports whether a time in milliseconds is near the sandbox's own.
func (s *Server) near(ctx context.Context, at string) bool {
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return false
	}
	err = s.db.View(ctx, func(tx *db.Tx) error {
		if d := tx.Now().Sub(time.UnixMilli(ms)); d > requestSkew || d < -requestSkew {
			return errForged
		}
		return nil
	})
	return err == nil
}

// reply writes an answer, or the refusal that err is.
func reply(w http.ResponseWriter, v any) {
	status := http.StatusOK
	if err, ok := v.(error); ok {
		var no *refusal
		if !errors.As(err, &no) {
			no = &refusal{http.StatusInternalServerError, "broken", "the sandbox failed"}
		}
		status, v = no.status, no
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// hash is the fingerprint of what was asked for under a number.
func hash(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// ring tells Run that notices may be due.
func (s *Server) ring() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
