package account

import (
	"encoding/json"
	"fmt"
	"time"

	"citywalk/db"
)

// An Event is one row of the audit. Seq and Hash come when the row is sealed,
// seconds after its act.
type Event struct {
	Seq    int64
	ID     string
	At     time.Time
	Actor  ID     // Empty for the programme itself.
	Action string // "shop.set_terms".
	Object string // Id of what was acted on.
	Detail string // JSON without personal data.
	Hash   string // Over this row and the hash before.
}

// Audit writes an event within the transaction of the act it tells of. detail
// is stored as JSON; it carries ids and numbers, never names or phones.
func Audit(tx *db.Tx, actor ID, action, object string, detail any) error {
	e := Event{ID: tx.ID("aud"), At: tx.Now(), Actor: actor, Action: action, Object: object}
	if detail != nil {
		b, err := json.Marshal(detail)
		if err != nil {
			return fmt.Errorf("account: audit %s: %w", action, err)
		}
		e.Detail = string(b)
	}
	if err := addEvent(tx, e); err != nil {
		return fmt.Errorf("account: audit %s: %w", action, err)
	}
	return nil
}

// auditsMax bounds one page of events.
const auditsMax = 1000

// Audits lists events, newest first, before a sequence number (0: from the
// newest, with those that are not sealed yet), about an object ("" for all).
func Audits(tx *db.Tx, object string, before int64, limit int) ([]Event, error) {
	limit = max(1, min(limit, auditsMax))
	var all []Event
	if before == 0 {
		fresh, err := unsealedEvents(tx, object, limit)
		if err != nil {
			return nil, fmt.Errorf("account: list audit: %w", err)
		}
		all = fresh
	}
	if len(all) < limit {
		sealed, err := sealedEvents(tx, object, before, limit-len(all))
		if err != nil {
			return nil, fmt.Errorf("account: list audit: %w", err)
		}
		all = append(all, sealed...)
	}
	return all, nil
}
