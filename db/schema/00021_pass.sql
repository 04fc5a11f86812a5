-- +goose Up
-- Where a pass is to be used and what was promised of that place when it was
-- sold: the gate that let the sale through, and its words. Days that were
-- added for nothing move the end and are not in days, which are those sold.
ALTER TABLE pass_passes ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE pass_passes ADD COLUMN district TEXT NOT NULL DEFAULT '';
ALTER TABLE pass_passes ADD COLUMN gate TEXT NOT NULL DEFAULT '';
ALTER TABLE pass_passes ADD COLUMN promise TEXT NOT NULL DEFAULT '';
ALTER TABLE pass_passes ADD COLUMN extra BIGINT NOT NULL DEFAULT 0 CHECK (extra >= 0);
CREATE INDEX pass_passes_gate ON pass_passes (gate, state, id) WHERE gate <> '';

-- One extension a pass and cause, for ever.
CREATE TABLE pass_extensions (
	pass  TEXT   NOT NULL,
	cause TEXT   NOT NULL CHECK (cause <> ''),
	days  BIGINT NOT NULL CHECK (days > 0),
	until TEXT   NOT NULL, -- business day, exclusive: where the pass ended after it
	at    BIGINT NOT NULL,
	PRIMARY KEY (pass, cause)
);

-- +goose Down
DROP TABLE pass_extensions;
DROP INDEX pass_passes_gate;
ALTER TABLE pass_passes DROP COLUMN extra;
ALTER TABLE pass_passes DROP COLUMN promise;
ALTER TABLE pass_passes DROP COLUMN gate;
ALTER TABLE pass_passes DROP COLUMN district;
ALTER TABLE pass_passes DROP COLUMN city;
