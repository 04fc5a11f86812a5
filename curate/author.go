package curate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"citywalk/account"
)

// An Author is the keyed hash of who wrote something: 32 hexadecimal digits.
// Without the key nobody can tell whose it is, nor try names out.
type Author string

// author hashes an author's name or id at a source. The same name at another
// source is another author, because nobody knows better.
func (s *Service) author(source, name string) Author {
	return Author(s.keyed("author\x00" + source + "\x00" + name))
}

func (s *Service) keyed(what string) string {
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte("curate." + what))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// MemberSource names the notes that members write here.
const MemberSource = "member"

// Member is the author that a member is.
func (s *Service) Member(who account.ID) Author { return s.author(MemberSource, string(who)) }
