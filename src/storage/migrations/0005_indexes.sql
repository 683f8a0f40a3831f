-- An order that is accepted touches one index less: open ones are found by their lanes' index.
DROP INDEX command_state;
CREATE INDEX command_dead ON command (instance) WHERE state = 'dead';
