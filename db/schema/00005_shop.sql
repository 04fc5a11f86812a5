-- +goose Up
CREATE TABLE shop_merchants (
	id   TEXT   NOT NULL PRIMARY KEY,
	name TEXT   NOT NULL UNIQUE,
	at   BIGINT NOT NULL
);

CREATE TABLE shop_shops (
	id            TEXT   NOT NULL PRIMARY KEY,
	merchant      TEXT   NOT NULL DEFAULT '',
	number        TEXT   NOT NULL UNIQUE CHECK (LENGTH(number) = 6),
	city          TEXT   NOT NULL,
	district      TEXT   NOT NULL DEFAULT '',
	address       TEXT   NOT NULL DEFAULT '',
	name          TEXT   NOT NULL,
	category      TEXT   NOT NULL DEFAULT '',
	dishes        TEXT   NOT NULL DEFAULT '', -- JSON list of texts
	folded        TEXT   NOT NULL, -- name as search and order see it
	words         TEXT   NOT NULL, -- name, category and dishes as search sees them
	lat           DOUBLE PRECISION NOT NULL CHECK (lat BETWEEN -90 AND 90),
	lng           DOUBLE PRECISION NOT NULL CHECK (lng BETWEEN -180 AND 180),
	cell          BIGINT NOT NULL, -- S2 leaf cell of the position, see geo.Point.Cell
	price         BIGINT NOT NULL DEFAULT 0 CHECK (price >= 0), -- per head; 0 is unknown
	opens         BIGINT NOT NULL DEFAULT -1 CHECK (opens BETWEEN -1 AND 1439),
	closes        BIGINT NOT NULL DEFAULT -1 CHECK (closes BETWEEN -1 AND 2879),
	state         TEXT   NOT NULL CHECK (state IN ('draft', 'live', 'paused', 'left')),
	reason        TEXT   NOT NULL DEFAULT '',
	held          BIGINT NOT NULL DEFAULT 0 CHECK (held IN (0, 1)), -- paused by an operator
	terms         TEXT   NOT NULL DEFAULT '', -- JSON of the current terms
	terms_version BIGINT NOT NULL DEFAULT 0,
	offers        TEXT   NOT NULL DEFAULT '', -- JSON list of the current offers
	source        TEXT   NOT NULL,
	source_id     TEXT   NOT NULL,
	at            BIGINT NOT NULL,
	updated       BIGINT NOT NULL,
	UNIQUE (source, source_id),
	CHECK (state = 'draft' OR (merchant <> '' AND terms_version > 0)),
	CHECK (held = 0 OR state = 'paused')
);
CREATE INDEX shop_shops_cell ON shop_shops (cell);
CREATE INDEX shop_shops_folded ON shop_shops (folded, id);
CREATE INDEX shop_shops_merchant ON shop_shops (merchant, folded, id);

-- Every version of every shop's terms; the current one is copied to the shop.
CREATE TABLE shop_terms (
	shop    TEXT   NOT NULL REFERENCES shop_shops (id),
	version BIGINT NOT NULL CHECK (version > 0),
	body    TEXT   NOT NULL, -- JSON
	actor   TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (shop, version)
);

-- Every offer that a shop declared and when; the current ones are copied to the
-- shop.
CREATE TABLE shop_offers (
	id      TEXT   NOT NULL PRIMARY KEY,
	shop    TEXT   NOT NULL REFERENCES shop_shops (id),
	body    TEXT   NOT NULL, -- JSON
	actor   TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	dropped BIGINT NOT NULL DEFAULT 0 -- when it was withdrawn; 0: it stands
);
CREATE INDEX shop_offers_shop ON shop_offers (shop, dropped);

-- +goose Down
DROP TABLE shop_offers;
DROP TABLE shop_terms;
DROP TABLE shop_shops;
DROP TABLE shop_merchants;
