-- +goose Up
-- Notes as their authors wrote them. Who wrote one is a keyed hash.
CREATE TABLE curate_notes (
	id        TEXT   NOT NULL PRIMARY KEY,
	source    TEXT   NOT NULL,
	source_id TEXT   NOT NULL,
	city      TEXT   NOT NULL,
	shop      TEXT   NOT NULL DEFAULT '', -- empty while nobody knows which it is
	author    TEXT   NOT NULL CHECK (LENGTH(author) = 32),
	written   BIGINT NOT NULL,
	stars     BIGINT NOT NULL DEFAULT 0 CHECK (stars BETWEEN 0 AND 50), -- tenths; 0 is none
	rating    BIGINT NOT NULL CHECK (rating BETWEEN 100 AND 500), -- hundredths: the stars, or what the text says
	likes     BIGINT NOT NULL DEFAULT -1 CHECK (likes >= -1), -- -1 is unknown
	followers BIGINT NOT NULL DEFAULT -1 CHECK (followers >= -1), -- of the author when it was written
	joined    BIGINT NOT NULL DEFAULT 0, -- when the author's account was made; 0 is unknown
	subs      TEXT   NOT NULL DEFAULT '', -- JSON list of six: the author's own marks in tenths; 0 is none
	said      TEXT   NOT NULL DEFAULT '', -- the same, of what the text says
	text      TEXT   NOT NULL,
	likeness  BIGINT NOT NULL DEFAULT 0, -- SimHash of the text
	visit     TEXT   NOT NULL DEFAULT '', -- the redemption that proves the visit
	state     TEXT   NOT NULL CHECK (state IN ('linked', 'waiting', 'set_aside')),
	taken     BIGINT NOT NULL, -- when it came in, changed, or was given its shop
	UNIQUE (source, source_id),
	CHECK ((state = 'linked') = (shop <> ''))
);
CREATE INDEX curate_notes_shop ON curate_notes (shop, written, id);
CREATE INDEX curate_notes_city ON curate_notes (city, shop, id);
CREATE INDEX curate_notes_waiting ON curate_notes (city, id) WHERE state = 'waiting';

-- What a note that waits might speak of, best first.
CREATE TABLE curate_guesses (
	note TEXT   NOT NULL PRIMARY KEY REFERENCES curate_notes (id),
	body TEXT   NOT NULL, -- JSON list of shops with probability and reasons
	at   BIGINT NOT NULL
);

CREATE TABLE curate_comments (
	id        TEXT   NOT NULL PRIMARY KEY,
	note      TEXT   NOT NULL REFERENCES curate_notes (id),
	source    TEXT   NOT NULL,
	source_id TEXT   NOT NULL,
	author    TEXT   NOT NULL CHECK (LENGTH(author) = 32),
	written   BIGINT NOT NULL,
	text      TEXT   NOT NULL,
	taken     BIGINT NOT NULL,
	UNIQUE (source, source_id)
);
CREATE INDEX curate_comments_note ON curate_comments (note, written, id);

-- Other names of a shop by which notes call it.
CREATE TABLE curate_aliases (
	shop TEXT   NOT NULL REFERENCES shop_shops (id),
	name TEXT   NOT NULL,
	by_person TEXT NOT NULL DEFAULT '',
	at   BIGINT NOT NULL,
	PRIMARY KEY (shop, name)
);

-- What the last fit of a city learnt, and what a note that comes now needs.
CREATE TABLE curate_models (
	city   TEXT   NOT NULL PRIMARY KEY,
	body   TEXT   NOT NULL, -- JSON
	bar    BIGINT NOT NULL, -- thousandths
	notes  BIGINT NOT NULL,
	shops  BIGINT NOT NULL,
	reader TEXT   NOT NULL, -- which text model read the notes
	fitted BIGINT NOT NULL
);

CREATE TABLE curate_authors (
	city   TEXT NOT NULL,
	author TEXT NOT NULL,
	body   TEXT NOT NULL, -- JSON
	PRIMARY KEY (city, author)
);

-- The score of each shop that has notes.
CREATE TABLE curate_scores (
	shop      TEXT   NOT NULL PRIMARY KEY REFERENCES shop_shops (id),
	city      TEXT   NOT NULL,
	mean      BIGINT NOT NULL, -- thousandths, as the next four
	lo        BIGINT NOT NULL,
	hi        BIGINT NOT NULL,
	sd        BIGINT NOT NULL,
	place     BIGINT NOT NULL, -- what the list is ordered by
	above     BIGINT NOT NULL CHECK (above BETWEEN 0 AND 1000000), -- probability that it is above the bar, in millionths
	notes     BIGINT NOT NULL,
	effective BIGINT NOT NULL, -- tenths of a note
	recent    BIGINT NOT NULL, -- notes of the last year: how much the shop is talked of
	body      TEXT   NOT NULL, -- JSON: aspects, reasons, bursts, what was found about each note
	scored    BIGINT NOT NULL
);
CREATE INDEX curate_scores_city ON curate_scores (city, place, shop);

-- The queue of a city, most worth a reviewer's hour first.
CREATE TABLE curate_candidates (
	shop     TEXT   NOT NULL PRIMARY KEY REFERENCES shop_shops (id),
	city     TEXT   NOT NULL,
	place    BIGINT NOT NULL CHECK (place > 0),
	why      TEXT   NOT NULL CHECK (why IN ('fallen', 'expired', 'appealed', 'worth')),
	worth    BIGINT NOT NULL, -- millionths
	at       BIGINT NOT NULL
);
CREATE INDEX curate_candidates_city ON curate_candidates (city, place);

-- What reviewers say of single notes. It is about the note and never shown.
CREATE TABLE curate_labels (
	note     TEXT   NOT NULL REFERENCES curate_notes (id),
	reviewer TEXT   NOT NULL REFERENCES account_people (id),
	bought   BIGINT NOT NULL CHECK (bought IN (0, 1)),
	at       BIGINT NOT NULL,
	PRIMARY KEY (note, reviewer)
);

-- Visits of reviewers.
CREATE TABLE curate_visits (
	id       TEXT   NOT NULL PRIMARY KEY,
	shop     TEXT   NOT NULL REFERENCES shop_shops (id),
	reviewer TEXT   NOT NULL REFERENCES account_people (id),
	key      TEXT   NOT NULL, -- the phone's own number of the visit
	visited  BIGINT NOT NULL, -- by the phone's clock, held to the server's
	value    BIGINT NOT NULL CHECK (value BETWEEN 0 AND 50), -- tenths; 0 is no mark
	body     TEXT   NOT NULL, -- JSON: checklist, price and terms seen, remark
	lat      DOUBLE PRECISION NOT NULL DEFAULT 0,
	lng      DOUBLE PRECISION NOT NULL DEFAULT 0,
	located  BIGINT NOT NULL DEFAULT 0 CHECK (located IN (0, 1)), -- whether the reviewer gave the position
	at       BIGINT NOT NULL,
	UNIQUE (reviewer, key)
);
CREATE INDEX curate_visits_shop ON curate_visits (shop, visited);

CREATE TABLE curate_photos (
	id     TEXT   NOT NULL PRIMARY KEY,
	shop   TEXT   NOT NULL REFERENCES shop_shops (id),
	visit  TEXT   NOT NULL REFERENCES curate_visits (id),
	key    TEXT   NOT NULL, -- the phone's own number of the picture
	width  BIGINT NOT NULL,
	height BIGINT NOT NULL,
	data   TEXT   NOT NULL, -- JPEG in base64
	thumb  TEXT   NOT NULL,
	at     BIGINT NOT NULL,
	UNIQUE (visit, key)
);
CREATE INDEX curate_photos_shop ON curate_photos (shop, id);

-- Where each shop stands, and every decision that brought it there.
CREATE TABLE curate_dossiers (
	shop     TEXT   NOT NULL PRIMARY KEY REFERENCES shop_shops (id),
	city     TEXT   NOT NULL,
	state    TEXT   NOT NULL CHECK (state IN ('watched', 'included', 'excluded')),
	decision TEXT   NOT NULL,
	decided  BIGINT NOT NULL,
	expires  BIGINT NOT NULL,
	alarm    TEXT   NOT NULL DEFAULT '' CHECK (alarm IN ('', 'expired', 'fallen')),
	alarmed  BIGINT NOT NULL DEFAULT 0,
	CHECK ((alarm = '') = (alarmed = 0))
);
CREATE INDEX curate_dossiers_city ON curate_dossiers (city, state, shop);
CREATE INDEX curate_dossiers_alarm ON curate_dossiers (city, alarm, shop);

CREATE TABLE curate_decisions (
	id        TEXT   NOT NULL PRIMARY KEY,
	shop      TEXT   NOT NULL REFERENCES shop_shops (id),
	verdict   TEXT   NOT NULL CHECK (verdict IN ('watched', 'included', 'excluded')),
	state     TEXT   NOT NULL CHECK (state IN ('proposed', 'standing', 'past', 'rejected')),
	reason    TEXT   NOT NULL, -- public
	remark    TEXT   NOT NULL DEFAULT '', -- for colleagues
	tie       TEXT   NOT NULL DEFAULT '', -- the reviewer's own conflict of interest; empty is none
	reviewer  TEXT   NOT NULL REFERENCES account_people (id),
	second    TEXT   NOT NULL DEFAULT '', -- who confirmed or rejected it
	appeal    TEXT   NOT NULL DEFAULT '', -- the appeal that it answers
	rules     TEXT   NOT NULL, -- version of the rules it was taken under
	body      TEXT   NOT NULL, -- JSON: what the decision rests on, as it was
	at        BIGINT NOT NULL,
	settled   BIGINT NOT NULL DEFAULT 0, -- when it was confirmed or rejected
	expires   BIGINT NOT NULL,
	CHECK (second = '' OR second <> reviewer),
	CHECK (state <> 'rejected' OR second <> '')
);
CREATE INDEX curate_decisions_shop ON curate_decisions (shop, id);
CREATE UNIQUE INDEX curate_decisions_standing ON curate_decisions (shop) WHERE state = 'standing';
CREATE UNIQUE INDEX curate_decisions_proposed ON curate_decisions (shop) WHERE state = 'proposed';

CREATE TABLE curate_appeals (
	id       TEXT   NOT NULL PRIMARY KEY,
	shop     TEXT   NOT NULL REFERENCES shop_shops (id),
	decision TEXT   NOT NULL REFERENCES curate_decisions (id),
	person   TEXT   NOT NULL REFERENCES account_people (id),
	text     TEXT   NOT NULL,
	state    TEXT   NOT NULL CHECK (state IN ('open', 'upheld', 'overturned')),
	answer   TEXT   NOT NULL DEFAULT '',
	judge    TEXT   NOT NULL DEFAULT '',
	at       BIGINT NOT NULL,
	answered BIGINT NOT NULL DEFAULT 0,
	CHECK ((state = 'open') = (judge = ''))
);
CREATE INDEX curate_appeals_shop ON curate_appeals (shop, id);
CREATE UNIQUE INDEX curate_appeals_once ON curate_appeals (decision);

-- +goose Down
DROP TABLE curate_appeals;
DROP TABLE curate_decisions;
DROP TABLE curate_dossiers;
DROP TABLE curate_photos;
DROP TABLE curate_visits;
DROP TABLE curate_labels;
DROP TABLE curate_candidates;
DROP TABLE curate_scores;
DROP TABLE curate_authors;
DROP TABLE curate_models;
DROP TABLE curate_aliases;
DROP TABLE curate_comments;
DROP TABLE curate_guesses;
DROP TABLE curate_notes;
