-- name: unrecorded_runs
-- Finished runs over messages that asked for something, whose questions are not written down yet.
SELECT r.id AS run_id, r.conversation_id, v.customer_id, r.requests, r.outcome, r.started_at AS asked_at,
       (SELECT string_agg(m.body, E'\n' ORDER BY m.position) FROM messages m
        WHERE m.run_id = r.id AND m.author = 'customer') AS said,
       coalesce((SELECT e.data FROM events e WHERE e.run_id = r.id AND e.type = 'confidence' ORDER BY e.seq DESC LIMIT 1),
                h.package -> 'confidence', '{}') AS confidence,
       coalesce(h.reason, '') AS reason,
       (SELECT coalesce(array_agg(DISTINCT split_part(cited ->> 'passage', '#', 1)), '{}') FROM messages m
        CROSS JOIN LATERAL jsonb_array_elements(m.citations) AS citations (cited)
        WHERE m.run_id = r.id AND m.author = 'agent' AND cited ->> 'passage' IS NOT NULL) AS cited
FROM runs r JOIN conversations v ON v.id = r.conversation_id LEFT JOIN handoffs h ON h.run_id = r.id
WHERE r.status = 'finished' AND r.kind = 'message' AND r.outcome IS NOT NULL AND r.outcome <> 'joined'
  AND r.finished_at > %(since)s AND r.id > %(after)s AND starts_with(r.id, 'run_')
  AND v.erased_at IS NULL AND v.forgotten_at IS NULL
  AND (r.requests <> '[]' OR coalesce((
      SELECT e.data ->> 'move' FROM events e WHERE e.run_id = r.id AND e.type = 'triage' ORDER BY e.seq DESC LIMIT 1), '') = '')
  AND NOT EXISTS (SELECT FROM questions q WHERE q.run_id = r.id)
ORDER BY r.id LIMIT %(limit)s;

-- name: add_question
INSERT INTO questions (run_id, place, conversation_id, text, intent, probability, support, cited, outcome, reason, asked_at)
VALUES (%(run_id)s, %(place)s, %(conversation_id)s, %(text)s, %(intent)s, %(probability)s, %(support)s, %(cited)s,
        %(outcome)s, %(reason)s, %(asked_at)s)
ON CONFLICT (run_id, place) DO NOTHING;

-- name: confirm_by_approval
-- A person approved what was proposed for this intent.
UPDATE questions q SET right_intent = q.intent, confirmed_by = 'approval' FROM approvals a
WHERE a.run_id = q.run_id AND a.kind = 'action' AND a.intent = q.intent AND a.status IN ('approved', 'edited')
  AND q.right_intent IS NULL;

-- name: confirm_by_customer
-- The newest question that was answered, of a conversation that its customer calls resolved.
UPDATE questions q SET right_intent = coalesce(nullif(q.intent, ''), q.right_intent), right_article = q.cited[1],
    confirmed_by = 'customer'
FROM conversations v
WHERE v.id = q.conversation_id AND v.status = 'resolved_confirmed' AND q.outcome IN ('answered', 'acted')
  AND q.confirmed_by = '' AND q.unhappy = '' AND (q.intent <> '' OR q.cited <> '{}')
  AND NOT EXISTS (SELECT FROM questions later WHERE later.conversation_id = q.conversation_id
                  AND (later.asked_at, later.run_id) > (q.asked_at, q.run_id));

-- name: confirm_by_correction
-- What a member of staff says counts above all else.
UPDATE questions q SET right_intent = c.intent, confirmed_by = 'correction', unhappy = 'corrected', right_article = NULL
FROM (SELECT DISTINCT ON (run_id, coalesce(place, 0)) run_id, coalesce(place, 0) AS place, intent
      FROM corrections WHERE intent <> '' ORDER BY run_id, coalesce(place, 0), at DESC) AS c
WHERE c.run_id = q.run_id AND c.place = q.place AND (q.right_intent, q.confirmed_by) IS DISTINCT FROM (c.intent, 'correction');

-- name: mark_unhappy
-- What came after an answer: the customer said that it had not solved it, came back, or rated it 1 or 2.
UPDATE questions q SET unhappy = found.how, right_article = NULL,
    right_intent = CASE WHEN q.confirmed_by = 'customer' THEN NULL ELSE q.right_intent END,
    confirmed_by = CASE WHEN q.confirmed_by = 'customer' THEN '' ELSE q.confirmed_by END
FROM (SELECT q.run_id, q.place, CASE
          WHEN EXISTS (SELECT FROM handoffs h WHERE h.conversation_id = q.conversation_id AND h.reason = 'not_solved'
                       AND h.created_at > q.asked_at AND h.run_id <> q.run_id) THEN 'not_solved'
          WHEN v.reopened > 0 AND EXISTS (SELECT FROM messages m WHERE m.conversation_id = q.conversation_id
                       AND m.author = 'customer' AND m.created_at > q.asked_at AND m.run_id IS DISTINCT FROM q.run_id)
               THEN 'reopened'
          WHEN v.rating <= 2 THEN 'rated_low' ELSE '' END AS how
      FROM questions q JOIN conversations v ON v.id = q.conversation_id
      WHERE q.unhappy = '' AND q.outcome IN ('answered', 'acted')) AS found
WHERE found.run_id = q.run_id AND found.place = q.place AND found.how <> '';

-- name: count_minutes
-- Until a person first answered what was handed over.
UPDATE questions q SET minutes = extract(epoch FROM found.at - q.asked_at) / 60
FROM (SELECT q.run_id, q.place, min(m.created_at) AS at FROM questions q JOIN messages m
          ON m.conversation_id = q.conversation_id AND m.author = 'staff' AND m.created_at >= q.asked_at
      WHERE q.outcome = 'handed_over' AND q.minutes IS NULL GROUP BY q.run_id, q.place) AS found
WHERE found.run_id = q.run_id AND found.place = q.place;

-- name: questions_with_intent
-- Five at most of one customer, and what a visitor confirmed counts for nothing: nobody decides alone what is right.
SELECT id, text, intent FROM (
    SELECT q.run_id || ':' || q.place AS id, q.text, q.right_intent AS intent, q.asked_at,
           row_number() OVER (PARTITION BY coalesce(v.customer_id, q.run_id) ORDER BY q.asked_at DESC, q.run_id) AS turn
    FROM questions q JOIN conversations v ON v.id = q.conversation_id
    WHERE q.right_intent IS NOT NULL AND q.text <> '' AND (q.confirmed_by <> 'customer' OR v.customer_id IS NOT NULL)) AS known
WHERE turn <= 5 ORDER BY asked_at DESC, id LIMIT %(limit)s;

-- name: questions_with_article
SELECT id, text, article FROM (
    SELECT q.run_id || ':' || q.place AS id, q.text, q.right_article AS article, q.asked_at,
           row_number() OVER (PARTITION BY v.customer_id ORDER BY q.asked_at DESC, q.run_id) AS turn
    FROM questions q JOIN conversations v ON v.id = q.conversation_id
    WHERE q.right_article IS NOT NULL AND q.text <> '' AND v.customer_id IS NOT NULL) AS known
WHERE turn <= 5 ORDER BY asked_at DESC, id LIMIT %(limit)s;
