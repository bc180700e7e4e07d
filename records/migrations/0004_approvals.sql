-- What a decision is measured by, besides what the card shows.
ALTER TABLE approvals ADD COLUMN request text NOT NULL DEFAULT '';        -- which of the run's requests it serves
ALTER TABLE approvals ADD COLUMN asked_by text NOT NULL DEFAULT 'agent';  -- or a staff id: never the one who decides
ALTER TABLE approvals ADD COLUMN proposed text NOT NULL DEFAULT '';       -- the digest as it was filed; an edit changes `digest`
ALTER TABLE approvals ADD COLUMN edited_by text;                          -- whose arguments these are
ALTER TABLE approvals ADD COLUMN assigned_to text;                        -- a colleague who is to look at it; others still may
ALTER TABLE approvals ADD COLUMN superseded_by text;                      -- the newer card, or the ledger key of what was done
ALTER TABLE approvals ADD COLUMN term interval;                           -- how long a deadline is
UPDATE approvals SET proposed = digest, term = expires_at - filed_at;
ALTER TABLE approvals ALTER COLUMN term SET NOT NULL;

-- A timer that rings twice, or in two processes at once, leaves one row.
CREATE UNIQUE INDEX approval_timers_once ON approval_events (approval_id, move, (data ->> 'was_due'))
WHERE actor = 'clock' AND data ? 'was_due';

-- Staff who are customers as well do not decide about themselves.
ALTER TABLE staff ADD COLUMN customer_id text;

-- Only what leaves the company counts against a budget.
ALTER TABLE ledger ADD COLUMN direction text NOT NULL DEFAULT 'out' CHECK (direction IN ('out', 'in'));
