-- +goose Up
-- How many looks at a city's coverage were written: of two that overlap, the
-- one that began before the other was written finds another number.
CREATE TABLE discover_looks (
	city TEXT   NOT NULL PRIMARY KEY,
	n    BIGINT NOT NULL
);

-- +goose Down
DROP TABLE discover_looks;
