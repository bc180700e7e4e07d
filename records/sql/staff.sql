-- name: add_staff
INSERT INTO staff (id, name, roles, key_hash, created_at) VALUES (%(id)s, %(name)s, %(roles)s, %(key_hash)s, %(now)s);

-- name: staff_by_key
SELECT id, name, roles FROM staff WHERE key_hash = %(key_hash)s AND active;

-- name: add_handoff
INSERT INTO handoffs (id, conversation_id, run_id, reason, queue, skill, priority, due_at, package, created_at)
VALUES (%(id)s, %(conversation)s, %(run)s, %(reason)s, %(queue)s, %(skill)s, %(priority)s, %(due)s, %(package)s, %(now)s)
ON CONFLICT (run_id) DO NOTHING;

-- name: handoffs_of_conversation
SELECT id, conversation_id, run_id, reason, queue, skill, priority, due_at, package, created_at, taken_by, taken_at
FROM handoffs WHERE conversation_id = %(conversation)s ORDER BY created_at;

-- name: take_handoffs
UPDATE handoffs SET taken_by = %(staff)s, taken_at = %(now)s
WHERE conversation_id = %(conversation)s AND taken_by IS NULL;

-- name: dials
SELECT intent, autonomy FROM dials;

-- name: set_dial
INSERT INTO dials (intent, autonomy, reason, set_by, set_at) VALUES (%(intent)s, %(autonomy)s, %(reason)s, %(by)s, %(now)s)
ON CONFLICT (intent) DO UPDATE
SET autonomy = excluded.autonomy, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at;

-- name: switch_engaged
SELECT engaged FROM switches WHERE name = %(name)s;

-- name: set_switch
INSERT INTO switches (name, engaged, reason, set_by, set_at) VALUES (%(name)s, %(engaged)s, %(reason)s, %(by)s, %(now)s)
ON CONFLICT (name) DO UPDATE
SET engaged = excluded.engaged, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at;

-- name: staff_by_id
SELECT id, name, roles FROM staff WHERE id = %(id)s AND active;
