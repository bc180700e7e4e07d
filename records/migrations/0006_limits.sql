-- How much of each rate is used up (records/rates.py). Not logged: after a crash of the server every caller begins anew.
-- `key` is a hash: no address and no customer can be read here.
CREATE UNLOGGED TABLE rates (
    key         text PRIMARY KEY,
    used_until  timestamptz NOT NULL,               -- when the rate is as if never used
    whole       interval NOT NULL                   -- the rate's window
);
CREATE INDEX rates_by_end ON rates (used_until);

-- What a run has used (records/spending.py): times by call, and a language model's tokens.
ALTER TABLE runs ADD COLUMN calls jsonb NOT NULL DEFAULT '{}';
ALTER TABLE runs ADD COLUMN tokens bigint NOT NULL DEFAULT 0;

-- When the customer had last proved who they are, by the token with which this was posted. NULL: not known.
ALTER TABLE messages ADD COLUMN signed_in_at timestamptz;

-- Tokens of a conversation that were given out under an earlier number are revoked.
ALTER TABLE conversations ADD COLUMN token_generation integer NOT NULL DEFAULT 0;

-- A member of staff has one key at a time.
ALTER TABLE staff ADD COLUMN key_made_at timestamptz;
ALTER TABLE staff ADD COLUMN key_expires_at timestamptz;    -- NULL: never
ALTER TABLE staff ADD COLUMN key_used_at timestamptz;       -- to the minute
ALTER TABLE staff ADD COLUMN key_revoked_at timestamptz;
UPDATE staff SET key_made_at = created_at;
ALTER TABLE staff ALTER COLUMN key_made_at SET NOT NULL;
