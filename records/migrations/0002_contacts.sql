-- Where the customer was when they wrote: told by the host's page, untrusted like the text. NULL: not told.
ALTER TABLE messages ADD COLUMN page jsonb;

-- A run that only found that its matter is being handled in an earlier conversation ends as `joined`.
ALTER TABLE runs DROP CONSTRAINT runs_outcome_check;
ALTER TABLE runs ADD CONSTRAINT runs_outcome_check CHECK (outcome IN (
    'answered', 'acted', 'asked_customer', 'awaiting_approval', 'handed_over', 'declined', 'joined'));

-- What the customer wrote in one conversation about what an earlier one of theirs is already about.
CREATE TABLE joins (
    run_id           text NOT NULL REFERENCES runs,          -- the run that found it
    conversation_id  text NOT NULL REFERENCES conversations, -- where it was written
    joined_to        text NOT NULL REFERENCES conversations, -- where it is handled
    to_run           text NOT NULL REFERENCES runs,          -- the run there that handles it
    intent           text NOT NULL,                          -- '': nothing that the words alone name
    standing         text NOT NULL CHECK (standing IN (
                         'running',                          -- the agent is at it
                         'waiting',                          -- a card waits for a decision
                         'person',                           -- a person has it
                         'answered',                         -- the same words were answered a moment before
                         'asked')),                          -- a question was out: it went on where the words were
    words            text NOT NULL,
    at               timestamptz NOT NULL,
    settled_at       timestamptz,                            -- the outcome stands where it was written as well
    PRIMARY KEY (run_id, to_run, intent)
);
CREATE INDEX joins_of_conversation ON joins (conversation_id, at);
CREATE INDEX joins_to_conversation ON joins (joined_to, at);
CREATE INDEX joins_to_run ON joins (to_run) WHERE settled_at IS NULL;
