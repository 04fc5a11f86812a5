package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
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

// curateKey keys the hashes of authors. It comes from the key that finds people
// by their numbers, so that an installation has no further secret to lose.
func (s Secrets) curateKey() []byte {
	mac := hmac.New(sha256.New, s.Index)
	mac.Write([]byte("citywalk curate authors"))
	return mac.Sum(nil)
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

// loadSecrets reads the file of keys, or makes it if it is not there and says
// so. Two nodes may start at once: one makes the file, the other reads it.
func loadSecrets(path string) (s Secrets, made bool, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		s, err := makeSecrets(path)
		if !errors.Is(err, fs.ErrExist) {
			return s, err == nil, err
		}
	}
	s, err = readSecrets(path)
	return s, false, err
}

// readSecrets reads the file of keys. One that others can read is refused.
func readSecrets(path string) (s Secrets, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("the file of keys %s is not there; run citywalk serve or citywalk migrate first, or name another with --secrets", path)
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

// makeSecrets writes a new file of keys, which must not be there. It gets its
// name when it is whole, so that nobody reads half of it.
func makeSecrets(path string) (s Secrets, err error) {
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
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-")
	if err != nil {
		return s, err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(append(b, '\n')); err != nil {
		return s, errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return s, err
	}
	if err := os.Link(f.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return s, err
	}
	return s, os.Rename(f.Name(), path) // On a file system without links.
}
