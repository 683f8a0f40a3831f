-- Retries: what is told of them, and how they are stopped.

-- When the next try comes; the lane may be ready before, so that its admin is told that it goes on.
ALTER TABLE command ADD COLUMN again_at BIGINT;
-- When the admin was told that it goes on; written before the message is sent, which is sent once.
ALTER TABLE command ADD COLUMN told_at BIGINT;
-- The order that cancelled this one, and whether this one was being carried out at that moment (1).
ALTER TABLE command ADD COLUMN cancelled_by TEXT;
ALTER TABLE command ADD COLUMN cancelled_at_work BIGINT;
CREATE INDEX command_cancelled ON command (cancelled_by) WHERE cancelled_by IS NOT NULL;
