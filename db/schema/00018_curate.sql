-- +goose Up
-- The latest notes of a city, for a feed.
CREATE INDEX curate_notes_latest ON curate_notes (city, written, id);

-- +goose Down
DROP INDEX curate_notes_latest;
