-- name: unfinished_runs
SELECT id FROM runs WHERE status <> 'finished' AND starts_with(id, 'run_') ORDER BY started_at, id;

-- name: checkpoint_format
-- Of the thread's newest checkpoint.
SELECT checkpoint ->> 'v' AS format FROM checkpoints
WHERE thread_id = %(thread)s AND checkpoint_ns = '' ORDER BY checkpoint_id DESC LIMIT 1;

-- name: reopened_before
-- How many runs there were before this one, each of which could not go on.
WITH RECURSIVE line AS (
    SELECT id, reopened_from FROM runs WHERE id = %(run)s
    UNION ALL
    SELECT r.id, r.reopened_from FROM runs r JOIN line ON r.id = line.reopened_from)
SELECT count(*) - 1 AS times FROM line;

-- name: said_by_run
SELECT part FROM messages WHERE run_id = %(run)s AND author = 'agent';

-- name: handed_over_by_run
SELECT id FROM handoffs WHERE run_id = %(run)s;

-- name: open_action_of_run
-- Reserved or of unknown fate.
SELECT * FROM ledger WHERE run_id = %(run)s AND status IN ('reserved', 'unknown') ORDER BY reserved_at DESC LIMIT 1;

-- name: add_reopened_run
INSERT INTO runs (id, conversation_id, status, kind, given, requests, policy_version, asked_by, reopened_from, started_at)
SELECT %(id)s, conversation_id, 'running', kind, (given - 'resumed') || %(given)s, %(requests)s, policy_version, asked_by, id, %(now)s
FROM runs WHERE id = %(from)s;

-- name: move_messages
UPDATE messages SET run_id = %(to)s WHERE run_id = %(from)s AND author = 'customer';

-- name: move_proposals
UPDATE proposals SET run_id = %(to)s WHERE run_id = %(from)s;

-- name: move_cards
UPDATE approvals SET run_id = %(to)s WHERE run_id = %(from)s;

-- name: move_actions
UPDATE ledger SET run_id = %(to)s WHERE run_id = %(from)s RETURNING key;

-- name: move_joins
UPDATE joins SET to_run = %(to)s WHERE to_run = %(from)s;

-- name: last_attempt
-- The next look hands the run over to a person.
UPDATE runs SET attempts = %(attempts)s, status = 'running' WHERE id = %(run)s AND status <> 'finished';

-- name: ask_to_reopen
UPDATE runs SET reopen = %(why)s WHERE id = %(run)s AND status <> 'finished' RETURNING id;

-- name: reopened_as
SELECT id FROM runs WHERE reopened_from = %(run)s;

-- name: forget_cut_short
DELETE FROM checkpoint_writes w USING checkpoint_writes cut
WHERE w.thread_id = %(run)s AND cut.thread_id = w.thread_id AND cut.checkpoint_ns = w.checkpoint_ns
  AND cut.checkpoint_id = w.checkpoint_id AND cut.task_id = w.task_id AND cut.channel = '__error__';
