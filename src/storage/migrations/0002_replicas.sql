-- Several replicas on one database.

-- Whose lease it is: a process hands back what it holds when it ends in good order.
ALTER TABLE lane ADD COLUMN lease_owner TEXT;

-- The place of a note among those of its order: clocks of replicas are no order.
ALTER TABLE note ADD COLUMN n BIGINT NOT NULL DEFAULT 0;

-- When the next paced call of an instance may go, so that the pace holds across replicas and restarts.
CREATE TABLE pace (
    instance TEXT   NOT NULL,
    kind     TEXT   NOT NULL,               -- changes | messages
    next_at  BIGINT NOT NULL,               -- Unix microseconds: a pace can be finer than a millisecond
    PRIMARY KEY (instance, kind)
);
