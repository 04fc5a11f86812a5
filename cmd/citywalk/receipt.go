package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"citywalk/redeem"
)

// ReceiptCmd looks at receipts.
type ReceiptCmd struct {
	Verify ReceiptVerifyCmd `cmd:"" help:"Check a receipt's signature; needs no database."`
	Key    ReceiptKeyCmd    `cmd:"" help:"Print the public key that verifies this installation's receipts."`
}

// ReceiptVerifyCmd checks one receipt.
type ReceiptVerifyCmd struct {
	Tool    `embed:""`
	Listing `embed:""`
	Text    string `arg:"" help:"The receipt's text, CWR1.…"`
	Key     string `help:"Public key, base64; without it the key of this installation's secrets."`
}

func (c *ReceiptVerifyCmd) Run(_ context.Context, s *Streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	p, err := redeem.Verify(strings.TrimSpace(c.Text), key)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s, rowOfReceipt(p))
	}
	fmt.Fprintf(s.Out, "The signature holds.\nreceipt  %s\nshop     %s\nbill     %s\noff      %s\npaid     %s\nat       %s\n",
		p.Receipt, p.Shop, p.Bill, p.Off, p.Paid, p.At.Format("2006-01-02 15:04:05 MST"))
	return nil
}

func (c *ReceiptVerifyCmd) key() (ed25519.PublicKey, error) {
	if c.Key == "" {
		return publicKey(c.config())
	}
	b, err := base64.StdEncoding.DecodeString(c.Key)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, errors.New("--key: want 32 bytes in base64, as printed by: citywalk receipt key")
	}
	return b, nil
}

// ReceiptKeyCmd prints the public key.
type ReceiptKeyCmd struct {
	Tool `embed:""`
}

func (c *ReceiptKeyCmd) Run(_ context.Context, s *Streams) error {
	key, err := publicKey(c.config())
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out, base64.StdEncoding.EncodeToString(key))
	return nil
}

func publicKey(c Config) (ed25519.PublicKey, error) {
	secrets, err := readSecrets(c.secretsPath())
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(secrets.Receipt).Public().(ed25519.PublicKey), nil
}
