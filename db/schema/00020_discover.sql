-- +goose Up
-- Where a member said that he lives or works: the middle of a block of some
-- 150 metres, replaced in place and deleted at a tap. Never a track.
CREATE TABLE discover_anchors (
	person   TEXT   NOT NULL,
	kind     TEXT   NOT NULL CHECK (kind IN ('home', 'work')),
	city     TEXT   NOT NULL,
	district TEXT   NOT NULL DEFAULT '',
	lat      DOUBLE PRECISION NOT NULL CHECK (lat BETWEEN -90 AND 90),
	lng      DOUBLE PRECISION NOT NULL CHECK (lng BETWEEN -180 AND 180),
	consent  TEXT   NOT NULL CHECK (consent <> ''), -- version of the words agreed to
	at       BIGINT NOT NULL,
	PRIMARY KEY (person, kind)
);
CREATE INDEX discover_anchors_city ON discover_anchors (city);

-- What must hold for a pass to be sold in an area.
CREATE TABLE discover_gates (
	id         TEXT   NOT NULL PRIMARY KEY,
	city       TEXT   NOT NULL CHECK (city <> ''),
	district   TEXT   NOT NULL, -- '' is the whole city
	plan       TEXT   NOT NULL, -- '' is every plan
	share      BIGINT NOT NULL CHECK (share BETWEEN 1 AND 100), -- percent of anchors
	shops      BIGINT NOT NULL CHECK (shops >= 1),
	categories BIGINT NOT NULL CHECK (categories BETWEEN 1 AND shops),
	minutes    BIGINT NOT NULL CHECK (minutes >= 1),
	hour       BIGINT NOT NULL CHECK (hour BETWEEN 0 AND 1439), -- minute of day
	state      TEXT   NOT NULL CHECK (state IN ('new', 'open', 'closed')),
	reached    BIGINT NOT NULL CHECK (reached BETWEEN -1 AND 10000), -- hundredths of a percent; -1 is not known
	since      BIGINT NOT NULL, -- of the state
	measured   BIGINT NOT NULL DEFAULT 0,
	version    BIGINT NOT NULL,
	ended      BIGINT NOT NULL DEFAULT 0,
	at         BIGINT NOT NULL
);
-- One gate an area and plan.
CREATE UNIQUE INDEX discover_gates_one ON discover_gates (city, district, plan) WHERE ended = 0;

-- What was measured on a day: of a gate, or, without one, of an area by the
-- usual conditions.
CREATE TABLE discover_coverage (
	city            TEXT   NOT NULL,
	district        TEXT   NOT NULL,
	gate            TEXT   NOT NULL,
	day             TEXT   NOT NULL,
	reached         BIGINT NOT NULL,
	members         BIGINT NOT NULL,
	members_reached BIGINT NOT NULL,
	places          BIGINT NOT NULL,
	places_reached  BIGINT NOT NULL,
	shops           BIGINT NOT NULL,
	categories      BIGINT NOT NULL,
	at              BIGINT NOT NULL,
	PRIMARY KEY (city, district, gate, day)
);

-- A promise that passes were sold on and that does not hold any more.
CREATE TABLE discover_alarms (
	id       TEXT   NOT NULL PRIMARY KEY,
	gate     TEXT   NOT NULL,
	promise  TEXT   NOT NULL,
	reached  BIGINT NOT NULL, -- when it began
	since    BIGINT NOT NULL,
	ended    BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX discover_alarms_one ON discover_alarms (gate, promise) WHERE ended = 0;

-- What was decided about an alarm: one extension each.
CREATE TABLE discover_extensions (
	alarm   TEXT   NOT NULL PRIMARY KEY,
	days    BIGINT NOT NULL CHECK (days BETWEEN 1 AND 90),
	members BIGINT NOT NULL, -- as whoever decided saw it
	actor   TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	granted BIGINT NOT NULL DEFAULT 0,
	done    BIGINT NOT NULL DEFAULT 0
);

-- Who wants to be told when a pass is sold in an area.
CREATE TABLE discover_wishes (
	person   TEXT   NOT NULL,
	city     TEXT   NOT NULL,
	district TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	PRIMARY KEY (person, city, district)
);

-- +goose Down
DROP TABLE discover_wishes;
DROP TABLE discover_extensions;
DROP TABLE discover_alarms;
DROP TABLE discover_coverage;
DROP TABLE discover_gates;
DROP TABLE discover_anchors;
