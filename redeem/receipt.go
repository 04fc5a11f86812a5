package redeem

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/money"
)

// A Receipt is the signed proof of a committed redemption. Whoever has the
// programme's public key can verify it without us.
type Receipt struct {
	Redemption Redemption
	Text       string // "CWR1.<base64url payload>.<base64url signature>"
}

// A Proof is what a receipt says.
type Proof struct {
	Receipt string
	ID      ID
	Shop    string
	Bill    money.Amount
	Off     money.Amount
	Paid    money.Amount
	At      time.Time
}

// receiptKind begins a receipt's text and is signed with it, so that nothing
// else that the key signs can pass for a receipt.
const receiptKind = "CWR1"

// strict refuses text whose unused bits are not zero, so that a receipt has
// one spelling.
var strict = base64.RawURLEncoding.Strict()

// payload is a proof as it is signed: compact JSON in this order of fields.
type payload struct {
	Receipt string       `json:"receipt"`
	ID      ID           `json:"id"`
	Shop    string       `json:"shop"`
	Bill    money.Amount `json:"bill"`
	Off     money.Amount `json:"off"`
	Paid    money.Amount `json:"paid"`
	At      int64        `json:"at"` // Unix milliseconds.
}

// Receipt returns the receipt of a committed redemption to its member or shop.
func (s *Service) Receipt(ctx context.Context, who account.Session, id ID) (Receipt, error) {
	r, err := s.see(ctx, id, func(r row) bool { return mayAct(who, r) || who.Has(account.Auditor) })
	if err != nil {
		return Receipt{}, err
	}
	if r.Committed.IsZero() {
		return Receipt{}, ErrNoReceipt
	}
	text, err := sign(Proof{
		Receipt: r.Receipt, ID: r.ID, Shop: r.ShopName,
		Bill: r.Quote.Bill, Off: r.Quote.Off, Paid: r.Due, At: r.Committed,
	}, s.Keys.Receipt)
	return Receipt{Redemption: r, Text: text}, err
}

func sign(p Proof, key ed25519.PrivateKey) (string, error) {
	body, err := json.Marshal(payload{p.Receipt, p.ID, p.Shop, p.Bill, p.Off, p.Paid, p.At.UnixMilli()})
	if err != nil {
		return "", wrap("write a receipt", err)
	}
	text := receiptKind + "." + strict.EncodeToString(body)
	return text + "." + strict.EncodeToString(ed25519.Sign(key, []byte(text))), nil
}

// Verify checks a receipt's text against a public key, offline.
func Verify(text string, key ed25519.PublicKey) (Proof, error) {
	signed, signature, ok := cutLast(text)
	if !ok || !strings.HasPrefix(signed, receiptKind+".") || len(key) != ed25519.PublicKeySize {
		return Proof{}, ErrReceipt
	}
	mark, err := strict.DecodeString(signature)
	if err != nil || strings.ContainsAny(signature, "\r\n") || !ed25519.Verify(key, []byte(signed), mark) {
		return Proof{}, ErrReceipt
	}
	body, err := strict.DecodeString(signed[len(receiptKind)+1:])
	if err != nil {
		return Proof{}, ErrReceipt
	}
	var p payload
	if json.Unmarshal(body, &p) != nil {
		return Proof{}, ErrReceipt
	}
	if again, err := json.Marshal(p); err != nil || !bytes.Equal(again, body) {
		return Proof{}, ErrReceipt
	}
	return Proof{p.Receipt, p.ID, p.Shop, p.Bill, p.Off, p.Paid, time.UnixMilli(p.At).UTC()}, nil
}

// cutLast cuts a receipt into what is signed and the signature.
func cutLast(text string) (signed, signature string, ok bool) {
	i := strings.LastIndexByte(text, '.')
	if i < 0 {
		return "", "", false
	}
	return text[:i], text[i+1:], true
}
