-- +goose Up
-- The public lists of shops. A list of a day is its newest row of that day or
-- before: a night writes only the lists that changed. A list that has come to
-- nothing is a row too.
CREATE TABLE discover_lists (
	city     TEXT NOT NULL,
	span     TEXT NOT NULL CHECK (span IN ('day', 'year')),
	kind     TEXT NOT NULL CHECK (kind IN ('back', 'trip', 'small', 'new', 'tourist')),
	category TEXT NOT NULL, -- '' is all
	district TEXT NOT NULL, -- '' is the whole city
	day      TEXT NOT NULL,
	body     TEXT NOT NULL, -- JSON list of entries: shop, place, between which places, why
	PRIMARY KEY (city, span, kind, category, district, day)
);

-- The days on which a city's lists were made. What is being written is not
-- shown before its day is here.
CREATE TABLE discover_list_days (
	city    TEXT   NOT NULL,
	day     TEXT   NOT NULL,
	ranked  BIGINT NOT NULL, -- shops with a crowd
	changed BIGINT NOT NULL, -- lists that were written
	at      BIGINT NOT NULL,
	PRIMARY KEY (city, day)
);

-- Which place a shop had on the lists of its whole city, all categories or its
-- own, since when. Place 0 is none.
CREATE TABLE discover_list_places (
	shop     TEXT   NOT NULL REFERENCES shop_shops (id),
	span     TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	category TEXT   NOT NULL,
	day      TEXT   NOT NULL,
	place    BIGINT NOT NULL CHECK (place >= 0),
	best     BIGINT NOT NULL,
	worst    BIGINT NOT NULL CHECK (worst >= best),
	PRIMARY KEY (shop, span, kind, category, day)
);

-- +goose Down
DROP TABLE discover_list_places;
DROP TABLE discover_list_days;
DROP TABLE discover_lists;
