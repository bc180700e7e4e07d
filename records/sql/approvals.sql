-- name: file_approval
INSERT INTO approvals (id, run_id, conversation_id, customer_id, kind, status, digest, generation, key, intent, tool,
                       arguments, card, queue, role, people, then_do, policy_version, filed_at, expires_at)
VALUES (%(id)s, %(run)s, %(conversation)s, %(customer)s, %(kind)s, 'pending', %(digest)s, %(generation)s, %(key)s,
        %(intent)s, %(tool)s, %(arguments)s, %(card)s, %(queue)s, %(role)s, %(people)s, %(then_do)s,
        %(policy_version)s, %(now)s, %(expires)s)
ON CONFLICT DO NOTHING;

-- name: approval
SELECT * FROM approvals WHERE id = %(id)s;

-- name: newest_approval_of_run
SELECT * FROM approvals WHERE run_id = %(run)s ORDER BY filed_at DESC, generation DESC, id LIMIT 1;

-- name: approval_generation
SELECT coalesce(max(generation), 0) AS generation FROM approvals WHERE run_id = %(run)s AND digest = %(digest)s;

-- name: open_approval_by_key
SELECT * FROM approvals WHERE key = %(key)s AND status = 'pending' AND kind = 'action';

-- name: open_approvals_of_conversation
SELECT * FROM approvals WHERE conversation_id = %(conversation)s AND status = 'pending' ORDER BY filed_at, id;

-- name: open_approvals_within_reach
-- Those of the conversation, and of the runs of the same customer that it was joined to.
SELECT a.* FROM approvals a JOIN conversations c ON c.id = %(conversation)s
WHERE a.status = 'pending' AND (
    a.conversation_id = c.id
    OR a.customer_id = c.customer_id AND a.run_id IN (SELECT to_run FROM joins WHERE conversation_id = c.id))
ORDER BY a.filed_at, a.id;

-- name: decided_for_digest
-- The approval of a staff principal that covers exactly this proposal of this run.
SELECT * FROM approvals
WHERE run_id = %(run)s AND digest = %(digest)s AND kind = 'action' AND status IN ('approved', 'edited')
ORDER BY generation DESC LIMIT 1;

-- name: list_approvals
SELECT id, run_id, conversation_id, customer_id, kind, status, intent, tool, arguments, queue, role, people, first_by,
       decided_by, decided_at, filed_at, expires_at, card ->> 'title' AS title
FROM approvals
WHERE (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(queue)s::text IS NULL OR queue = %(queue)s)
  AND (%(after_at)s::timestamptz IS NULL OR (filed_at, id) > (%(after_at)s, %(after_id)s))
ORDER BY filed_at, id LIMIT %(limit)s;

-- name: first_of_two
UPDATE approvals SET first_by = %(by)s
WHERE id = %(id)s AND status = 'pending' AND people > 1 AND first_by IS NULL RETURNING id;

-- name: decide_approval
UPDATE approvals
SET status = %(status)s, decided_by = %(by)s, decided_at = %(now)s, decision = %(decision)s
WHERE id = %(id)s AND status = 'pending'
  AND (people = 1 OR %(status)s <> 'approved' OR (first_by IS NOT NULL AND first_by <> %(by)s))
RETURNING *;

-- name: close_approval
UPDATE approvals SET status = %(status)s, decided_by = %(by)s, decided_at = %(now)s
WHERE id = %(id)s AND status = 'pending' RETURNING *;

-- name: rebind_edited
-- After an edit: the proposal that was approved is the edited one.
UPDATE approvals SET digest = %(digest)s, arguments = %(arguments)s WHERE id = %(id)s AND status = 'edited';

-- name: note_interrupt
UPDATE approvals SET interrupt_id = %(interrupt)s WHERE run_id = %(run)s AND status = 'pending';

-- name: expired_approvals
SELECT id FROM approvals WHERE status = 'pending' AND expires_at <= %(now)s ORDER BY expires_at LIMIT 100;

-- name: add_approval_event
INSERT INTO approval_events (approval_id, move, actor, data, at) VALUES (%(id)s, %(move)s, %(actor)s, %(data)s, %(now)s);

-- name: approval_history
SELECT move, actor, data, at FROM approval_events WHERE approval_id = %(id)s ORDER BY position;
