-- +goose Up
-- Whose a note is that a member wrote here, and what it says beyond its text.
-- The text and the stars are curate's.
CREATE TABLE community_notes (
	note       TEXT   NOT NULL PRIMARY KEY REFERENCES curate_notes (id),
	person     TEXT   NOT NULL REFERENCES account_people (id),
	shop       TEXT   NOT NULL REFERENCES shop_shops (id),
	redemption TEXT   NOT NULL DEFAULT '', -- the visit it tells of, if its author named one
	dishes     TEXT   NOT NULL DEFAULT '', -- JSON list of texts
	at         BIGINT NOT NULL
);
CREATE INDEX community_notes_person ON community_notes (person, at, note);
-- One visit is told of once.
CREATE UNIQUE INDEX community_notes_redemption ON community_notes (redemption) WHERE redemption <> '';

CREATE TABLE community_photos (
	id     TEXT   NOT NULL PRIMARY KEY,
	note   TEXT   NOT NULL REFERENCES community_notes (note),
	slot   BIGINT NOT NULL CHECK (slot BETWEEN 1 AND 9), -- its place; the tenth has none
	key    TEXT   NOT NULL, -- the sender's own number of the picture
	hash   TEXT   NOT NULL, -- of the content
	width  BIGINT NOT NULL,
	height BIGINT NOT NULL,
	data   TEXT   NOT NULL, -- JPEG in base64
	thumb  TEXT   NOT NULL,
	at     BIGINT NOT NULL,
	UNIQUE (note, slot),
	UNIQUE (note, key)
);

CREATE TABLE community_likes (
	note   TEXT   NOT NULL REFERENCES curate_notes (id),
	person TEXT   NOT NULL REFERENCES account_people (id),
	at     BIGINT NOT NULL,
	PRIMARY KEY (note, person)
);
CREATE INDEX community_likes_person ON community_likes (person, at);

CREATE TABLE community_comments (
	id     TEXT   NOT NULL PRIMARY KEY,
	note   TEXT   NOT NULL REFERENCES curate_notes (id),
	person TEXT   NOT NULL REFERENCES account_people (id),
	text   TEXT   NOT NULL,
	at     BIGINT NOT NULL
);
CREATE INDEX community_comments_note ON community_comments (note, at, id);
CREATE INDEX community_comments_person ON community_comments (person, at);

-- How many likes and comments a note has, so that a list need not count them.
CREATE TABLE community_counts (
	note     TEXT   NOT NULL PRIMARY KEY REFERENCES curate_notes (id),
	likes    BIGINT NOT NULL DEFAULT 0 CHECK (likes >= 0),
	comments BIGINT NOT NULL DEFAULT 0 CHECK (comments >= 0)
);

CREATE TABLE community_saved_notes (
	note   TEXT   NOT NULL REFERENCES curate_notes (id),
	person TEXT   NOT NULL REFERENCES account_people (id),
	at     BIGINT NOT NULL,
	PRIMARY KEY (note, person)
);
CREATE INDEX community_saved_notes_person ON community_saved_notes (person, at, note);

CREATE TABLE community_saved_shops (
	shop   TEXT   NOT NULL REFERENCES shop_shops (id),
	person TEXT   NOT NULL REFERENCES account_people (id),
	at     BIGINT NOT NULL,
	PRIMARY KEY (shop, person)
);
CREATE INDEX community_saved_shops_person ON community_saved_shops (person, at, shop);

CREATE TABLE community_follows (
	shop   TEXT   NOT NULL REFERENCES shop_shops (id),
	person TEXT   NOT NULL REFERENCES account_people (id),
	at     BIGINT NOT NULL,
	PRIMARY KEY (shop, person)
);
CREATE INDEX community_follows_person ON community_follows (person, at, shop);

-- What a shop's merchant answers to a note.
CREATE TABLE community_answers (
	id       TEXT   NOT NULL PRIMARY KEY,
	note     TEXT   NOT NULL REFERENCES curate_notes (id),
	merchant TEXT   NOT NULL REFERENCES shop_merchants (id),
	shop     TEXT   NOT NULL REFERENCES shop_shops (id),
	person   TEXT   NOT NULL REFERENCES account_people (id), -- who wrote it last
	text     TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	edited   BIGINT NOT NULL DEFAULT 0,
	UNIQUE (note, merchant)
);

-- What members say against a note, a comment or an answer.
CREATE TABLE community_reports (
	id     TEXT   NOT NULL PRIMARY KEY,
	thing  TEXT   NOT NULL,
	person TEXT   NOT NULL REFERENCES account_people (id),
	reason TEXT   NOT NULL CHECK (reason IN ('false', 'ad', 'abuse', 'privacy', 'obscene', 'other')),
	words  TEXT   NOT NULL DEFAULT '',
	at     BIGINT NOT NULL,
	UNIQUE (thing, person)
);
CREATE INDEX community_reports_person ON community_reports (person, at);

-- Where each thing stands that was reported or hidden.
CREATE TABLE community_cases (
	thing    TEXT   NOT NULL PRIMARY KEY,
	kind     TEXT   NOT NULL CHECK (kind IN ('note', 'comment', 'answer')),
	note     TEXT   NOT NULL, -- that it is, or stands below
	author   TEXT   NOT NULL DEFAULT '', -- empty for what came from elsewhere
	state    TEXT   NOT NULL CHECK (state IN ('open', 'kept', 'hidden', 'appealed', 'final', 'gone')),
	reason   TEXT   NOT NULL DEFAULT '' CHECK (reason IN ('', 'false', 'ad', 'abuse', 'privacy', 'obscene', 'other')),
	words    TEXT   NOT NULL DEFAULT '', -- what the author is told
	judge    TEXT   NOT NULL DEFAULT '', -- who hid it, or kept it
	appeal   TEXT   NOT NULL DEFAULT '', -- the author's word against it
	answer   TEXT   NOT NULL DEFAULT '', -- to the appeal
	second   TEXT   NOT NULL DEFAULT '', -- who gave it
	at       BIGINT NOT NULL, -- when it was first reported
	changed  BIGINT NOT NULL,
	CHECK (state NOT IN ('hidden', 'appealed', 'final') OR (judge <> '' AND reason <> '')),
	CHECK (state <> 'appealed' OR appeal <> ''),
	CHECK (second = '' OR second <> judge)
);
CREATE INDEX community_cases_state ON community_cases (state, changed, thing);
CREATE INDEX community_cases_author ON community_cases (author, changed);

-- The name under which a member's notes stand, if he chose one.
CREATE TABLE community_names (
	person TEXT   NOT NULL PRIMARY KEY REFERENCES account_people (id),
	name   TEXT   NOT NULL,
	at     BIGINT NOT NULL
);

-- Visits of which nothing is asked any more: the member put the question away,
-- or answered it.
CREATE TABLE community_asks (
	redemption TEXT   NOT NULL PRIMARY KEY,
	person     TEXT   NOT NULL REFERENCES account_people (id),
	state      TEXT   NOT NULL CHECK (state IN ('dismissed', 'written')),
	at         BIGINT NOT NULL
);
CREATE INDEX community_asks_person ON community_asks (person, at);

-- +goose Down
DROP TABLE community_asks;
DROP TABLE community_names;
DROP TABLE community_cases;
DROP TABLE community_reports;
DROP TABLE community_answers;
DROP TABLE community_follows;
DROP TABLE community_saved_shops;
DROP TABLE community_saved_notes;
DROP TABLE community_counts;
DROP TABLE community_comments;
DROP TABLE community_likes;
DROP TABLE community_photos;
DROP TABLE community_notes;
