-- name: earlier_conversations
-- What a customer wrote about before, the newest first. A visitor has no other conversations.
SELECT c.id, c.status, c.opened_at, c.updated_at, last.outcome,
       coalesce((
           SELECT jsonb_agg(DISTINCT request ->> 'intent')
           FROM runs r CROSS JOIN LATERAL jsonb_array_elements(r.requests) AS requests (request)
           WHERE r.conversation_id = c.id AND request ->> 'intent' <> ''), '[]') AS intents,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object('tool', l.tool, 'reference', l.receipt ->> 'reference',
                                               'amount', l.amount, 'currency', l.currency) ORDER BY l.settled_at)
           FROM ledger l WHERE l.conversation_id = c.id AND l.status = 'done'), '[]') AS receipts
FROM conversations c
CROSS JOIN LATERAL (
    SELECT r.outcome FROM runs r WHERE r.conversation_id = c.id ORDER BY r.started_at DESC, r.id LIMIT 1) AS last
WHERE c.customer_id = %(customer)s AND c.id <> %(conversation)s AND c.updated_at > %(since)s
ORDER BY c.updated_at DESC, c.id LIMIT %(limit)s;

-- name: lately_wanted
-- What this customer (a visitor: in this conversation) wanted lately, run by run, the newest first.
SELECT r.id AS run_id, r.conversation_id, r.requests, r.outcome, r.started_at
FROM runs r JOIN conversations c ON c.id = r.conversation_id
WHERE (c.id = %(conversation)s OR c.customer_id = %(customer)s) AND r.id <> %(run)s AND r.started_at > %(since)s
  AND r.requests <> '[]' AND r.outcome IS DISTINCT FROM 'joined'
ORDER BY r.started_at DESC, r.id LIMIT 10;

-- name: passages_told
-- The passages that the agent quoted to this customer (a visitor: in this conversation) lately.
SELECT DISTINCT cited ->> 'passage' AS passage
FROM messages m JOIN conversations c ON c.id = m.conversation_id
CROSS JOIN LATERAL jsonb_array_elements(m.citations) AS citations (cited)
WHERE (c.id = %(conversation)s OR c.customer_id = %(customer)s) AND m.author = 'agent' AND m.created_at > %(since)s
  AND m.run_id <> %(run)s AND cited ->> 'passage' IS NOT NULL;

-- name: customer_history
-- Of all conversations in which the customer was answered at least once.
WITH answered AS (
    SELECT c.id, c.status, c.opened_at, last.outcome, last.intent, last.finished_at
    FROM conversations c CROSS JOIN LATERAL (
        SELECT r.outcome, r.requests -> 0 ->> 'intent' AS intent, r.finished_at
        FROM runs r WHERE r.conversation_id = c.id AND r.status = 'finished' AND r.outcome IS NOT NULL
        ORDER BY r.finished_at DESC, r.id LIMIT 1) AS last
    WHERE c.customer_id = %(customer)s)
SELECT count(*) AS conversations,
       count(*) FILTER (WHERE status IN ('open', 'waiting_staff')) AS open,
       count(*) FILTER (WHERE opened_at > %(since)s) AS recent,
       (SELECT intent FROM answered ORDER BY finished_at DESC, id LIMIT 1) AS last_intent,
       (SELECT outcome FROM answered ORDER BY finished_at DESC, id LIMIT 1) AS last_outcome,
       max(finished_at) AS last_at,
       (SELECT l.receipt ->> 'reference' FROM ledger l
        WHERE l.customer_id = %(customer)s AND l.status = 'done'
        ORDER BY l.settled_at DESC, l.key LIMIT 1) AS last_receipt
FROM answered;
