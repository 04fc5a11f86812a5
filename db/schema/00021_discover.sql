-- +goose Up
-- Visits of a business day on which members asked to use the card at a shop:
-- how many came to a use, and how many the shop turned down. A shop without
-- either has no row.
CREATE TABLE discover_honours (
	shop   TEXT   NOT NULL,
	day    TEXT   NOT NULL,
	kept   BIGINT NOT NULL CHECK (kept >= 0),
	broken BIGINT NOT NULL CHECK (broken >= 0 AND kept + broken > 0),
	PRIMARY KEY (shop, day)
);

-- The days that were counted.
CREATE TABLE discover_honour_days (
	day TEXT   NOT NULL PRIMARY KEY,
	at  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE discover_honour_days;
DROP TABLE discover_honours;
