-- name: count_call
UPDATE runs
SET calls = jsonb_set(calls, ARRAY[%(call)s::text], to_jsonb(coalesce((calls ->> %(call)s::text)::integer, 0) + 1))
WHERE id = %(run)s RETURNING calls, tokens, model_seconds;

-- name: add_tokens
UPDATE runs SET tokens = tokens + %(tokens)s, model_seconds = model_seconds + %(seconds)s WHERE id = %(run)s;

-- name: run_spending
SELECT calls, tokens, model_seconds FROM runs WHERE id = %(run)s;

-- name: open_runs
SELECT count(*) AS runs FROM runs r JOIN conversations c ON c.id = r.conversation_id
WHERE c.customer_id = %(customer)s AND r.id <> %(run)s AND r.status <> 'finished';

-- name: actions_of_run
SELECT count(*) AS actions FROM ledger WHERE run_id = %(run)s;

-- name: open_conversations
-- Written in, and not answered yet.
SELECT count(*) AS conversations FROM conversations c
WHERE c.customer_id = %(customer)s AND c.status IN ('open', 'waiting_staff') AND c.updated_at > %(since)s
  AND EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id);
