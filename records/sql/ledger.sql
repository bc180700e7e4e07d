-- name: save_proposal
INSERT INTO proposals (id, run_id, digest, key, intent, tool, arguments, reason, evidence, confidence, verdict, clauses,
                       policy_version, checked_at)
VALUES (%(id)s, %(run)s, %(digest)s, %(key)s, %(intent)s, %(tool)s, %(arguments)s, %(reason)s, %(evidence)s,
        %(confidence)s, %(verdict)s, %(clauses)s, %(policy_version)s, %(now)s)
ON CONFLICT (run_id, digest) DO UPDATE
SET verdict = excluded.verdict, clauses = excluded.clauses, key = excluded.key,
    policy_version = excluded.policy_version, checked_at = excluded.checked_at
RETURNING id;

-- name: proposal
SELECT * FROM proposals WHERE run_id = %(run)s AND digest = %(digest)s;

-- name: lock_customer
SELECT pg_advisory_xact_lock(hashtextextended(%(customer)s, 2));

-- name: ledger_entry
SELECT * FROM ledger WHERE key = %(key)s;

-- name: ledger_of_proposal
SELECT * FROM ledger WHERE proposal_id = %(proposal)s;

-- name: spent
-- Minor units that left, or are about to leave, for this customer since `since`.
SELECT coalesce(sum(amount), 0)::bigint AS spent FROM ledger
WHERE customer_id = %(customer)s AND currency = %(currency)s AND direction = 'out' AND status <> 'refused'
  AND reserved_at > %(since)s;

-- name: used
-- What a company-wide budget counts, open reservations with it: money that leaves, and actions.
SELECT coalesce(sum(amount) FILTER (WHERE direction = 'out' AND currency = %(currency)s), 0)::bigint AS amount,
       count(*) AS actions
FROM ledger
WHERE customer_id = %(customer)s AND status <> 'refused' AND reserved_at > %(since)s
  AND (%(tools)s::text[] = '{}' OR tool = ANY(%(tools)s::text[]));

-- name: reserve
INSERT INTO ledger (key, proposal_id, approval_id, run_id, conversation_id, customer_id, tool, arguments, amount,
                    currency, direction, status, policy_version, reserved_at, undoes, asked_by)
VALUES (%(key)s, %(proposal)s, %(approval)s, %(run)s, %(conversation)s, %(customer)s, %(tool)s, %(arguments)s,
        %(amount)s, %(currency)s, %(direction)s, 'reserved', %(policy_version)s, %(now)s, %(undoes)s,
        %(asked_by)s)
ON CONFLICT (key) DO UPDATE
SET status = 'reserved', proposal_id = excluded.proposal_id, approval_id = excluded.approval_id,
    run_id = excluded.run_id, conversation_id = excluded.conversation_id, arguments = excluded.arguments,
    amount = excluded.amount, currency = excluded.currency, direction = excluded.direction,
    policy_version = excluded.policy_version, reserved_at = excluded.reserved_at, settled_at = NULL,
    receipt = NULL, looked_at = NULL, undoes = excluded.undoes, asked_by = excluded.asked_by
WHERE ledger.status = 'refused'
RETURNING *;

-- name: settle
UPDATE ledger SET status = %(status)s, receipt = %(receipt)s, settled_at = %(now)s
WHERE key = %(key)s AND reserved_at = %(reserved_at)s AND status = ANY(%(only)s::text[]) RETURNING *;

-- name: receipts_of_run
SELECT * FROM ledger WHERE run_id = %(run)s AND status = 'done' ORDER BY settled_at;
