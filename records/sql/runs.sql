-- name: add_run
INSERT INTO runs (id, conversation_id, status, started_at) VALUES (%(id)s, %(conversation)s, 'running', %(now)s)
ON CONFLICT (id) DO NOTHING;

-- name: add_event_run
INSERT INTO runs (id, conversation_id, status, kind, given, requests, asked_by, started_at)
VALUES (%(id)s, %(conversation)s, 'running', 'event', %(given)s, %(requests)s, %(asked_by)s, %(now)s);

-- name: run
SELECT r.id, r.conversation_id, r.status, r.outcome, r.attempts, r.requests, r.policy_version, r.cancelled, r.error,
       r.started_at, r.finished_at, r.kind, r.given, r.asked_by, r.reopened_from, r.reopen, c.customer_id, c.assignee
FROM runs r JOIN conversations c ON c.id = r.conversation_id WHERE r.id = %(id)s;

-- name: due_runs
-- What a driver may take up now: runs cut short, and paused ones that were cancelled, that cannot go on, or whose approval is no longer
-- pending. A run whose id is not one of ours is a thread of LangGraph's own server (Studio): its checkpoints are there,
-- and only there it goes on.
SELECT r.id, r.conversation_id, r.status, r.outcome, r.attempts, r.requests, r.policy_version, r.cancelled, r.error,
       r.started_at, r.finished_at, r.kind, r.given, r.asked_by, r.reopened_from, r.reopen, c.customer_id, c.assignee
FROM runs r JOIN conversations c ON c.id = r.conversation_id
WHERE r.conversation_id = %(conversation)s AND starts_with(r.id, 'run_') AND (
    r.status = 'running'
    OR r.status = 'paused' AND (r.cancelled OR r.reopen <> '' OR NOT EXISTS (
        SELECT FROM approvals a WHERE a.run_id = r.id AND a.status = 'pending')))
ORDER BY r.started_at, r.id;

-- name: start_attempt
UPDATE runs SET attempts = attempts + 1, status = 'running' WHERE id = %(id)s RETURNING attempts;

-- name: classified
UPDATE runs SET requests = %(requests)s, policy_version = %(policy_version)s WHERE id = %(id)s;

-- name: pause_run
UPDATE runs SET status = 'paused', outcome = 'awaiting_approval', attempts = 0 WHERE id = %(id)s;

-- name: finish_run
UPDATE runs SET status = 'finished', outcome = %(outcome)s, error = %(error)s, finished_at = %(now)s
WHERE id = %(id)s AND status <> 'finished';

-- name: cancel_run
UPDATE runs SET cancelled = true WHERE id = %(id)s AND status <> 'finished';

-- name: neglected_conversations
-- Conversations that are owed work and for which no job is waiting or running: whatever was lost, this finds it.
SELECT DISTINCT due.conversation_id FROM (
    SELECT conversation_id FROM messages WHERE author = 'customer' AND run_id IS NULL
    UNION
    SELECT c.id FROM conversations c WHERE c.agenda @> '[{"status": "open"}]'
    UNION
    SELECT r.conversation_id FROM runs r WHERE r.status = 'running' AND starts_with(r.id, 'run_')
    UNION
    SELECT r.conversation_id FROM runs r
    WHERE r.status = 'paused' AND starts_with(r.id, 'run_') AND (r.cancelled OR r.reopen <> '' OR NOT EXISTS (
        SELECT FROM approvals a WHERE a.run_id = r.id AND a.status = 'pending'))) AS due
WHERE NOT EXISTS (
    SELECT FROM procrastinate_jobs j
    WHERE j.lock = due.conversation_id AND j.status IN ('todo', 'doing'));

-- name: orphaned_jobs
-- Jobs marked as running whose conversation nobody holds the lock of: their worker is gone.
SELECT j.id FROM procrastinate_jobs j
WHERE j.status = 'doing' AND j.task_name = 'drive'
  AND EXISTS (SELECT FROM procrastinate_events e
              WHERE e.job_id = j.id AND e.type = 'started'
              HAVING max(e.at) < now() - make_interval(secs => %(grace)s))
  AND NOT EXISTS (
      SELECT FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(j.lock, 0));

-- name: lock_conversation
SELECT pg_advisory_lock(hashtextextended(%(conversation)s, 0));

-- name: reopen_run
UPDATE runs SET status = 'running', outcome = NULL, finished_at = NULL, calls = '{}', tokens = 0, model_seconds = 0
WHERE id = %(id)s;

-- name: earlier_contacts
-- Other conversations of the customer in which the same intent came up lately. What was joined to one of them is no
-- further contact.
SELECT count(DISTINCT r.conversation_id) AS contacts
FROM runs r JOIN conversations c ON c.id = r.conversation_id
WHERE c.customer_id = %(customer)s AND r.conversation_id <> %(conversation)s AND r.started_at > %(since)s
  AND r.outcome IS DISTINCT FROM 'joined' AND r.requests @> jsonb_build_array(jsonb_build_object('intent', %(intent)s::text));
