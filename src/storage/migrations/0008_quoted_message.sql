-- WhatsApp's id of the message that the command quotes, or that a reaction stands on: an answer that quotes
-- something else than the prompt is no answer to it.
ALTER TABLE command ADD COLUMN quoted TEXT;
