-- +goose Up
CREATE TABLE jobs_jobs (
	id       TEXT   NOT NULL PRIMARY KEY,
	kind     TEXT   NOT NULL CHECK (kind <> ''),
	key      TEXT   NOT NULL, -- unique among the kind's jobs that are here; empty is no key
	body     TEXT   NOT NULL,
	state    TEXT   NOT NULL CHECK (state IN ('queued', 'running', 'dead')),
	attempts BIGINT NOT NULL CHECK (attempts >= 0),
	run_at   BIGINT NOT NULL, -- when it may be claimed; while it runs, when its lease is over
	claim    TEXT   NOT NULL, -- of the last attempt; an attempt that lost its claim changes nothing
	error    TEXT   NOT NULL,
	created  BIGINT NOT NULL
);
CREATE UNIQUE INDEX jobs_jobs_key ON jobs_jobs (kind, key) WHERE key <> '';
CREATE INDEX jobs_jobs_due ON jobs_jobs (run_at, id) WHERE state <> 'dead';

-- The last window of each periodic kind, so that none is queued twice, even
-- after its job is done.
CREATE TABLE jobs_windows (
	kind  TEXT   NOT NULL PRIMARY KEY,
	start BIGINT NOT NULL
);

-- +goose Down
DROP TABLE jobs_windows;
DROP TABLE jobs_jobs;
