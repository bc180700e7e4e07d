-- What is personal in a set of conversations: for each store, what there is of it, and the statement that takes it away.
-- `conversations`: their ids. A second time finds nothing.

-- name: find_messages
SELECT count(*) AS held FROM messages WHERE conversation_id = ANY(%(conversations)s);

-- name: erase_messages
DELETE FROM messages WHERE conversation_id = ANY(%(conversations)s);

-- name: find_events
SELECT count(*) AS held FROM events WHERE conversation_id = ANY(%(conversations)s);

-- name: erase_events
DELETE FROM events WHERE conversation_id = ANY(%(conversations)s);

-- name: find_agendas
SELECT count(*) AS held FROM conversations
WHERE id = ANY(%(conversations)s) AND (agenda <> '[]' OR rating_note IS NOT NULL);

-- name: erase_agendas
UPDATE conversations SET agenda = '[]', rating_note = NULL
WHERE id = ANY(%(conversations)s) AND (agenda <> '[]' OR rating_note IS NOT NULL);

-- name: find_runs
SELECT count(*) AS held FROM runs WHERE conversation_id = ANY(%(conversations)s)
AND (requests <> '[]' OR given <> '{}' OR calls <> '{}' OR error NOT IN ('cancelled', 'erased', 'failed too often'));

-- name: erase_runs
UPDATE runs SET requests = '[]', given = '{}', calls = '{}',
    error = CASE WHEN error IN ('cancelled', 'erased', 'failed too often') THEN error END
WHERE conversation_id = ANY(%(conversations)s)
AND (requests <> '[]' OR given <> '{}' OR calls <> '{}' OR error NOT IN ('cancelled', 'erased', 'failed too often'));

-- name: find_checkpoints
-- Of the runs' threads, in all three of the saver's tables.
SELECT (SELECT count(*) FROM checkpoints WHERE thread_id IN (SELECT id FROM runs WHERE conversation_id = ANY(%(conversations)s)))
     + (SELECT count(*) FROM checkpoint_blobs WHERE thread_id IN (SELECT id FROM runs WHERE conversation_id = ANY(%(conversations)s)))
     + (SELECT count(*) FROM checkpoint_writes WHERE thread_id IN (SELECT id FROM runs WHERE conversation_id = ANY(%(conversations)s)))
    AS held;

-- name: erase_checkpoints
WITH threads AS (SELECT id FROM runs WHERE conversation_id = ANY(%(conversations)s)),
blobs AS (DELETE FROM checkpoint_blobs WHERE thread_id IN (SELECT id FROM threads)),
writes AS (DELETE FROM checkpoint_writes WHERE thread_id IN (SELECT id FROM threads))
DELETE FROM checkpoints WHERE thread_id IN (SELECT id FROM threads);

-- name: find_prompts
SELECT count(*) AS held FROM model_prompts WHERE conversation_id = ANY(%(conversations)s);

-- name: erase_prompts
DELETE FROM model_prompts WHERE conversation_id = ANY(%(conversations)s);

-- name: find_joins
SELECT count(*) AS held FROM joins WHERE conversation_id = ANY(%(conversations)s) OR joined_to = ANY(%(conversations)s);

-- name: erase_joins
DELETE FROM joins WHERE conversation_id = ANY(%(conversations)s) OR joined_to = ANY(%(conversations)s);

-- name: find_proposals
SELECT count(*) AS held FROM proposals p JOIN runs r ON r.id = p.run_id
WHERE r.conversation_id = ANY(%(conversations)s) AND (p.arguments <> '{}' OR p.reason <> '' OR p.clauses <> '[]');

-- name: erase_proposals
UPDATE proposals p SET arguments = '{}', reason = '', clauses = '[]', evidence = '[]' FROM runs r
WHERE r.id = p.run_id AND r.conversation_id = ANY(%(conversations)s)
AND (p.arguments <> '{}' OR p.reason <> '' OR p.clauses <> '[]');

-- name: find_cards
SELECT count(*) AS held FROM approvals WHERE conversation_id = ANY(%(conversations)s) AND NOT card ? 'emptied';

-- name: erase_cards
-- A shell is left that the inbox can show.
UPDATE approvals SET arguments = '{}', decision = CASE WHEN decision IS NOT NULL THEN
        jsonb_strip_nulls(jsonb_build_object('type', decision -> 'type')) END,
    card = jsonb_build_object('emptied', true, 'title', 'Deleted', 'reason', '', 'clauses', '[]'::jsonb, 'facts', '[]'::jsonb,
        'gaps', '[]'::jsonb, 'passages', '[]'::jsonb, 'transcript', '[]'::jsonb, 'basis', '{}'::jsonb, 'digest', card -> 'digest',
        'replies', '{"holding": "", "approve": "", "reject": ""}'::jsonb)
WHERE conversation_id = ANY(%(conversations)s) AND NOT card ? 'emptied';

-- name: find_moves
-- What was written down beside the moves of cards and actions.
SELECT (SELECT count(*) FROM approval_events e JOIN approvals a ON a.id = e.approval_id
        WHERE a.conversation_id = ANY(%(conversations)s) AND e.data - 'was_due' <> '{}')
     + (SELECT count(*) FROM ledger_events e JOIN ledger l ON l.key = e.key
        WHERE l.conversation_id = ANY(%(conversations)s) AND (e.data <> '{}' OR e.note <> '')) AS held;

-- name: erase_moves
WITH moves AS (
    UPDATE ledger_events e SET data = '{}', note = '' FROM ledger l
    WHERE l.key = e.key AND l.conversation_id = ANY(%(conversations)s) AND (e.data <> '{}' OR e.note <> ''))
UPDATE approval_events e SET data = jsonb_strip_nulls(jsonb_build_object('was_due', e.data -> 'was_due')) FROM approvals a
WHERE a.id = e.approval_id AND a.conversation_id = ANY(%(conversations)s) AND e.data - 'was_due' <> '{}';

-- name: find_handoffs
SELECT count(*) AS held FROM handoffs WHERE conversation_id = ANY(%(conversations)s) AND NOT package ? 'emptied';

-- name: erase_handoffs
UPDATE handoffs SET package = '{"emptied": true}'
WHERE conversation_id = ANY(%(conversations)s) AND NOT package ? 'emptied';

-- name: find_actions
SELECT count(*) AS held FROM ledger WHERE conversation_id = ANY(%(conversations)s)
AND (arguments <> '{}' OR receipt - ARRAY['system', 'reference', 'amount', 'currency', 'at'] <> '{"details": {}}');

-- name: erase_actions
-- The money stays: tool, key, amount, currency, the system's reference, times.
UPDATE ledger SET arguments = '{}', receipt = CASE WHEN receipt IS NOT NULL THEN '{"details": {}}'::jsonb ||
    (receipt - (SELECT coalesce(array_agg(name), '{}') FROM jsonb_object_keys(receipt) AS names (name)
                WHERE name NOT IN ('system', 'reference', 'amount', 'currency', 'at'))) END
WHERE conversation_id = ANY(%(conversations)s)
AND (arguments <> '{}' OR receipt - ARRAY['system', 'reference', 'amount', 'currency', 'at'] <> '{"details": {}}');

-- name: find_submissions
SELECT count(*) AS held FROM submissions WHERE owner = ANY(%(conversations)s);

-- name: erase_submissions
DELETE FROM submissions WHERE owner = ANY(%(conversations)s);

-- name: find_jobs
SELECT count(*) AS held FROM procrastinate_jobs WHERE args ->> 'conversation' = ANY(%(conversations)s) AND status = 'todo';

-- name: erase_jobs
DELETE FROM procrastinate_jobs WHERE args ->> 'conversation' = ANY(%(conversations)s) AND status = 'todo';

-- name: find_identity
-- Rows that say whose they are.
SELECT (SELECT count(*) FROM conversations WHERE customer_id = %(customer)s)
     + (SELECT count(*) FROM approvals WHERE customer_id = %(customer)s)
     + (SELECT count(*) FROM ledger WHERE customer_id = %(customer)s)
     + (SELECT count(*) FROM staff WHERE customer_id = %(customer)s) AS held;

-- name: erase_identity
WITH cards AS (UPDATE approvals SET customer_id = %(pseudonym)s WHERE customer_id = %(customer)s),
actions AS (UPDATE ledger SET customer_id = %(pseudonym)s WHERE customer_id = %(customer)s),
people AS (UPDATE staff SET customer_id = NULL WHERE customer_id = %(customer)s)
UPDATE conversations SET customer_id = %(pseudonym)s WHERE customer_id = %(customer)s;

-- name: conversations_of_customer
-- Also those that were erased before, which go by the pseudonym.
SELECT id FROM conversations WHERE customer_id IN (%(customer)s, %(pseudonym)s) ORDER BY id;

-- name: hold_conversations
SELECT id FROM conversations WHERE id = ANY(%(conversations)s) ORDER BY id FOR UPDATE;

-- name: open_actions
SELECT key FROM ledger
WHERE status IN ('reserved', 'unknown') AND (customer_id = %(customer)s OR conversation_id = ANY(%(conversations)s)) ORDER BY key;

-- name: cancel_runs
UPDATE runs SET cancelled = true WHERE conversation_id = ANY(%(conversations)s) AND status <> 'finished';

-- name: end_runs
UPDATE runs SET status = 'finished', outcome = NULL, error = 'erased', finished_at = %(now)s
WHERE conversation_id = ANY(%(conversations)s) AND status <> 'finished';

-- name: pending_cards
SELECT id FROM approvals WHERE conversation_id = ANY(%(conversations)s) AND status = 'pending' ORDER BY id;

-- name: close_erased
-- Tokens that were given out no longer open them.
UPDATE conversations SET erased_at = %(now)s, emptied_at = %(now)s, status = 'closed_unconfirmed', assignee = NULL,
    token_generation = token_generation + 1
WHERE id = ANY(%(conversations)s) AND erased_at IS NULL;

-- name: own_values
-- What the customer's records, as cards and handoffs show them, say of who they are.
SELECT DISTINCT told.value FROM (
    SELECT card -> 'facts' AS facts FROM approvals WHERE conversation_id = ANY(%(conversations)s)
    UNION ALL SELECT package -> 'facts' FROM handoffs WHERE conversation_id = ANY(%(conversations)s)) AS shown
CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(facts) = 'array' THEN facts ELSE '[]' END) AS items (fact)
CROSS JOIN LATERAL jsonb_each_text(CASE WHEN jsonb_typeof(fact -> 'value') = 'object' THEN fact -> 'value' ELSE '{}' END) AS told
WHERE told.key IN ('name', 'email', 'phone', 'address') AND length(told.value) >= 5;

-- name: columns_with_text
SELECT c.table_name::text AS "table", c.column_name::text AS "column", c.data_type::text AS kind
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
  AND (c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')) ORDER BY 1, 2;

-- name: empty_conversations
UPDATE conversations SET emptied_at = %(now)s WHERE id = ANY(%(conversations)s);

-- name: kept_actions
SELECT count(*) AS actions FROM ledger WHERE conversation_id = ANY(%(conversations)s);

-- name: find_questions
SELECT count(*) AS held FROM questions WHERE conversation_id = ANY(%(conversations)s);

-- name: erase_questions
DELETE FROM questions WHERE conversation_id = ANY(%(conversations)s);

-- name: find_learned
-- What was learned from these conversations, or waits to be.
SELECT (SELECT count(*) FROM lessons WHERE conversation_id = ANY(%(conversations)s))
     + (SELECT count(*) FROM learned_examples WHERE conversation_id = ANY(%(conversations)s))
     + (SELECT count(*) FROM corrections WHERE conversation_id = ANY(%(conversations)s)) AS held;

-- name: erase_learned
-- A suggestion keeps nothing that it was made from: its texts go, the articles that were made of it and the examples of
-- these conversations; examples from other conversations stay live, and their lessons are proposed anew where nothing was
-- decided.
WITH touched AS (
    SELECT DISTINCT suggestion_id AS id FROM lessons
    WHERE conversation_id = ANY(%(conversations)s) AND suggestion_id IS NOT NULL),
written AS (
    SELECT s.article_id AS id FROM suggestions s JOIN touched t ON t.id = s.id WHERE s.article_id IS NOT NULL),
articles AS (DELETE FROM learned_articles WHERE id IN (SELECT id FROM written)),
served AS (DELETE FROM knowledge_articles WHERE id IN (SELECT 'learned/' || id FROM written)),
raised AS (UPDATE knowledge_generation SET generation = generation + 1 WHERE EXISTS (SELECT FROM written)),
examples AS (DELETE FROM learned_examples WHERE conversation_id = ANY(%(conversations)s)),
said AS (DELETE FROM corrections WHERE conversation_id = ANY(%(conversations)s)),
emptied AS (
    UPDATE suggestions s SET title = '', change = '{}', overwrites = '[]', gate = '{}', article_id = NULL,
        state = CASE WHEN s.state = 'accepted' AND s.kind = 'example' AND EXISTS (
            SELECT FROM learned_examples e
            WHERE e.suggestion_id = s.id AND e.conversation_id <> ALL(%(conversations)s)) THEN 'accepted' ELSE 'forgotten' END
    FROM touched t WHERE s.id = t.id),
freed AS (
    UPDATE lessons l SET suggestion_id = NULL FROM touched t, suggestions s
    WHERE l.suggestion_id = t.id AND s.id = t.id AND l.conversation_id <> ALL(%(conversations)s)
      AND (s.state IN ('proposed', 'failed') OR s.state = 'accepted' AND s.kind = 'article'))
DELETE FROM lessons WHERE conversation_id = ANY(%(conversations)s);
