-- The journal. TEXT and BIGINT only, times as Unix milliseconds, so that one SQL serves SQLite and
-- PostgreSQL.

-- A lane holds the orders that must run one after the other: those of one chat. A read-only order
-- has a lane of its own, named like the order. A worker leases a lane, never an order.
CREATE TABLE lane (
    instance    TEXT   NOT NULL,
    lane        TEXT   NOT NULL,
    next_seq    BIGINT NOT NULL,
    ready_at    BIGINT NOT NULL,            -- 9223372036854775807: nothing is open
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_token TEXT,
    PRIMARY KEY (instance, lane)
);
CREATE INDEX lane_ready ON lane (ready_at);

CREATE TABLE command (
    id           TEXT   NOT NULL PRIMARY KEY,
    instance     TEXT   NOT NULL,
    lane         TEXT   NOT NULL,
    seq          BIGINT NOT NULL,           -- the order within the lane
    message_id   TEXT   NOT NULL,
    chat         TEXT   NOT NULL,
    admin        TEXT   NOT NULL,           -- the key in the configuration when it was accepted
    phone        TEXT,
    lid          TEXT,
    by_owner     BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    sent_at      BIGINT,
    accepted_at  BIGINT NOT NULL,
    state        TEXT   NOT NULL,           -- waiting | answering | done | dead
    claims       BIGINT NOT NULL DEFAULT 0, -- claims since the last orderly end of a try
    tries        BIGINT NOT NULL DEFAULT 0, -- tries that ended orderly, but not well
    first_try_at BIGINT,
    plan         TEXT,                      -- JSON: what was found before the first change
    reply        TEXT,                      -- JSON: the messages of the answer
    replied      BIGINT NOT NULL DEFAULT 0, -- how many of them are sent
    outcome      TEXT,                      -- answered | refused | expired | gave_up | unanswered
    error        TEXT,                      -- why the last try failed
    finished_at  BIGINT,
    UNIQUE (instance, message_id)
);
CREATE INDEX command_open ON command (instance, lane, seq) WHERE state IN ('waiting', 'answering');
CREATE INDEX command_state ON command (instance, state) WHERE state <> 'done';
CREATE INDEX command_accepted ON command (accepted_at);

-- The audit: what happened to an order, and when.
CREATE TABLE note (
    command TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    what    TEXT   NOT NULL,                -- accepted | claimed | planned | tried | crashed | replied | sent | finished
    detail  TEXT
);
CREATE INDEX note_command ON note (command, at);
