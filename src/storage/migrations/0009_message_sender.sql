-- Whose message: an id is chosen by the phone that sends the message, so it is known once for each sender. One
-- that somebody else used hides nobody's order.

-- SQLite cannot change what is unique, so the table is made anew. The id stands before the admin: all that is
-- known under it is found first, and who sent it is told by key, number or lid.
CREATE TABLE command_by_sender (
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
    again_at     BIGINT,
    told_at      BIGINT,
    cancelled_by TEXT,
    cancelled_at_work BIGINT,
    answer_id    TEXT,
    meant        TEXT,
    quoted       TEXT,
    UNIQUE (instance, message_id, admin)
);
INSERT INTO command_by_sender (id, instance, lane, seq, message_id, chat, admin, phone, lid, by_owner, name, text,
    sent_at, accepted_at, state, claims, tries, first_try_at, plan, reply, replied, outcome, error, finished_at,
    again_at, told_at, cancelled_by, cancelled_at_work, answer_id, meant, quoted)
SELECT id, instance, lane, seq, message_id, chat, admin, phone, lid, by_owner, name, text,
    sent_at, accepted_at, state, claims, tries, first_try_at, plan, reply, replied, outcome, error, finished_at,
    again_at, told_at, cancelled_by, cancelled_at_work, answer_id, meant, quoted
FROM command;
DROP TABLE command;
ALTER TABLE command_by_sender RENAME TO command;
CREATE INDEX command_open ON command (instance, lane, seq) WHERE state IN ('waiting', 'answering');
CREATE INDEX command_cancelled ON command (cancelled_by) WHERE cancelled_by IS NOT NULL;
CREATE INDEX command_finished ON command (finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX command_text ON command (finished_at, id) WHERE finished_at IS NOT NULL AND text <> '';
CREATE INDEX command_dead ON command (instance) WHERE state = 'dead';
