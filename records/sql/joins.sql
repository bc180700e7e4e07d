-- name: lock_contacts
-- One message of a customer at a time is compared with what is going on in their other conversations.
SELECT pg_advisory_xact_lock(hashtextextended(%(customer)s, 3));

-- name: other_matters
-- What this customer's other conversations were lately about, the newest first: a row for each run, with what the
-- customer wrote, the card that waits, and the records that a card or a handoff shows. A run that has not been compared
-- yet, and so has no policy version, is not among them: when its turn comes, it finds this one.
SELECT c.id AS conversation_id, c.status, c.assignee, c.agenda, r.id AS run_id, r.status AS run_status, r.outcome,
       r.requests, r.started_at, r.finished_at, said.words, EXISTS (
           SELECT FROM messages m WHERE m.conversation_id = c.id AND m.author = 'staff' AND m.created_at >= r.started_at
       ) AS answered_by_staff, card.kind AS card_kind, card.intent AS card_intent,
       card.title, card.filed_at, coalesce(card.arguments, '{}') AS arguments,
       coalesce(card.facts, handed.facts, '[]') AS facts
FROM runs r
JOIN conversations c ON c.id = r.conversation_id
CROSS JOIN LATERAL (
    SELECT coalesce(string_agg(m.body, E'\n' ORDER BY m.position), '') AS words
    FROM messages m WHERE m.run_id = r.id AND m.author = 'customer') AS said
LEFT JOIN LATERAL (
    SELECT a.kind, a.intent, a.card ->> 'title' AS title, a.filed_at, a.arguments, a.card -> 'facts' AS facts
    FROM approvals a WHERE a.run_id = r.id AND a.status = 'pending' LIMIT 1) AS card ON true
LEFT JOIN LATERAL (
    SELECT h.package -> 'facts' AS facts FROM handoffs h WHERE h.run_id = r.id) AS handed ON true
WHERE c.customer_id = %(customer)s AND c.id <> %(conversation)s AND r.started_at > %(since)s
  AND r.outcome IS DISTINCT FROM 'joined' AND r.policy_version <> ''
ORDER BY r.started_at DESC, r.id LIMIT 50;

-- name: add_join
INSERT INTO joins (run_id, conversation_id, joined_to, to_run, intent, standing, words, at, settled_at)
VALUES (%(run)s, %(conversation)s, %(joined_to)s, %(to_run)s, %(intent)s, %(standing)s, %(words)s, %(now)s, %(settled)s)
ON CONFLICT DO NOTHING;

-- name: joins_of_run
SELECT run_id, conversation_id, joined_to, to_run, intent, standing, words, at, settled_at
FROM joins WHERE run_id = %(run)s ORDER BY at, to_run, intent FOR UPDATE;

-- name: join_to_run
SELECT run_id FROM joins WHERE conversation_id = %(conversation)s AND to_run = %(run)s LIMIT 1;

-- name: joins_to_conversation
SELECT run_id, conversation_id, joined_to, to_run, intent, standing, words, at, settled_at
FROM joins WHERE joined_to = %(conversation)s ORDER BY at, run_id;

-- name: joins_to_run
SELECT run_id, conversation_id, joined_to, to_run, intent, standing, words, at, settled_at
FROM joins WHERE to_run = %(run)s ORDER BY at, run_id;

-- name: unsettled_joins_to_run
SELECT DISTINCT conversation_id FROM joins WHERE to_run = %(run)s AND settled_at IS NULL ORDER BY conversation_id;

-- name: unsettled_joins_to_conversation
SELECT DISTINCT conversation_id FROM joins
WHERE joined_to = %(conversation)s AND settled_at IS NULL ORDER BY conversation_id;

-- name: settle_joins_to_run
UPDATE joins SET settled_at = %(now)s WHERE to_run = %(run)s AND settled_at IS NULL;

-- name: settle_joins_to_conversation
UPDATE joins SET settled_at = %(now)s WHERE joined_to = %(conversation)s AND settled_at IS NULL;

-- name: last_reply_of_run
SELECT body, citations FROM messages WHERE run_id = %(run)s AND conversation_id = %(conversation)s AND author = 'agent'
ORDER BY position DESC LIMIT 1;

-- name: drop_copies
-- A question that went on in another conversation was answered here: nobody waits for its answer there any more.
UPDATE conversations c SET agenda = (
    SELECT coalesce(jsonb_agg(item ORDER BY place), '[]')
    FROM jsonb_array_elements(c.agenda) WITH ORDINALITY AS items (item, place)
    WHERE item ->> 'id' <> %(request)s)
WHERE c.customer_id = %(customer)s AND c.id <> %(conversation)s
  AND c.agenda @> jsonb_build_array(jsonb_build_object('id', %(request)s::text));
