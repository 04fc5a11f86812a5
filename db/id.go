package db

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
	"time"
)

// RandomID returns a new id that does not sort by time. It is for rows that
// many transactions add and look up at the same moment: to PostgreSQL, looking
// one up is reading a page of an index, which is in conflict with every other
// transaction that adds to the page, and ids in the order of time share one.
func RandomID(prefix string) string { return prefix + "_" + strings.ToLower(rand.Text()) }

// FirstID returns the least id that Tx.ID could make with the prefix at the
// time: ids of things made since then are not below it.
func FirstID(prefix string, at time.Time) string {
	var b [16]byte
	ms := uint64(at.UnixMilli())
	binary.BigEndian.PutUint16(b[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(ms))
	return prefix + "_" + strings.ToLower(ids.EncodeToString(b[:]))
}
