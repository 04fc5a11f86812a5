package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"citywalk/account"
	"citywalk/redeem"
)

// Secrets are the keys of an installation. Losing them loses the phone numbers
// and every receipt's verifiability; they are backed up apart from the data.
type Secrets struct {
	Seal    []byte `json:"seal"`    // Encrypts phone numbers.
	Index   []byte `json:"index"`   // Finds phone numbers.
	Code    []byte `json:"code"`    // Hashes one-time codes, tokens and member codes.
	Receipt []byte `json:"receipt"` // Seed of the Ed25519 key that signs receipts.
	Sandbox []byte `json:"sandbox"` // Signs what goes to and comes from the sandbox.
}

func (s Secrets) accountKeys() account.Keys {
	return account.Keys{Seal: s.Seal, Index: s.Index, Code: s.Code}
}

func (s Secrets) redeemKeys() redeem.Keys {
	return redeem.Keys{Code: s.Code, Receipt: ed25519.NewKeyFromSeed(s.Receipt)}
}

// secretsPath says where the file of keys is.
func (c Config) secretsPath() string {
	switch {
	case c.Secrets != "":
		return c.Secrets
	case strings.Contains(c.DB, "://"):
		return "citywalk-data/secrets.json"
	}
	return filepath.Join(filepath.Dir(c.DB), "secrets.json")
}

// loadSecrets reads the file of keys, or makes it if it is not there. A file
// that others can read is refused.
func loadSecrets(path string) (Secrets, error) {
	var s Secrets
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecrets(path)
	} else if err != nil {
		return s, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return s, fmt.Errorf("%s can be read by others; run: chmod 600 %s", path, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("%s is not a file of keys", path)
	}
	for _, k := range [][]byte{s.Seal, s.Index, s.Code, s.Receipt, s.Sandbox} {
		if len(k) != 32 {
			return s, fmt.Errorf("%s lacks a key of 32 bytes", path)
		}
	}
	return s, nil
}

// makeSecrets writes a new file of keys, which must not be there.
func makeSecrets(path string) (Secrets, error) {
	var s Secrets
	for _, k := range []*[]byte{&s.Seal, &s.Index, &s.Code, &s.Receipt, &s.Sandbox} {
		*k = make([]byte, 32)
		rand.Read(*k)
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return s, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return s, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return s, err
	}
	if _, err := f.Write(append(b, '\n')); err != nil {
		return s, errors.Join(err, f.Close())
	}
	return s, errors.Join(f.Sync(), f.Close())
}
