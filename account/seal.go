package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"citywalk/db"
)

// The audit is chained after the fact. A row that took the hash of the row
// before it within its act would make every act of the programme wait for
// every other; here acts only insert, and share no row. Seal runs every few
// seconds, gives each new row its number and hash, and touches nothing that an
// act touches. What that costs: a row that is cut out in the seconds before it
// is sealed leaves no gap.
//
// The hash of row n is SHA-256 over its number, its columns and the hash of
// row n-1, each with its length before it. Anybody can compute it, so whoever
// can write the database could rewrite the chain from some row to its end, or
// cut its end off. Both are found by an Anchor that was kept elsewhere.

// sealBatch bounds how many rows one transaction seals.
const sealBatch = 500

// errRaced says that another node sealed the same rows.
var errRaced = errors.New("account: sealed elsewhere")

// Seal chains what was written since the last time and returns how many rows.
// It may run anywhere at any time: of two at once, one seals.
func Seal(ctx context.Context, d *db.DB) (int, error) {
	for total := 0; ; {
		n, err := sealSome(ctx, d)
		total += n
		if err != nil {
			return total, fmt.Errorf("account: seal audit: %w", err)
		}
		if n < sealBatch {
			return total, nil
		}
	}
}

// sealSome seals one batch. It looks for the rows outside of the transaction
// that writes, so that on PostgreSQL no act ever conflicts with that look;
// each row has one place in the chain by its unique key.
func sealSome(ctx context.Context, d *db.DB) (int, error) {
	rows, err := view(ctx, d, func(tx *db.Tx) ([]Event, error) { return waitingEvents(tx, sealBatch) })
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	err = d.Update(ctx, func(tx *db.Tx) error {
		last, err := Head(tx)
		if err != nil {
			return err
		}
		for _, e := range rows {
			last = last.next(e)
			if err := addSeal(tx, last, e.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errRaced) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	return len(rows), nil
}

// An Anchor is a place in the chain: the number and hash of a row. Kept
// outside of the database, it proves the chain up to there.
type Anchor struct {
	Seq  int64
	Hash string
}

// next is the place of the event that follows.
func (a Anchor) next(e Event) Anchor {
	h, seq := sha256.New(), a.Seq+1
	for _, s := range []string{
		strconv.FormatInt(seq, 10), e.ID, strconv.FormatInt(e.At.UnixMilli(), 10),
		string(e.Actor), e.Action, e.Object, e.Detail, a.Hash,
	} {
		netstring(h, s)
	}
	return Anchor{seq, hex.EncodeToString(h.Sum(nil))}
}

// String returns "1234:9f86d0...", which ParseAnchor reads.
func (a Anchor) String() string { return strconv.FormatInt(a.Seq, 10) + ":" + a.Hash }

// ParseAnchor reads what String wrote.
func ParseAnchor(s string) (Anchor, error) {
	n, hash, ok := strings.Cut(s, ":")
	seq, err := strconv.ParseInt(n, 10, 64)
	if !ok || err != nil || seq < 1 || len(hash) != 2*sha256.Size {
		return Anchor{}, errors.New("account: an anchor is a number, a colon and 64 hexadecimal digits")
	}
	return Anchor{seq, hash}, nil
}

// Head returns the newest place in the chain; the zero Anchor if there is none.
func Head(tx *db.Tx) (Anchor, error) {
	a, err := head(tx)
	if errors.Is(err, db.ErrNone) {
		return Anchor{}, nil
	}
	return a, err
}

// A Proof is what a walk over the chain found.
type Proof struct {
	Good    int64  // Rows that hold, from the first on.
	Bad     int64  // Number of the first that does not; 0 if all do.
	Why     string // What is wrong with it.
	Waiting int64  // Rows that are not sealed yet.
	Head    Anchor // Last row that holds; keep it elsewhere.
}

// VerifyAudit walks the chain and returns how many rows hold and, if one does
// not, the first bad one's number. It writes nothing.
func VerifyAudit(ctx context.Context, d *db.DB) (good int64, bad int64, err error) {
	p, err := ProveAudit(ctx, d, Anchor{})
	return p.Good, p.Bad, err
}

// ProveAudit is VerifyAudit that tells more and also finds a cut or rewritten
// end, through an anchor that was kept elsewhere; the zero Anchor is none.
func ProveAudit(ctx context.Context, d *db.DB, kept Anchor) (Proof, error) {
	p, err := view(ctx, d, func(tx *db.Tx) (Proof, error) {
		p, err := walk(tx, kept)
		if err != nil || p.Bad != 0 {
			return p, err
		}
		var lost int64
		if p.Waiting, lost, err = countUnsealed(tx); err != nil {
			return p, err
		}
		switch {
		case p.Good < kept.Seq:
			p.Bad, p.Why = p.Good+1, "the end of the chain is cut off before the anchor"
		case lost > 0:
			p.Bad, p.Why = p.Good+1, fmt.Sprintf("%d rows lost their place in the chain", lost)
		}
		return p, nil
	})
	if err != nil {
		return Proof{}, fmt.Errorf("account: prove audit: %w", err)
	}
	return p, nil
}

// errBad ends a walk at the first row that does not hold.
var errBad = errors.New("account: bad row")

func walk(tx *db.Tx, kept Anchor) (p Proof, err error) {
	err = eachSeal(tx, func(r Event) error {
		want := p.Head.next(r)
		switch {
		case r.Seq != want.Seq:
			p.Why = "the seal is missing"
		case r.ID == "":
			p.Why = "the row is missing"
		case r.Hash != want.Hash:
			p.Why = "the row is not what was sealed"
		case r.Seq == kept.Seq && r.Hash != kept.Hash:
			p.Why = "the chain was rewritten up to the anchor"
		default:
			p.Head, p.Good = want, want.Seq
			return nil
		}
		p.Bad = want.Seq
		return errBad
	})
	if errors.Is(err, errBad) {
		err = nil
	}
	return p, err
}
