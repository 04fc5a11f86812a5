package community

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/once"
)

// Refusals of texts.
var (
	ErrText = fault.New(fault.Invalid, "community.text", fault.Member,
		"内容里有看不见的控制字符，请重新输入。", "The text holds invisible control characters. Type it again.")
	ErrNoText = fault.New(fault.Invalid, "community.no_text", fault.Member,
		"写几个字再发布。", "Write a few words first.")
	ErrLong = fault.New(fault.Invalid, "community.long", fault.Member,
		"太长了，最多 {max} 个字。", "This is too long; at most {max} characters.")
	ErrComment = fault.New(fault.NotFound, "community.comment", fault.Member,
		"没有找到这条评论，可能已经删掉了。", "There is no such comment; it may have been deleted.")
)

// Characters of what is written below notes.
const (
	CommentMax = 500
	AnswerMax  = 1_000
	WordsMax   = 500 // Of a report, a reason or an appeal.
	NameMax    = 16
)

// A CommentID names a comment: "com_...".
type CommentID string

// A Comment is what a member wrote below a note.
type Comment struct {
	ID     CommentID
	Note   curate.NoteID
	Name   string // Its author's chosen name, or "".
	Mark   string
	Text   string
	At     time.Time
	Mine   bool
	Author bool // It is by who wrote the note.
	Hidden bool
}

// body trims a text of several lines and refuses what could not be kept or
// would deceive a reader. Emoji and what joins them pass.
func body(field, s string, most int) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	unlined := strings.NewReplacer("\n", "", "\t", "").Replace(s)
	switch {
	case !utf8.ValidString(s), strings.ContainsFunc(unlined, deceives):
		return "", ErrText.In(field)
	case s == "":
		return "", ErrNoText.In(field)
	case utf8.RuneCountInString(s) > most:
		return "", ErrLong.With("max", most).In(field)
	}
	return s, nil
}

// Comment writes below a note, under an idempotency key.
func (s *Service) Comment(ctx context.Context, who account.Session, id curate.NoteID, text, key string) (CommentID, error) {
	if err := member(who); err != nil {
		return "", err
	}
	text, err := body("text", text, CommentMax)
	if err != nil {
		return "", err
	}
	k := once.Key{Principal: string(who.Person), Route: "community.comment", Key: key, Fingerprint: once.Print(id, text)}
	made, _, err := once.Do(ctx, s.DB, k, func(tx *db.Tx) (CommentID, error) {
		if _, err := seen(tx, id); err != nil {
			return "", err
		}
		if err := commentsMost.holds(tx, who.Person, commentsSince); err != nil {
			return "", err
		}
		fresh := CommentID(tx.ID("com"))
		if _, err := tx.Exec(`
			INSERT INTO community_comments (id, note, person, text, at) VALUES ($1, $2, $3, $4, $5)`,
			fresh, id, who.Person, text, tx.Now()); err != nil {
			return "", wrap("insert a comment", err)
		}
		if err := addCounts(tx, id, 0, 1); err != nil {
			return "", err
		}
		return fresh, account.Audit(tx, who.Person, "community.comment", string(id), map[string]any{"comment": fresh})
	})
	return made, err
}

// Uncomment deletes one's own comment.
func (s *Service) Uncomment(ctx context.Context, who account.Session, id CommentID) (at curate.NoteID, err error) {
	err = s.act(ctx, who, func(tx *db.Tx) error {
		at, err = db.One[curate.NoteID](tx, `SELECT note FROM community_comments WHERE id = $1 AND person = $2`, id, who.Person)
		if errors.Is(err, db.ErrNone) {
			return ErrComment
		} else if err != nil {
			return wrap("find a comment", err)
		}
		n, err := tx.Exec(`DELETE FROM community_comments WHERE id = $1`, id)
		if err != nil || n == 0 {
			return wrap("delete a comment", err)
		}
		if err := addCounts(tx, at, 0, -1); err != nil {
			return err
		}
		if err := endCase(tx, string(id)); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "community.uncomment", string(at), map[string]any{"comment": id})
	})
	return at, err
}

// Comments returns what is written below a note, oldest first, from a place
// on: those that are hidden only to their authors.
func (s *Service) Comments(ctx context.Context, who account.Session, id curate.NoteID, after string, limit int) (all []Comment, next string, err error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	if after == "" {
		from = cursor{}
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		rows, err := commentsOn(tx, who.Person, id, from, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = cursor{written: rows[limit-1].At.UnixMilli(), id: string(rows[limit-1].ID)}.String()
		}
		for _, r := range rows {
			r.Comment.Mine = who.Person != "" && r.Person == who.Person
			r.Comment.Mark = mark(string(s.Curate.Member(r.Person)))
			all = append(all, r.Comment)
		}
		return nil
	})
	return all, next, err
}

// A commentRow is a comment with whose it is.
type commentRow struct {
	Comment
	Person account.ID
}

func commentsOn(tx *db.Tx, who account.ID, id curate.NoteID, from cursor, limit int) ([]commentRow, error) {
	rows, err := db.All[commentRow](tx, `
		SELECT c.id AS id, c.note AS note, c.text AS text, c.at AS at, c.person AS person, COALESCE(p.name, '') AS name,
			CASE WHEN c.person = m.person THEN 1 ELSE 0 END AS author,
			CASE WHEN x.state IN ('hidden', 'appealed', 'final') THEN 1 ELSE 0 END AS hidden
		FROM community_comments c
			LEFT JOIN community_names p ON p.person = c.person
			LEFT JOIN community_notes m ON m.note = c.note
			LEFT JOIN community_cases x ON x.thing = c.id
		WHERE c.note = $1 AND (c.at, c.id) > (CAST($2 AS BIGINT), CAST($3 AS TEXT))
			AND (x.state IS NULL OR x.state NOT IN ('hidden', 'appealed', 'final') OR c.person = $4)
		ORDER BY c.at, c.id LIMIT CAST($5 AS BIGINT)`, id, from.written, from.id, who, limit)
	return rows, wrap("comments on a note", err)
}
