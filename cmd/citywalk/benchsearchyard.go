package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"

	"citywalk/opinion"
)

// The yardsticks get the same documents as we do, folded as ours are: name,
// category, dishes, and the district with the stations near. Chinese is given
// to them in pairs of characters, which is the best that either can do without
// a dictionary, and the words of a question that only ask (near, with, open
// now) are taken out.

// yardText is a document as the yardsticks see it.
type yardText struct{ name, category, dishes, place string }

func yardTextOf(d *searchDoc) yardText {
	return yardText{d.Name, d.Category, strings.Join(d.Dishes, "\n"), strings.Join(append([]string{d.District}, d.stations...), "\n")}
}

// grams cuts a text into pairs of characters and words of letters; a character
// that stands alone is one too.
func grams(text string) []string {
	var all []string
	var run []rune
	var word strings.Builder
	flush := func() {
		switch len(run) {
		case 0:
		case 1:
			all = append(all, string(run))
		default:
			for i := range len(run) - 1 {
				all = append(all, string(run[i:i+2]))
			}
		}
		run = run[:0]
		if word.Len() > 0 {
			all = append(all, word.String())
			word.Reset()
		}
	}
	for _, r := range opinion.Fold(text) {
		switch {
		case r < 0x250 && (unicode.IsLetter(r) || unicode.IsNumber(r)):
			if len(run) > 0 {
				flush()
			}
			word.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if word.Len() > 0 {
				flush()
			}
			run = append(run, r)
		case r != '\'':
			flush()
		}
	}
	flush()
	return all
}

// asking are words of questions that no document answers.
var asking = strings.Fields(`附近的 附近 身边 旁边的 旁边 离我最近的 地铁站 有什么 现在还开门的 现在开门的 现在营业的 还开着的 营业中 我附近的 现在 人均 以内的 以内 以下的 以下 以上的 以上 元 的`)
var askingWords = strings.Fields(`near me open now in the at under food`)

// askedGrams is a question without what only asks, as grams.
func askedGrams(text string) []string {
	text = opinion.Fold(text)
	for _, w := range asking {
		text = strings.ReplaceAll(text, w, " ")
	}
	all := grams(text)
	kept := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return slices.Contains(askingWords, w) })
	if len(kept) == 0 {
		return all
	}
	return kept
}

// widening asks for all words first, and fills up with what has any of them.
func widening(words []string, limit int, ask func(all bool) ([]string, error)) ([]string, error) {
	if len(words) == 0 {
		return nil, nil
	}
	found, err := ask(true)
	if err != nil || len(words) == 1 || len(found) >= limit {
		return found, err
	}
	more, err := ask(false)
	for _, key := range more {
		if len(found) < limit && !slices.Contains(found, key) {
			found = append(found, key)
		}
	}
	return found, err
}

// newSQLiteFinders indexes the documents with FTS5: in pairs of characters, and
// with its own trigrams.
func newSQLiteFinders(ctx context.Context, path string, cities map[string]*searchCity) ([]finder, error) {
	conn, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return nil, err
	}
	conn.SetMaxOpenConns(1)
	tables := map[string]int{}
	for i, c := range searchCities {
		tables[c[0]] = i
		if err := fillFTS(ctx, conn, i, cities[c[0]]); err != nil {
			return nil, err
		}
	}
	pairs := func(ctx context.Context, q judgedQuery, limit int) ([]string, error) {
		words := askedGrams(q.Text)
		return widening(words, limit, func(all bool) ([]string, error) {
			return matchFTS(ctx, conn, fmt.Sprintf("pairs_%d", tables[q.City]), ftsQuery(words, all), limit)
		})
	}
	trigrams := func(ctx context.Context, q judgedQuery, limit int) ([]string, error) {
		text := opinion.Fold(q.Text)
		for _, w := range asking {
			text = strings.ReplaceAll(text, w, " ")
		}
		words := slices.DeleteFunc(strings.Fields(text), func(w string) bool { return len([]rune(w)) < 3 })
		return widening(words, limit, func(all bool) ([]string, error) {
			return matchFTS(ctx, conn, fmt.Sprintf("trigrams_%d", tables[q.City]), ftsQuery(words, all), limit)
		})
	}
	return []finder{{"FTS5, pairs", pairs}, {"FTS5, trigrams", trigrams}}, nil
}

// fillFTS makes a city's two tables.
func fillFTS(ctx context.Context, conn *sql.DB, n int, c *searchCity) error {
	for table, tokenizer := range map[string]string{fmt.Sprintf("pairs_%d", n): "unicode61", fmt.Sprintf("trigrams_%d", n): "trigram"} {
		if _, err := conn.ExecContext(ctx, `CREATE VIRTUAL TABLE `+table+` USING fts5(key UNINDEXED, name, category, dishes, place, tokenize='`+tokenizer+`')`); err != nil {
			return err
		}
		form := opinion.Fold
		if tokenizer == "unicode61" {
			form = func(s string) string { return strings.Join(grams(s), " ") }
		}
		for i := range c.docs {
			t := yardTextOf(&c.docs[i])
			if _, err := conn.ExecContext(ctx, `INSERT INTO `+table+` VALUES ($1, $2, $3, $4, $5)`,
				c.docs[i].key, form(t.name), form(t.category), form(t.dishes), form(t.place)); err != nil {
				return err
			}
		}
	}
	return nil
}

// ftsQuery quotes words for FTS5. One character stands for all pairs that begin
// with it.
func ftsQuery(words []string, all bool) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = `"` + strings.ReplaceAll(w, `"`, `""`) + `"`
		if r := []rune(w); len(r) == 1 {
			quoted[i] += "*"
		}
	}
	if all {
		return strings.Join(quoted, " AND ")
	}
	return strings.Join(quoted, " OR ")
}

// matchFTS asks FTS5, the name weighing most.
func matchFTS(ctx context.Context, conn *sql.DB, table, match string, limit int) ([]string, error) {
	if match == "" {
		return nil, nil
	}
	rows, err := conn.QueryContext(ctx, `SELECT key FROM `+table+` WHERE `+table+` MATCH $1 ORDER BY bm25(`+table+`, 0, 10, 6, 4, 3), rowid LIMIT $2`, match, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", match, err)
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, rows.Err()
}

// newPostgresFinders indexes the documents with PostgreSQL's full text, and
// with its trigrams beside where the extension is there.
func newPostgresFinders(ctx context.Context, url string, cities map[string]*searchCity) ([]finder, error) {
	url, err := searchDatabase(ctx, url)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `CREATE TABLE docs (city TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, words tsvector NOT NULL)`); err != nil {
		return nil, err
	}
	for name, c := range cities {
		for i := range c.docs {
			t := yardTextOf(&c.docs[i])
			form := func(s string) string { return strings.Join(grams(s), " ") }
			if _, err := conn.Exec(ctx, `INSERT INTO docs VALUES ($1, $2, $3,
				setweight(to_tsvector('simple', $4), 'A') || setweight(to_tsvector('simple', $5), 'B') ||
				setweight(to_tsvector('simple', $6), 'C') || setweight(to_tsvector('simple', $7), 'D'))`,
				name, c.docs[i].key, opinion.Fold(t.name), form(t.name), form(t.category), form(t.dishes), form(t.place)); err != nil {
				return nil, err
			}
		}
	}
	if _, err := conn.Exec(ctx, `CREATE INDEX ON docs USING gin (words)`); err != nil {
		return nil, err
	}
	words := func(ctx context.Context, q judgedQuery, limit int) ([]string, error) {
		words := askedGrams(q.Text)
		return widening(words, limit, func(all bool) ([]string, error) {
			return pgKeys(ctx, conn, `SELECT key FROM docs, to_tsquery('simple', $2) query WHERE city = $1 AND words @@ query
				ORDER BY ts_rank('{0.3, 0.4, 0.6, 1}', words, query, 1) DESC, key LIMIT $3`, q.City, tsQuery(words, all), limit)
		})
	}
	found := []finder{{"PostgreSQL, pairs", words}}
	if _, err := conn.Exec(ctx, `CREATE EXTENSION pg_trgm`); err != nil {
		return found, nil
	}
	likeness := func(ctx context.Context, q judgedQuery, limit int) ([]string, error) {
		words := askedGrams(q.Text)
		if len(words) == 0 {
			return nil, nil
		}
		return pgKeys(ctx, conn, `SELECT key FROM docs, to_tsquery('simple', $2) query
			WHERE city = $1 AND (words @@ query OR word_similarity($4, name) > 0.4)
			ORDER BY ts_rank('{0.3, 0.4, 0.6, 1}', words, query, 1) + word_similarity($4, name) DESC, key LIMIT $3`,
			q.City, tsQuery(words, false), limit, opinion.Fold(q.Text))
	}
	return append(found, finder{"PostgreSQL, with trigrams", likeness}), nil
}

// searchDatabase makes a database whose locale knows which Chinese characters
// are letters, without which trigrams leave them out.
func searchDatabase(ctx context.Context, url string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `CREATE DATABASE search TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`); err != nil {
		return "", err
	}
	return strings.Replace(url, "/postgres?", "/search?", 1), nil
}

// tsQuery quotes words for PostgreSQL.
func tsQuery(words []string, all bool) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + strings.ReplaceAll(strings.ReplaceAll(w, `\`, ``), "'", "''") + "'"
		if r := []rune(w); len(r) == 1 {
			quoted[i] += ":*"
		}
	}
	if all {
		return strings.Join(quoted, " & ")
	}
	return strings.Join(quoted, " | ")
}

func pgKeys(ctx context.Context, conn *pgx.Conn, query string, args ...any) ([]string, error) {
	rows, err := conn.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
