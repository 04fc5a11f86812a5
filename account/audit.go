package account

import (
	"context"
	"time"

	"citywalk/db"
)

// An Event is one row of the audit.
type Event struct {
	Seq    int64
	At     time.Time
	Actor  ID     // Empty for the programme itself.
	Action string // "shop.set_terms".
	Object string // Id of what was acted on.
	Detail string // JSON without personal data.
	Hash   string // Over this row and the hash before.
}

// Audit writes an event within the transaction of the act it tells of. detail
// is stored as JSON; it carries ids and numbers, never names or phones.
func Audit(tx *db.Tx, actor ID, action, object string, detail any) error { panic("not built") }

// Audits lists events, newest first, before a sequence number (0: from the
// newest), about an object ("" for all).
func Audits(tx *db.Tx, object string, before int64, limit int) ([]Event, error) { panic("not built") }

// VerifyAudit walks the chain and returns how many rows hold and, if one does
// not, the first bad one's number.
func VerifyAudit(ctx context.Context, d *db.DB) (good int64, bad int64, err error) {
	panic("not built")
}
