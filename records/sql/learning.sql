-- name: add_correction
INSERT INTO corrections (id, run_id, conversation_id, place, intent, answer, article, action, why, made_by, at)
VALUES (%(id)s, %(run)s, %(conversation)s, %(place)s, %(intent)s, %(answer)s, %(article)s, %(action)s, %(why)s, %(by)s,
        %(now)s);

-- name: corrections_of_run
SELECT id, run_id, conversation_id, place, intent, answer, article, action, why, made_by, at
FROM corrections WHERE run_id = %(run)s ORDER BY at, id;

-- name: raw_corrections
-- What staff said that runs should have done, that is not among the lessons yet. In all of these: `said`, the customer's
-- own words as they stand; nothing of conversations that were erased or forgotten.
SELECT told.key, told.kind, 'correction' AS source, c.conversation_id, v.customer_id, c.run_id,
       coalesce(r.requests -> c.place ->> 'text', (
           SELECT string_agg(m.body, E'\n' ORDER BY m.position) FROM messages m
           WHERE m.run_id = r.id AND m.author = 'customer')) AS said,
       told.target, told.answer, '' AS before, c.made_by, c.why, c.at
FROM corrections c JOIN runs r ON r.id = c.run_id JOIN conversations v ON v.id = c.conversation_id
CROSS JOIN LATERAL (VALUES
    ('correction:' || c.id || ':intent', 'example', c.intent, ''),
    ('correction:' || c.id || ':answer', 'article', c.article, c.answer)) AS told (key, kind, target, answer)
WHERE (told.kind = 'example' AND c.intent <> '' OR told.kind = 'article' AND c.answer <> '')
  AND v.erased_at IS NULL AND v.forgotten_at IS NULL AND told.key > %(after)s
  AND NOT EXISTS (SELECT FROM lessons l WHERE l.key = told.key)
ORDER BY told.key LIMIT %(limit)s;

-- name: raw_edits
-- Drafted replies that a person rewrote, or answered in words of their own.
SELECT 'edit:' || a.id AS key, 'article' AS kind, 'edit' AS source, a.conversation_id, v.customer_id, a.run_id,
       (SELECT string_agg(m.body, E'\n' ORDER BY m.position) FROM messages m
        WHERE m.run_id = a.run_id AND m.author = 'customer') AS said,
       coalesce(split_part(a.card #>> '{draft,citations,0,passage}', '#', 1), '') AS target,
       coalesce(a.arguments ->> 'text', a.decision ->> 'message', '') AS answer,
       coalesce(a.card #>> '{replies,approve}', '') AS before, a.decided_by AS made_by, '' AS why, a.decided_at AS at
FROM approvals a JOIN conversations v ON v.id = a.conversation_id
WHERE a.kind = 'reply' AND a.status IN ('edited', 'answered') AND NOT a.card ? 'emptied'
  AND v.erased_at IS NULL AND v.forgotten_at IS NULL AND 'edit:' || a.id > %(after)s
  AND NOT EXISTS (SELECT FROM lessons l WHERE l.key = 'edit:' || a.id)
ORDER BY 1 LIMIT %(limit)s;

-- name: raw_replies
-- A person's first answer to a question that no article carried (`least`: the support below which none does), or after
-- an answer that did not help.
SELECT 'reply:' || m.id AS key, 'article' AS kind, 'reply' AS source, m.conversation_id, v.customer_id, q.run_id,
       (SELECT string_agg(c.body, E'\n' ORDER BY c.position) FROM messages c
        WHERE c.run_id = q.run_id AND c.author = 'customer') AS said,
       CASE WHEN q.unhappy <> '' THEN coalesce(q.cited[1], '') ELSE '' END AS target,
       m.body AS answer, '' AS before, m.staff_id AS made_by, '' AS why, m.created_at AS at
FROM messages m JOIN conversations v ON v.id = m.conversation_id
CROSS JOIN LATERAL (
    SELECT q.* FROM questions q WHERE q.conversation_id = m.conversation_id AND q.asked_at <= m.created_at
    ORDER BY q.asked_at DESC, q.run_id, q.place LIMIT 1) AS q
WHERE m.author = 'staff' AND (q.support < %(least)s OR q.unhappy <> '')
  AND NOT EXISTS (SELECT FROM messages b WHERE b.conversation_id = m.conversation_id AND b.author = 'staff'
                  AND b.position < m.position AND b.created_at >= q.asked_at)
  AND v.erased_at IS NULL AND v.forgotten_at IS NULL AND 'reply:' || m.id > %(after)s
  AND NOT EXISTS (SELECT FROM lessons l WHERE l.key = 'reply:' || m.id)
ORDER BY 1 LIMIT %(limit)s;

-- name: raw_confirmed
-- What was understood, though not surely (`most`), answered, and confirmed as resolved by the customer.
SELECT 'confirmed:' || q.run_id || ':' || q.place AS key, 'example' AS kind, 'confirmed' AS source, q.conversation_id,
       v.customer_id, q.run_id, r.requests -> q.place ->> 'text' AS said, q.intent AS target, '' AS answer, '' AS before,
       '' AS made_by, '' AS why, q.asked_at AS at
FROM questions q JOIN conversations v ON v.id = q.conversation_id JOIN runs r ON r.id = q.run_id
WHERE q.confirmed_by = 'customer' AND q.intent <> '' AND q.probability < %(most)s AND q.unhappy = ''
  AND v.erased_at IS NULL AND v.forgotten_at IS NULL AND 'confirmed:' || q.run_id || ':' || q.place > %(after)s
  AND NOT EXISTS (SELECT FROM lessons l WHERE l.key = 'confirmed:' || q.run_id || ':' || q.place)
ORDER BY 1 LIMIT %(limit)s;

-- name: own_records
-- What cards and handoffs of a conversation show of the customer's records.
SELECT facts FROM (
    SELECT card -> 'facts' AS facts FROM approvals WHERE conversation_id = %(conversation)s
    UNION ALL SELECT package -> 'facts' FROM handoffs WHERE conversation_id = %(conversation)s) AS shown
WHERE facts IS NOT NULL;

-- name: add_lesson
INSERT INTO lessons (key, kind, source, conversation_id, run_id, question, target, answer, before, made_by, why, at)
VALUES (%(key)s, %(kind)s, %(source)s, %(conversation_id)s, %(run_id)s, %(question)s, %(target)s, %(answer)s, %(before)s,
        %(made_by)s, %(why)s, %(at)s)
ON CONFLICT (key) DO NOTHING;

-- name: waiting_lessons
SELECT l.key, l.kind, l.source, l.conversation_id, l.run_id, l.question, l.target, l.answer, l.before, l.made_by, l.why,
       l.at, l.suggestion_id, v.customer_id
FROM lessons l JOIN conversations v ON v.id = l.conversation_id
WHERE l.suggestion_id IS NULL AND l.kind = %(kind)s ORDER BY l.at, l.key LIMIT %(limit)s;

-- name: lessons_of_suggestion
SELECT l.key, l.kind, l.source, l.conversation_id, l.run_id, l.question, l.target, l.answer, l.before, l.made_by, l.why,
       l.at, l.suggestion_id, v.customer_id
FROM lessons l JOIN conversations v ON v.id = l.conversation_id
WHERE l.suggestion_id = %(suggestion)s ORDER BY l.at, l.key;

-- name: claim_lessons
UPDATE lessons SET suggestion_id = %(suggestion)s WHERE key = ANY(%(keys)s) AND suggestion_id IS NULL;

-- name: lock_learning
-- Proposals, decisions and what is forgotten come one after another: each is judged by what is live then.
SELECT pg_advisory_xact_lock(hashtextextended('closeloop learning', 10));

-- name: add_suggestion
INSERT INTO suggestions (id, kind, state, target, title, change, overwrites, gate, version, made_at)
VALUES (%(id)s, %(kind)s, %(state)s, %(target)s, %(title)s, %(change)s, %(overwrites)s, %(gate)s, %(version)s, %(now)s);

-- name: change_suggestion
-- What is proposed has grown, or was tried again.
UPDATE suggestions SET state = %(state)s, title = %(title)s, change = %(change)s, overwrites = %(overwrites)s,
    gate = %(gate)s, version = %(version)s
WHERE id = %(id)s AND state IN ('proposed', 'failed');

-- name: suggestion
SELECT id, kind, state, target, title, change, overwrites, gate, version, made_at, article_id, decided_by, decided_at,
       why, undone_by, undone_at, undone_why
FROM suggestions WHERE id = %(id)s;

-- name: hold_suggestion
SELECT id, kind, state, target, title, change, overwrites, gate, version, made_at, article_id, decided_by, decided_at,
       why, undone_by, undone_at, undone_why
FROM suggestions WHERE id = %(id)s FOR UPDATE;

-- name: open_suggestions
SELECT id, kind, state, target, title, change, overwrites, gate, version, made_at, article_id, decided_by, decided_at,
       why, undone_by, undone_at, undone_why
FROM suggestions WHERE state IN ('proposed', 'failed') AND kind = %(kind)s ORDER BY made_at, id;

-- name: list_suggestions
-- The newest first. `states` NULL: all.
SELECT s.id, s.kind, s.state, s.target, s.title, s.made_at, s.decided_by, s.decided_at, s.undone_by, s.undone_at,
       s.gate ->> 'passed' = 'true' AS passed, told.lessons, told.conversations, told.customers, told.visitors
FROM suggestions s CROSS JOIN LATERAL (
    SELECT count(*) AS lessons, count(DISTINCT l.conversation_id) AS conversations,
           count(DISTINCT v.customer_id) AS customers,
           count(DISTINCT v.id) FILTER (WHERE v.customer_id IS NULL) AS visitors
    FROM lessons l JOIN conversations v ON v.id = l.conversation_id WHERE l.suggestion_id = s.id) AS told
WHERE (%(states)s::text[] IS NULL OR s.state = ANY(%(states)s::text[]))
  AND (%(kind)s::text IS NULL OR s.kind = %(kind)s::text)
  AND (%(after_at)s::timestamptz IS NULL OR (s.made_at, s.id) < (%(after_at)s::timestamptz, %(after_id)s::text))
ORDER BY s.made_at DESC, s.id DESC LIMIT %(limit)s;

-- name: decide_suggestion
UPDATE suggestions SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s, why = %(why)s, gate = %(gate)s,
    article_id = %(article)s
WHERE id = %(id)s AND state IN ('proposed', 'failed');

-- name: judge_suggestion
UPDATE suggestions SET state = %(state)s, gate = %(gate)s WHERE id = %(id)s AND state IN ('proposed', 'failed');

-- name: undo_suggestion
UPDATE suggestions SET state = 'rolled_back', undone_by = %(by)s, undone_at = %(now)s, undone_why = %(why)s
WHERE id = %(id)s AND state = 'accepted';

-- name: add_learned_example
INSERT INTO learned_examples (suggestion_id, conversation_id, intent, text)
VALUES (%(suggestion)s, %(conversation)s, %(intent)s, %(text)s)
ON CONFLICT (suggestion_id, conversation_id, text) DO NOTHING;

-- name: drop_learned_examples
DELETE FROM learned_examples WHERE suggestion_id = %(suggestion)s;

-- name: mark_forgotten
UPDATE conversations SET forgotten_at = coalesce(forgotten_at, %(now)s) WHERE id = ANY(%(conversations)s);

-- name: live_examples_of
SELECT DISTINCT text FROM learned_examples WHERE suggestion_id = %(suggestion)s ORDER BY text;

-- name: put_in_place
UPDATE learned_articles SET replaces = %(replaces)s, base = %(base)s WHERE id = %(article)s;

-- name: in_place
SELECT id, replaces, base FROM learned_articles WHERE withdrawn_at IS NULL AND replaces <> '' ORDER BY added_at, id;
