-- +goose Up
-- When what lies under a city's shops last changed: its areas and places.
CREATE TABLE discover_grounds (
	city TEXT   NOT NULL PRIMARY KEY,
	at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE discover_grounds;
