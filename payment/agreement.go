package payment

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"citywalk/account"
	"citywalk/db"
)

// Agreement reports whether the payer has agreed to be charged without a
// cashier. He agrees at the cashier; the token that the provider gives for it
// is kept sealed.
func (s *Service) Agreement(ctx context.Context, payer string) (bool, error) {
	var token string
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		token, err = s.agreement(tx, payer)
		return err
	})
	return token != "", err
}

// Revoke ends the payer's agreement: its token is forgotten, so that every
// later payment goes to the cashier. Without one it does nothing.
func (s *Service) Revoke(ctx context.Context, payer string) error {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := deleteAgreement(tx, payer, s.Provider.Name()); err != nil {
			return err
		}
		return account.Audit(tx, account.ID(payer), "payment.revoke_agreement", payer, nil)
	})
	if err != nil && !errors.Is(err, db.ErrNone) {
		return fmt.Errorf("payment: revoke agreement: %w", err)
	}
	return nil
}

// agreement returns the payer's token, or "" if there is none. One that cannot
// be opened any more, after a change of the secret, counts as none.
func (s *Service) agreement(tx *db.Tx, payer string) (string, error) {
	sealed, err := findAgreement(tx, payer, s.Provider.Name())
	if errors.Is(err, db.ErrNone) {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("payment: find agreement: %w", err)
	}
	token, err := s.unseal(payer, sealed)
	if err != nil {
		return "", nil
	}
	return token, nil
}

// agree keeps what the payer granted at the cashier.
func (s *Service) agree(tx *db.Tx, payer, token string) error {
	sealed, err := s.seal(payer, token)
	if err == nil {
		err = saveAgreement(tx, payer, s.Provider.Name(), sealed)
	}
	if err == nil {
		err = account.Audit(tx, account.ID(payer), "payment.grant_agreement", payer, nil)
	}
	if err != nil {
		return fmt.Errorf("payment: keep agreement: %w", err)
	}
	return nil
}

// seal encrypts a token for one payer, so that a row copied to another payer,
// or a stolen database, charges nobody.
func (s *Service) seal(payer, token string) (string, error) {
	box, err := s.box()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce)
	sealed := box.Seal(nonce, nonce, []byte(token), s.sealedFor(payer))
	return base64.RawStdEncoding.EncodeToString(sealed), nil
}

func (s *Service) unseal(payer, sealed string) (string, error) {
	box, err := s.box()
	if err != nil {
		return "", err
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < box.NonceSize() {
		return "", errors.New("payment: sealed token is damaged")
	}
	token, err := box.Open(nil, raw[:box.NonceSize()], raw[box.NonceSize():], s.sealedFor(payer))
	return string(token), err
}

func (s *Service) sealedFor(payer string) []byte {
	return []byte(s.Provider.Name() + "\x00" + payer)
}

func (s *Service) box() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, s.Secret, nil, "citywalk/payment/agreement", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
