package account

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/jobs"
)

const (
	codeLife   = 5 * time.Minute
	codeTries  = 5
	codeDigits = 6
)

// A challenge is a code that was sent to a number.
type challenge struct {
	ID         string
	Phone      string // Sealed.
	PhoneIndex string
	Code       string // Hash.
	State      string // "open", "met" or "dead"; see the package comment.
	Tries      int
	Expires    time.Time
	Held       bool // Only for a number that signed in before; see brake.go.
}

// live reports whether a code may still be tried.
func (c challenge) live(now time.Time) bool {
	return c.State == "open" && c.Tries < codeTries && now.Before(c.Expires)
}

// An Asked is what who asked for a code is told.
type Asked struct {
	Challenge string
	Notice    *fault.Error // Why the code may not come; nil if it will.
}

// Challenge sends a code to the number. The answer does not tell whether the
// number is known. A challenge that the number had open before is dead from
// then on. The code is sent by a job, after the commit (SendKind).
func (s *Service) Challenge(ctx context.Context, phone string, c Client) (Asked, error) {
	p, err := ParsePhone(phone)
	if err != nil {
		return Asked{}, err
	}
	return update(ctx, s.DB, func(tx *db.Tx) (asked Asked, err error) {
		if err := s.spend(tx, p, c); err != nil {
			return asked, err
		}
		brake, held, err := brakeOf(tx, BrakeUnmet)
		if err != nil {
			return asked, err
		}
		if held {
			asked.Notice = brake.notice(tx.Now())
		}
		asked.Challenge, err = s.challenge(tx, p, held)
		return asked, err
	})
}

func (s *Service) challenge(tx *db.Tx, p Phone, held bool) (string, error) {
	code, err := newCode()
	if err != nil {
		return "", err
	}
	ch := challenge{ID: tx.ID("cha"), PhoneIndex: s.phoneIndex(p), State: "open", Expires: tx.Now().Add(codeLife), Held: held}
	ch.Code = s.Keys.hash("code", ch.ID, code)
	if ch.Phone, err = s.Keys.encrypt(ch.ID, "account_challenges.phone", p.Digits()); err != nil {
		return "", err
	}
	sealed, err := s.Keys.encrypt(ch.ID, "account.send", code)
	if err != nil {
		return "", err
	}
	if err := killChallenges(tx, ch.PhoneIndex); err != nil {
		return "", err
	}
	if err := addChallenge(tx, ch); err != nil {
		return "", err
	}
	return ch.ID, jobs.Enqueue(tx, SendKind, ch.ID, time.Time{}, sending{ch.ID, sealed})
}

// phoneIndex is the blind index by which a number is found.
func (s *Service) phoneIndex(p Phone) string { return s.Keys.index("phone", p.Digits()) }

// newCode returns six random digits.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("account: draw a code: %w", err)
	}
	return fmt.Sprintf("%0*d", codeDigits, n), nil
}

// foldCode reads a code as people type it: full-width digits, spaces, dashes.
func foldCode(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune(phoneGaps, r):
			return -1
		}
		return r
	}, s)
}

// SendKind is the kind of the job that sends a code; SendJob is its handler.
const SendKind = "account.send"

// sending is the body of the job. The code in it is sealed; the number stays
// with the challenge.
type sending struct {
	Challenge string `json:"challenge"`
	Code      string `json:"code"`
}

// SendJob hands a code to the Sender. It may run more than once; a code that
// can no longer be used is not sent, nor is one that is held to a number that
// never signed in.
func (s *Service) SendJob(ctx context.Context, j jobs.Job) error {
	var body sending
	if err := json.Unmarshal(j.Body, &body); err != nil {
		return fmt.Errorf("account: read job: %w", err)
	}
	live := false
	ch, err := view(ctx, s.DB, func(tx *db.Tx) (challenge, error) {
		ch, err := findChallenge(tx, body.Challenge)
		live = err == nil && ch.live(tx.Now())
		if live && ch.Held {
			_, err = findByIndex(tx, ch.PhoneIndex) // ErrNone ends it as a challenge that is gone does.
		}
		return ch, err
	})
	if errors.Is(err, db.ErrNone) || err == nil && !live {
		return nil
	} else if err != nil {
		return fmt.Errorf("account: find challenge: %w", err)
	}
	phone, err := s.Keys.decrypt(ch.ID, "account_challenges.phone", ch.Phone)
	if err != nil {
		return err
	}
	code, err := s.Keys.decrypt(ch.ID, "account.send", body.Code)
	if err != nil {
		return err
	}
	if err := s.Sender.Send(ctx, phone, code); err != nil {
		return sendError(err, Phone(phone), code)
	}
	return nil
}

// sendError is what the job remembers of a failed sending. What a sender says
// may quote the message, and jobs keep their last error in the database.
func sendError(err error, p Phone, code string) error {
	said := strings.NewReplacer(p.Digits(), p.Mask(), code, "******").Replace(err.Error())
	return errors.New("account: send code: " + said)
}
