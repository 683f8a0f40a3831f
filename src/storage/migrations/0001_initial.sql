-- The journal. TEXT and BIGINT only, times in Unix milliseconds, so that SQLite and PostgreSQL share one schema.

-- Commands with the same ordering key run one after the other: those of one chat. A read-only command has a
-- key of its own, its id. A worker leases a queue, never a single command.
CREATE TABLE chat_queue (
    instance     TEXT   NOT NULL,
    ordering_key TEXT   NOT NULL,
    ready_at     BIGINT NOT NULL,           -- 9223372036854775807: no open command
    lease_until  BIGINT NOT NULL DEFAULT 0,
    lease_token  TEXT,
    lease_owner  TEXT,                      -- the process; it releases its leases when it stops
    idle_since   BIGINT,                    -- when the last open command ended; retention deletes idle queues
    PRIMARY KEY (instance, ordering_key)
);
CREATE INDEX chat_queue_ready ON chat_queue (ready_at, idle_since);

-- Ids are UUIDs v7: they sort by the time of accepting.
CREATE TABLE command (
    id                TEXT   NOT NULL PRIMARY KEY,
    instance          TEXT   NOT NULL,
    ordering_key      TEXT   NOT NULL,
    seq               BIGINT NOT NULL,           -- the position in its queue
    message_id        TEXT   NOT NULL,           -- chosen by the sender's phone: unique per sender only
    version           BIGINT NOT NULL DEFAULT 0, -- 0: the first version of the message; n: its n-th edit
    part              BIGINT NOT NULL DEFAULT 0, -- the place of the command in its message, from 0
    chat              TEXT   NOT NULL,
    admin             TEXT   NOT NULL,           -- the key in the configuration when it was accepted
    phone             TEXT,
    lid               TEXT,
    by_owner          BIGINT NOT NULL,
    name              TEXT   NOT NULL,
    text              TEXT   NOT NULL,
    parsed            TEXT,                      -- JSON: what the text says
    media             TEXT,                      -- JSON: its file
    quoted            TEXT,                      -- WhatsApp's id of the message that it quotes or reacts to
    sent_at           BIGINT,
    accepted_at       BIGINT NOT NULL,
    state             TEXT   NOT NULL,           -- waiting | answering | done | dead
    claims            BIGINT NOT NULL DEFAULT 0, -- claims since an attempt last ended without a crash
    attempts          BIGINT NOT NULL DEFAULT 0, -- failed attempts, without crashes
    first_attempt_at  BIGINT,
    retry_at          BIGINT,                    -- the next attempt; its queue may be ready before, for a notice
    retry_notified_at BIGINT,                    -- written before the notice is sent, so that it is sent once
    deferred_command  TEXT,                      -- JSON: the command that replaces this one (/confirm, /undo)
    plan              TEXT,                      -- JSON: what was found before the first change
    reply             TEXT,                      -- JSON: the messages of the reply
    sent_messages     BIGINT NOT NULL DEFAULT 0, -- how many of them are sent
    reply_message_id  TEXT,                      -- WhatsApp's id of our last message about it, which can be edited
    outcome           TEXT,                      -- replied | denied | usage_error | previewed | expired | cancelled |
                                                 -- failed | reply_failed
    error             TEXT,                      -- why the last attempt failed
    finished_at       BIGINT,
    cancelled_by      TEXT,                      -- the id of the command that cancelled it
    cancelled_while_running BIGINT,              -- 1: an attempt was running at that moment
    UNIQUE (instance, message_id, version, part, admin)
);
CREATE INDEX command_open ON command (instance, ordering_key, seq) WHERE state IN ('waiting', 'answering');
CREATE INDEX command_dead ON command (instance) WHERE state = 'dead';
CREATE INDEX command_cancelled ON command (cancelled_by) WHERE cancelled_by IS NOT NULL;
CREATE INDEX command_finished ON command (finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX command_text ON command (finished_at, id) WHERE finished_at IS NOT NULL AND text <> '';
-- Outcomes of few commands; `src/storage/list.rs` repeats the condition.
CREATE INDEX command_outcome ON command (outcome, id)
    WHERE outcome IN ('denied', 'usage_error', 'previewed', 'expired', 'cancelled', 'failed', 'reply_failed');
-- `vincula journal list` filters by any of these columns, which never change. The index is a fifth of the table, and is
-- read in its place.
CREATE INDEX command_list ON command (id, accepted_at, instance, admin, phone, lid, chat, name);

-- What happened to a command after it was accepted, and when.
CREATE TABLE audit_event (
    command TEXT   NOT NULL,
    seq     BIGINT NOT NULL,                -- the position among the events of its command: clocks may differ
    at      BIGINT NOT NULL,
    event   TEXT   NOT NULL,                -- claimed | planned | api_call | attempted | crashed | …
    detail  TEXT
);
CREATE INDEX audit_event_command ON audit_event (command, seq);

-- State that outlives a command: prompts, numbered lists, undo records, languages, aliases. One value per kind and key.
CREATE TABLE chat_state (
    instance TEXT   NOT NULL,
    kind     TEXT   NOT NULL,               -- alias | announcement | announcing | confirmed | connection | greeting |
                                            -- language | list | page | people | prompt | setting | undo
    key      TEXT   NOT NULL,               -- a chat, an admin in a chat, a name or an id, by kind
    value    TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (instance, kind, key)
);
CREATE INDEX chat_state_at ON chat_state (at);

-- When the next rate-limited call of an instance may go, across replicas and restarts.
CREATE TABLE rate_limit (
    instance TEXT   NOT NULL,
    kind     TEXT   NOT NULL,               -- changes | messages
    next_at  BIGINT NOT NULL,               -- Unix microseconds: an interval may be shorter than a millisecond
    PRIMARY KEY (instance, kind)
);

-- When a maintenance task is due again, so that one replica runs it.
CREATE TABLE maintenance (
    name TEXT   NOT NULL PRIMARY KEY,       -- retention
    due  BIGINT NOT NULL
);

-- Trouble of which somebody is told, and what was told of it: one row per kind and instance.
CREATE TABLE incident (
    instance TEXT   NOT NULL,               -- empty: the whole service
    kind     TEXT   NOT NULL,               -- disconnected | no_event | dead_letter | store | subscription
    version  BIGINT NOT NULL,               -- grows by one with each change: of several replicas one makes it
    value    TEXT   NOT NULL,               -- JSON
    PRIMARY KEY (instance, kind)
);

-- When an instance last got an authentic webhook, on any replica; written only if somebody is told of its absence.
CREATE TABLE last_event (
    instance TEXT   NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL
);

-- How many events of an hour were refused, by sender. Kept for a week.
CREATE TABLE refused_event (
    hour     BIGINT NOT NULL,               -- its beginning
    instance TEXT   NOT NULL,
    sender   TEXT   NOT NULL,               -- a hash of the number or lid, with the key in secret_key; empty: others
    reason   TEXT   NOT NULL,               -- not_an_admin | rate_limited | sent_in_future
    count    BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (hour, instance, sender, reason)
);

-- Random keys of this journal.
CREATE TABLE secret_key (
    name  TEXT NOT NULL PRIMARY KEY,        -- refused_sender | console_session
    value TEXT NOT NULL
);

-- Who did what in the console. Without the texts of messages.
CREATE TABLE console_access (
    id     TEXT   NOT NULL PRIMARY KEY,
    at     BIGINT NOT NULL,
    name   TEXT   NOT NULL,
    role   TEXT   NOT NULL,                 -- operator | viewer
    client TEXT   NOT NULL,                 -- its address
    action TEXT   NOT NULL,                 -- sign_in | sign_out | read_texts | retry | drop | cancel
    target TEXT   NOT NULL
);
CREATE INDEX console_access_at ON console_access (at, id);

-- One row that is rewritten to test whether the store can be written.
CREATE TABLE write_probe (
    id      BIGINT NOT NULL PRIMARY KEY,
    payload TEXT   NOT NULL
);
