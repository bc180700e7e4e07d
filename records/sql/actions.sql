-- name: note_action
INSERT INTO ledger_events (key, move, actor, note, data, at)
VALUES (%(key)s, %(move)s, %(actor)s, %(note)s, %(data)s, %(now)s);

-- name: action_history
SELECT move, actor, note, data, at FROM ledger_events WHERE key = %(key)s ORDER BY position;

-- name: list_actions
-- Those whose outcome is open first, then the newest.
SELECT l.key, l.tool, l.customer_id, l.conversation_id, l.run_id, l.amount, l.currency, l.status, l.undoes, l.asked_by,
       l.reserved_at, l.settled_at, l.receipt ->> 'reference' AS reference,
       (SELECT u.key FROM ledger u WHERE u.undoes = l.key AND u.status <> 'refused') AS undone_by,
       l.status IN ('reserved', 'unknown') AS open
FROM ledger l
WHERE (%(status)s::text IS NULL OR l.status = %(status)s)
  AND (%(customer)s::text IS NULL OR l.customer_id = %(customer)s)
  AND (%(tool)s::text IS NULL OR l.tool = %(tool)s)
  AND (%(visible)s::text[] IS NULL
       OR EXISTS (SELECT FROM approvals a WHERE a.conversation_id = l.conversation_id AND a.queue = ANY(%(visible)s::text[]))
       OR EXISTS (SELECT FROM handoffs h WHERE h.conversation_id = l.conversation_id AND h.queue = ANY(%(visible)s::text[])))
  AND (%(after_at)s::timestamptz IS NULL
       OR (l.status IN ('reserved', 'unknown'), l.reserved_at, l.key) < (%(after_open)s, %(after_at)s, %(after_key)s))
ORDER BY open DESC, l.reserved_at DESC, l.key DESC LIMIT %(limit)s;

-- name: undone_by
SELECT * FROM ledger WHERE undoes = %(key)s AND status <> 'refused';

-- name: undo_asked
SELECT id FROM runs WHERE kind = 'event' AND given ->> 'undoes' = %(key)s AND status <> 'finished' LIMIT 1;

-- name: proposal_of_action
SELECT * FROM proposals WHERE id = %(id)s;

-- name: overdue_actions
-- Reserved, and nobody said what became of them. A thread of LangGraph's own server (Studio) has no driver whose lock
-- would show that it is being worked on, so it gets longer.
SELECT * FROM ledger
WHERE status = 'reserved' AND reserved_at <= CASE WHEN starts_with(run_id, 'run_') THEN %(before)s ELSE %(long_before)s END
  AND (looked_at IS NULL OR looked_at <= %(looked_before)s)
ORDER BY looked_at NULLS FIRST, reserved_at LIMIT 20;

-- name: looked_at
UPDATE ledger SET looked_at = %(now)s WHERE key = %(key)s;

-- name: try_conversation
-- Nobody drives this conversation, and nobody begins to until the transaction ends.
SELECT pg_try_advisory_xact_lock(hashtextextended(%(conversation)s, 0)) AS free;

-- name: standing_actions
-- What was done for this customer, or is about to be, and stands: it was not taken back.
SELECT tool, arguments, status FROM ledger l
WHERE customer_id = %(customer)s AND status <> 'refused'
  AND NOT EXISTS (SELECT FROM ledger u WHERE u.undoes = l.key AND u.status = 'done')
ORDER BY reserved_at DESC LIMIT 500;

-- name: times_undone
-- How many of an action's goes were done and taken back: its own, and those under the same identity with a number.
SELECT count(*) AS times FROM ledger l
WHERE (l.key = %(key)s OR starts_with(l.key, %(key)s || '#') AND substr(l.key, length(%(key)s) + 2) ~ '^[0-9]+$')
  AND l.status = 'done' AND EXISTS (SELECT FROM ledger u WHERE u.undoes = l.key AND u.status = 'done');
