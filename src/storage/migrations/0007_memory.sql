-- What is remembered between orders.

-- A question that waits for its yes, the list that a chat was shown, what undo would take back, a
-- chat's language, an alias. One value a kind and place; a later one takes the place of an earlier one.
CREATE TABLE memory (
    instance TEXT   NOT NULL,
    kind     TEXT   NOT NULL,               -- alias | greeting | language | list | page | question | setting | undo
    place    TEXT   NOT NULL,               -- a chat, an admin in a chat, or a name, by kind
    value    TEXT   NOT NULL,
    at       BIGINT NOT NULL,               -- when it was written, Unix milliseconds
    PRIMARY KEY (instance, kind, place)
);
CREATE INDEX memory_at ON memory (at);

-- WhatsApp's id of the message that answers the order, or tells of its progress: what can be edited.
ALTER TABLE command ADD COLUMN answer_id TEXT;

-- The order that this one stands for, where it is an answer to a question, or takes something back:
-- JSON, written with the plan, so that what was begun is what is ended.
ALTER TABLE command ADD COLUMN meant TEXT;
