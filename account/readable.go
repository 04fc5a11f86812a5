package account

import (
	"context"
	"fmt"

	"citywalk/db"
)

// phoneColumn is what people's phone numbers are sealed for.
const phoneColumn = "account_people.phone"

// A sealedPhone is a person's number as it is kept.
type sealedPhone struct {
	ID         ID
	Phone      string
	PhoneIndex string
}

// Readable opens the phone numbers of up to limit people, the newest first,
// looks whether each would be found again, and returns how many it opened;
// none is kept. It fails at the first that the keys do not open, which is how
// a drill knows that keys and data belong together.
func (s *Service) Readable(ctx context.Context, limit int) (n int, err error) {
	some, err := view(ctx, s.DB, func(tx *db.Tx) ([]sealedPhone, error) { return sealedPhones(tx, limit) })
	if err != nil {
		return 0, fmt.Errorf("account: read phone numbers: %w", err)
	}
	for _, p := range some {
		digits, err := s.Keys.decrypt(string(p.ID), phoneColumn, p.Phone)
		if err != nil {
			return n, err
		}
		if !equal(s.Keys.index("phone", digits), p.PhoneIndex) {
			return n, fmt.Errorf("account: the number of %s opens and would not be found", p.ID)
		}
		n++
	}
	return n, nil
}
