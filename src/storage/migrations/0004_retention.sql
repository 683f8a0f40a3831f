-- Retention, and proofs that the store can be written.

-- Since when nothing of a lane is open: when all that is kept of it is older, it goes too.
ALTER TABLE lane ADD COLUMN idle_since BIGINT;
DROP INDEX lane_ready;
CREATE INDEX lane_ready ON lane (ready_at, idle_since);

-- What ended, oldest first; and what of it still has its text.
CREATE INDEX command_finished ON command (finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX command_text ON command (finished_at, id) WHERE finished_at IS NOT NULL AND text <> '';

-- When a chore is due again, so that one replica at a time does it.
CREATE TABLE chore (
    name TEXT   NOT NULL PRIMARY KEY,       -- retention
    due  BIGINT NOT NULL                    -- Unix milliseconds
);

-- One row that is written anew to see whether the disk takes it.
CREATE TABLE proof (
    id   BIGINT NOT NULL PRIMARY KEY,
    room TEXT   NOT NULL
);
