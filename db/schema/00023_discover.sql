-- +goose Up
-- Plans of which shops to sign next: what was asked, how far it is, what came
-- of it.
CREATE TABLE discover_plans (
	id      TEXT   NOT NULL PRIMARY KEY,
	city    TEXT   NOT NULL CHECK (city <> ''),
	ask     TEXT   NOT NULL, -- JSON
	state   TEXT   NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
	attempt BIGINT NOT NULL DEFAULT 0, -- which of its attempts may write
	done    BIGINT NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND 1000), -- thousandths
	phase   TEXT   NOT NULL DEFAULT '',
	value   BIGINT NOT NULL DEFAULT 0, -- of the best so far, millionths of a visit
	bound   BIGINT NOT NULL DEFAULT 0, -- what no plan exceeds; 0 is not known yet
	total   BIGINT NOT NULL DEFAULT 0, -- all demand
	result  TEXT   NOT NULL DEFAULT '', -- JSON
	failure TEXT   NOT NULL DEFAULT '', -- the refusal that it ended with, JSON
	actor   TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	beat    BIGINT NOT NULL, -- last sign of life
	stop    BIGINT NOT NULL DEFAULT 0, -- when somebody asked it to end
	stopper TEXT   NOT NULL DEFAULT '',
	ended   BIGINT NOT NULL DEFAULT 0,
	CHECK ((ended > 0) = (state IN ('done', 'cancelled', 'failed')))
);
-- One plan a city at a time.
CREATE UNIQUE INDEX discover_plans_one ON discover_plans (city) WHERE state IN ('queued', 'running');
CREATE INDEX discover_plans_city ON discover_plans (city, at);

-- What a plan leaves for the field team, as citywalk coverage plan writes it.
CREATE TABLE discover_plan_files (
	plan TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('certificate', 'csv', 'geojson')),
	data TEXT NOT NULL, -- gzip in base64
	PRIMARY KEY (plan, kind)
);

-- +goose Down
DROP TABLE discover_plan_files;
DROP TABLE discover_plans;
