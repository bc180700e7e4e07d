-- Staff who signed in with a browser. A session ends with the key that opened it.
CREATE TABLE staff_sessions (
    hash        text PRIMARY KEY,               -- SHA-256 of what the cookie holds
    staff_id    text NOT NULL REFERENCES staff,
    key_hash    text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX staff_sessions_over ON staff_sessions (expires_at);

-- The inbox, oldest first, over all queues.
CREATE INDEX approvals_waiting ON approvals (kind, filed_at, id) WHERE status = 'pending';
CREATE INDEX approvals_by_age ON approvals (status, filed_at, id);
CREATE INDEX handoffs_waiting ON handoffs (due_at, id) WHERE taken_by IS NULL;
CREATE INDEX approvals_alike ON approvals (tool, intent, decided_at DESC) WHERE decided_at IS NOT NULL;
CREATE INDEX handoffs_filed ON handoffs (created_at);
CREATE INDEX handoffs_taken ON handoffs (taken_at);
