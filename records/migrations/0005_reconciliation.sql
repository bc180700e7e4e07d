-- An action that takes another one back, and who of the staff asked for it.
ALTER TABLE ledger ADD COLUMN undoes text REFERENCES ledger;
ALTER TABLE ledger ADD COLUMN asked_by text;
ALTER TABLE ledger ADD COLUMN looked_at timestamptz;         -- when the system was last asked what became of it
CREATE UNIQUE INDEX ledger_undone_once ON ledger (undoes) WHERE status <> 'refused';
CREATE INDEX ledger_open ON ledger (reserved_at) WHERE status IN ('reserved', 'unknown');

-- What is known about each action, by whom, and since when. Append-only.
CREATE TABLE ledger_events (
    key       text NOT NULL REFERENCES ledger,
    position  bigint GENERATED ALWAYS AS IDENTITY,
    move      text NOT NULL CHECK (move IN (
                  'reserved', 'done', 'refused', 'unknown',
                  'looked',                                  -- the system was asked, and could not tell
                  'undo_asked',
                  'moved')),                                 -- to the run that goes on where another one could not
    actor     text NOT NULL,                                 -- agent, clock, or a staff id
    note      text NOT NULL DEFAULT '',                      -- a colleague's own words
    data      jsonb NOT NULL DEFAULT '{}',
    at        timestamptz NOT NULL
);
CREATE INDEX ledger_history ON ledger_events (key, position);

-- A run may begin with something that happened instead of with a message: see graph/begun.py.
ALTER TABLE runs ADD COLUMN kind text NOT NULL DEFAULT 'message' CHECK (kind IN ('message', 'event'));
ALTER TABLE runs ADD COLUMN given jsonb NOT NULL DEFAULT '{}';
ALTER TABLE runs ADD COLUMN asked_by text;                   -- the staff id of who asked for it
ALTER TABLE runs ADD COLUMN reopened_from text REFERENCES runs;
ALTER TABLE runs ADD COLUMN reopen text NOT NULL DEFAULT ''; -- why another one is to take over from it
CREATE UNIQUE INDEX runs_reopened_once ON runs (reopened_from);

-- How often a customer came back after the conversation had been closed over their silence.
ALTER TABLE conversations ADD COLUMN reopened integer NOT NULL DEFAULT 0;
CREATE INDEX conversations_waiting ON conversations (updated_at) WHERE status = 'waiting_customer';
