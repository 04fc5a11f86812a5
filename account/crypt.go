package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Keys are the secrets of the package, 32 bytes each.
type Keys struct {
	Seal  []byte // Encrypts phone numbers (AES-256-GCM).
	Index []byte // Keys the blind index of phone numbers (HMAC-SHA256).
	Code  []byte // Keys the hashes of one-time codes and tokens.
}

const keyLen = 32

// sealedV1 marks AES-256-GCM with a random nonce, so that another way of
// sealing can follow without guessing.
const sealedV1 = "v1."

// encrypt seals plain for one column of one row. What is sealed for another
// row or column does not open here, so that rows cannot trade their secrets.
func (k Keys) encrypt(id, column, plain string) (string, error) {
	aead, err := k.aead()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	sealed := aead.Seal(nonce, nonce, []byte(plain), []byte(id+"|"+column))
	return sealedV1 + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// decrypt opens what encrypt sealed for the same row and column.
func (k Keys) decrypt(id, column, sealed string) (string, error) {
	aead, err := k.aead()
	if err != nil {
		return "", err
	}
	text, ok := strings.CutPrefix(sealed, sealedV1)
	if !ok {
		return "", errors.New("account: sealed in an unknown way")
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < aead.NonceSize() {
		return "", errors.New("account: what is sealed is damaged")
	}
	nonce, body := b[:aead.NonceSize()], b[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, body, []byte(id+"|"+column))
	if err != nil {
		return "", fmt.Errorf("account: open %s of %s: %w", column, id, err)
	}
	return string(plain), nil
}

func (k Keys) aead() (cipher.AEAD, error) {
	if len(k.Seal) != keyLen {
		return nil, errors.New("account: Keys.Seal is not 32 bytes")
	}
	block, err := aes.NewCipher(k.Seal)
	if err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	return cipher.NewGCM(block)
}

// index hashes what must be found again without being stored.
func (k Keys) index(label, value string) string { return mac(k.Index, label, value) }

// hash hashes what somebody will present again: a code or a token.
func (k Keys) hash(label string, values ...string) string { return mac(k.Code, label, values...) }

// mac returns HMAC-SHA256 over the label and the values, each with its length
// before it, so that no two lists of values are the same bytes. A key of
// another length is a mistake of set-up that would make the hashes guessable.
func mac(key []byte, label string, values ...string) string {
	if len(key) != keyLen {
		panic("account: a key of Keys is not 32 bytes")
	}
	h := hmac.New(sha256.New, key)
	netstring(h, label)
	for _, v := range values {
		netstring(h, v)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// netstring writes s with its length before it.
func netstring(w io.Writer, s string) { fmt.Fprintf(w, "%d:%s,", len(s), s) }

// equal compares hashes in constant time.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// newToken returns 256 random bits in 43 characters that are safe in a URL.
func newToken() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenLen is the length of what newToken returns; everything else is refused
// before the database is asked.
const tokenLen = 43
