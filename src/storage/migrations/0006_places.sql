-- An order that is accepted writes its own row, and the row of a lane in which nothing was open.

-- The place of an order behind those that are open in its lane is counted from them; and that it was
-- accepted, and when, is known by its row: the audit begins with that.
ALTER TABLE lane DROP COLUMN next_seq;

-- Ids sort by the time of accepting.
DROP INDEX command_accepted;
