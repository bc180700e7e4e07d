-- name: waiting_cards
-- A page of the inbox: what staff see of each card without opening it.
SELECT id, conversation_id, customer_id, kind, status, intent, tool, queue, role, people, first_by, assigned_to,
       decided_by, decided_at, filed_at, expires_at, card ->> 'title' AS title,
       (card ->> 'amount')::bigint AS amount, coalesce(card ->> 'currency', '') AS currency,
       coalesce(jsonb_path_query_first(card, '$.facts[*] ? (@.fact == "customer").value.name') #>> '{}', '') AS customer,
       coalesce(jsonb_path_query_first(card, '$.facts[*] ? (@.fact == "customer").value.tier') #>> '{}', '') AS tier
FROM approvals
WHERE status = %(status)s AND kind = %(kind)s
  AND (%(queue)s::text IS NULL OR queue = %(queue)s)
  AND (%(visible)s::text[] IS NULL OR queue = ANY(%(visible)s::text[]))
  AND (%(mine)s::text IS NULL OR assigned_to = %(mine)s)
  AND (%(search)s::text IS NULL OR concat_ws(' ', id, conversation_id, customer_id, intent, card ->> 'title',
       jsonb_path_query_first(card, '$.facts[*] ? (@.fact == "customer").value.name') #>> '{}') ILIKE %(search)s)
  AND (%(after_at)s::timestamptz IS NULL OR (filed_at, id) > (%(after_at)s, %(after_id)s))
ORDER BY filed_at, id LIMIT %(limit)s;

-- name: waiting_handoffs
SELECT h.id, h.conversation_id, c.customer_id, h.reason, h.queue, h.priority, h.due_at, h.created_at,
       coalesce(h.package ->> 'summary', '') AS summary
FROM handoffs h JOIN conversations c ON c.id = h.conversation_id
WHERE h.taken_by IS NULL
  AND (%(queue)s::text IS NULL OR h.queue = %(queue)s)
  AND (%(visible)s::text[] IS NULL OR h.queue = ANY(%(visible)s::text[]))
  AND (%(search)s::text IS NULL OR concat_ws(' ', h.id, h.conversation_id, c.customer_id, h.reason,
       h.package ->> 'summary') ILIKE %(search)s)
  AND (%(after_at)s::timestamptz IS NULL OR (h.due_at, h.id) > (%(after_at)s, %(after_id)s))
ORDER BY h.due_at, h.id LIMIT %(limit)s;

-- name: how_much_waits
-- Up to a hundred of each kind: beyond that nobody counts, and counting would take as long as there is to count.
SELECT (SELECT count(*) FROM (SELECT FROM approvals WHERE status = 'pending' AND kind = 'action'
          AND (%(visible)s::text[] IS NULL OR queue = ANY(%(visible)s::text[])) LIMIT 100) AS a) AS approvals,
       (SELECT count(*) FROM (SELECT FROM approvals WHERE status = 'pending' AND kind = 'reply'
          AND (%(visible)s::text[] IS NULL OR queue = ANY(%(visible)s::text[])) LIMIT 100) AS d) AS drafts,
       (SELECT count(*) FROM (SELECT FROM handoffs WHERE taken_by IS NULL
          AND (%(visible)s::text[] IS NULL OR queue = ANY(%(visible)s::text[])) LIMIT 100) AS h) AS handoffs;

-- name: similar_decisions
-- The latest that people decided about the same tool for the same kind of request.
SELECT id, customer_id, status, decided_by, decided_at, (card ->> 'amount')::bigint AS amount,
       coalesce(card ->> 'currency', '') AS currency, card ->> 'title' AS title,
       coalesce(decision ->> 'message', '') AS message
FROM approvals
WHERE tool = %(tool)s AND intent = %(intent)s AND kind = %(kind)s AND id <> %(id)s
  AND status IN ('approved', 'edited', 'rejected', 'answered')
  AND (%(visible)s::text[] IS NULL OR queue = ANY(%(visible)s::text[]))
ORDER BY decided_at DESC LIMIT 5;

-- name: waiting_version
-- Another word whenever the list of what waits may read otherwise.
SELECT concat_ws('/', (SELECT max(position) FROM approval_events), (SELECT max(created_at) FROM handoffs),
                 (SELECT max(taken_at) FROM handoffs)) AS version;
