package db

import (
	"encoding/binary"
	"strings"
	"time"
)

// FirstID returns the least id that Tx.ID could make with the prefix at the
// time: ids of things made since then are not below it.
func FirstID(prefix string, at time.Time) string {
	var b [16]byte
	ms := uint64(at.UnixMilli())
	binary.BigEndian.PutUint16(b[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(ms))
	return prefix + "_" + strings.ToLower(ids.EncodeToString(b[:]))
}
