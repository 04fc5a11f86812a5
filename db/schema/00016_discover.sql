-- +goose Up
-- Where each shop stands in the public lists, as search shows and sorts by it.
-- The nightly lists write it.
CREATE TABLE discover_regards (
	shop  TEXT   NOT NULL PRIMARY KEY REFERENCES shop_shops (id),
	city  TEXT   NOT NULL,
	score BIGINT NOT NULL CHECK (score BETWEEN 0 AND 1000), -- thousandths; 0 is none
	back  BIGINT NOT NULL CHECK (back BETWEEN -1 AND 100), -- percent of local members that came back; -1 is too few to say
	list  TEXT   NOT NULL DEFAULT '' CHECK (list IN ('', 'back', 'trip', 'small', 'new')), -- the city's list on which it stands best
	place BIGINT NOT NULL DEFAULT 0 CHECK (place >= 0), -- its place there; 0 is none
	at    BIGINT NOT NULL,
	CHECK ((list = '') = (place = 0))
);
CREATE INDEX discover_regards_city ON discover_regards (city, shop);

-- +goose Down
DROP TABLE discover_regards;
