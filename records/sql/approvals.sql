-- name: file_approval
INSERT INTO approvals (id, run_id, conversation_id, customer_id, kind, status, digest, generation, key, intent, tool,
                       arguments, card, queue, role, people, then_do, policy_version, filed_at, expires_at, request,
                       asked_by, proposed, term)
VALUES (%(id)s, %(run)s, %(conversation)s, %(customer)s, %(kind)s, 'pending', %(digest)s, %(generation)s, %(key)s,
        %(intent)s, %(tool)s, %(arguments)s, %(card)s, %(queue)s, %(role)s, %(people)s, %(then_do)s,
        %(policy_version)s, %(now)s, %(expires)s, %(request)s, %(asked_by)s, %(digest)s,
        %(expires)s::timestamptz - %(now)s::timestamptz)
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
-- The approval of a staff principal that covers exactly this proposal of this run: the newest generation of its card
-- alone. A card that was asked about anew and then rejected does not fall back on the decision before.
SELECT * FROM (
    SELECT * FROM approvals WHERE run_id = %(run)s AND digest = %(digest)s AND kind = 'action'
    ORDER BY generation DESC LIMIT 1) AS newest
WHERE status IN ('approved', 'edited');

-- name: list_approvals
SELECT id, run_id, conversation_id, customer_id, kind, status, intent, tool, arguments, queue, role, people, first_by,
       asked_by, edited_by, assigned_to, decided_by, decided_at, filed_at, expires_at, card ->> 'title' AS title
FROM approvals
WHERE (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(queue)s::text IS NULL OR queue = %(queue)s)
  AND (%(visible)s::text[] IS NULL OR queue = ANY(%(visible)s::text[]))
  AND (%(assigned_to)s::text IS NULL OR assigned_to = %(assigned_to)s)
  AND (%(after_at)s::timestamptz IS NULL OR (filed_at, id) > (%(after_at)s, %(after_id)s))
ORDER BY filed_at, id LIMIT %(limit)s;

-- name: first_of_two
UPDATE approvals SET first_by = %(by)s
WHERE id = %(id)s AND status = 'pending' AND digest = %(digest)s AND asked_by <> %(by)s AND people > 1 AND first_by IS NULL
RETURNING id;

-- name: decide_approval
-- About the digest that was shown, never by the side that asked; where two must approve, by another than the first.
UPDATE approvals
SET status = CASE WHEN %(status)s = 'approved' AND edited_by IS NOT NULL THEN 'edited' ELSE %(status)s END,
    decided_by = %(by)s, decided_at = %(now)s, decision = %(decision)s
WHERE id = %(id)s AND status = 'pending' AND digest = %(digest)s AND asked_by <> %(by)s
  AND (people = 1 OR %(status)s <> 'approved' OR (first_by IS NOT NULL AND first_by <> %(by)s))
RETURNING *;

-- name: decide_edit
-- An edit that needs nobody else. Whoever approved what was there before did not approve this.
UPDATE approvals
SET status = 'edited', decided_by = %(by)s, decided_at = %(now)s, decision = %(decision)s, edited_by = %(by)s,
    first_by = NULL, people = 1, role = %(role)s, arguments = %(arguments)s, card = %(card)s, digest = %(edited)s,
    generation = (SELECT coalesce(max(b.generation), 0) + 1 FROM approvals b
                  WHERE b.run_id = approvals.run_id AND b.digest = %(edited)s AND b.id <> approvals.id)
WHERE id = %(id)s AND status = 'pending' AND digest = %(digest)s AND asked_by <> %(by)s
RETURNING *;

-- name: propose_edit
-- An edit that another person must approve: the editor is the first of the two.
UPDATE approvals
SET edited_by = %(by)s, first_by = %(by)s, people = 2, role = %(role)s, arguments = %(arguments)s, card = %(card)s,
    digest = %(edited)s,
    generation = (SELECT coalesce(max(b.generation), 0) + 1 FROM approvals b
                  WHERE b.run_id = approvals.run_id AND b.digest = %(edited)s AND b.id <> approvals.id)
WHERE id = %(id)s AND status = 'pending' AND digest = %(digest)s AND asked_by <> %(by)s
RETURNING *;

-- name: hold_approval
-- A deadline that is over begins anew. Found by the old deadline, so that a second timer finds nothing.
UPDATE approvals SET expires_at = %(now)s + term
WHERE id = %(id)s AND status = 'pending' AND expires_at <= %(now)s RETURNING *;

-- name: pass_on_approval
UPDATE approvals SET expires_at = %(now)s + term, role = %(role)s, assigned_to = NULL
WHERE id = %(id)s AND status = 'pending' AND expires_at <= %(now)s RETURNING *;

-- name: reassign_approval
UPDATE approvals
SET role = coalesce(%(role)s, role), queue = coalesce(%(queue)s, queue),
    assigned_to = CASE WHEN %(person)s::text IS NULL THEN assigned_to ELSE %(person)s END
WHERE id = %(id)s AND status = 'pending' RETURNING *;

-- name: supersede_approvals
-- Cards for the same action: another run's, in this conversation alone where one is given.
UPDATE approvals SET status = 'superseded', decided_by = 'agent', decided_at = %(now)s, superseded_by = %(successor)s
WHERE key = %(key)s AND status = 'pending' AND kind = 'action' AND run_id <> %(run)s
  AND (%(conversation)s::text IS NULL OR conversation_id = %(conversation)s)
RETURNING *;

-- name: next_generation
-- The next generation of a card that was decided, and what had changed by then.
SELECT id, card -> 'earlier' -> 'changed' AS changed FROM approvals
WHERE run_id = %(run)s AND card -> 'earlier' ->> 'id' = %(id)s ORDER BY generation LIMIT 1;

-- name: close_approval
UPDATE approvals SET status = %(status)s, decided_by = %(by)s, decided_at = %(now)s
WHERE id = %(id)s AND status = 'pending' RETURNING *;

-- name: note_interrupt
UPDATE approvals SET interrupt_id = %(interrupt)s WHERE run_id = %(run)s AND status = 'pending';

-- name: expired_approvals
SELECT id FROM approvals WHERE status = 'pending' AND expires_at <= %(now)s ORDER BY expires_at LIMIT 100;

-- name: add_approval_event
INSERT INTO approval_events (approval_id, move, actor, data, at) VALUES (%(id)s, %(move)s, %(actor)s, %(data)s, %(now)s);

-- name: approval_history
SELECT move, actor, data, at FROM approval_events WHERE approval_id = %(id)s ORDER BY position;
