-- What is due by its age, oldest first. `before`: what ended before is due. Only of conversations at rest, each held so that
-- nobody takes it up meanwhile; what somebody holds is left for the next time.

-- name: due_transcripts
SELECT c.id FROM conversations c JOIN conversations_at_rest q ON q.id = c.id
WHERE c.updated_at < %(before)s AND (c.emptied_at IS NULL OR c.emptied_at < c.updated_at)
ORDER BY c.updated_at LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED;

-- name: due_events
SELECT c.id FROM conversations c JOIN conversations_at_rest q ON q.id = c.id
WHERE c.id IN (SELECT conversation_id FROM events WHERE at < %(before)s)
ORDER BY c.id LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED;

-- name: drop_events
DELETE FROM events WHERE conversation_id = ANY(%(ids)s) AND at < %(before)s;

-- name: due_checkpoints
SELECT r.id FROM runs r WHERE r.status = 'finished' AND r.finished_at < %(before)s
  AND EXISTS (SELECT FROM checkpoints k WHERE k.thread_id = r.id)
ORDER BY r.finished_at LIMIT %(limit)s;

-- name: due_prompts
SELECT run_id || ' ' || call AS id FROM model_prompts WHERE at < %(before)s ORDER BY at LIMIT %(limit)s;

-- name: drop_prompts
DELETE FROM model_prompts WHERE run_id || ' ' || call = ANY(%(ids)s) AND at < %(before)s;

-- name: due_submissions
SELECT owner || ' ' || key AS id FROM submissions WHERE at < %(before)s ORDER BY at LIMIT %(limit)s;

-- name: drop_submissions
DELETE FROM submissions WHERE owner || ' ' || key = ANY(%(ids)s) AND at < %(before)s;

-- name: due_cards
SELECT DISTINCT c.id FROM (
    SELECT c.id FROM conversations c JOIN conversations_at_rest q ON q.id = c.id
    WHERE EXISTS (SELECT FROM approvals a WHERE a.conversation_id = c.id AND NOT a.card ? 'emptied')
      AND NOT EXISTS (SELECT FROM approvals a WHERE a.conversation_id = c.id AND coalesce(a.decided_at, a.filed_at) >= %(before)s)
    LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED) AS c;

-- name: due_handoffs
SELECT DISTINCT c.id FROM (
    SELECT c.id FROM conversations c JOIN conversations_at_rest q ON q.id = c.id
    WHERE EXISTS (SELECT FROM handoffs h WHERE h.conversation_id = c.id AND NOT h.package ? 'emptied')
      AND NOT EXISTS (SELECT FROM handoffs h WHERE h.conversation_id = c.id AND h.created_at >= %(before)s)
    LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED) AS c;

-- name: due_actions
SELECT DISTINCT c.id FROM (
    SELECT c.id FROM conversations c JOIN conversations_at_rest q ON q.id = c.id
    WHERE EXISTS (SELECT FROM ledger l WHERE l.conversation_id = c.id AND l.arguments <> '{}')
      AND NOT EXISTS (SELECT FROM ledger l WHERE l.conversation_id = c.id AND l.reserved_at >= %(before)s)
    LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED) AS c;
