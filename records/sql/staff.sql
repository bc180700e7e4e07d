-- name: add_staff
INSERT INTO staff (id, name, roles, key_hash, created_at, customer_id, key_made_at, key_expires_at)
VALUES (%(id)s, %(name)s, %(roles)s, %(key_hash)s, %(now)s, %(customer)s, %(now)s, %(expires)s);

-- name: staff_by_key
SELECT id, name, roles, customer_id FROM staff
WHERE key_hash = %(key_hash)s AND active AND key_revoked_at IS NULL
  AND (key_expires_at IS NULL OR key_expires_at > %(now)s);

-- name: note_key_used
UPDATE staff SET key_used_at = %(now)s WHERE id = %(id)s AND (key_used_at IS NULL OR key_used_at <= %(before)s);

-- name: all_staff
SELECT id, name, roles, active, key_made_at, key_expires_at, key_used_at, key_revoked_at
FROM staff ORDER BY created_at, id;

-- name: renew_key
UPDATE staff
SET key_hash = %(key_hash)s, key_made_at = %(now)s, key_expires_at = %(expires)s, key_used_at = NULL,
    key_revoked_at = NULL
WHERE id = %(id)s AND active;

-- name: revoke_key
UPDATE staff SET key_revoked_at = coalesce(key_revoked_at, %(now)s), active = active AND NOT %(leaves)s
WHERE id = %(id)s AND active AND (key_revoked_at IS NULL OR %(leaves)s);

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

-- name: any_engaged
SELECT EXISTS (SELECT FROM switches WHERE name = ANY(%(names)s) AND engaged) AS engaged;

-- name: kills
SELECT name, engaged, reason, set_by, set_at FROM switches WHERE name = 'kill' OR starts_with(name, 'kill:')
ORDER BY set_at DESC, name;

-- name: set_switch
INSERT INTO switches (name, engaged, reason, set_by, set_at) VALUES (%(name)s, %(engaged)s, %(reason)s, %(by)s, %(now)s)
ON CONFLICT (name) DO UPDATE
SET engaged = excluded.engaged, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at;

-- name: staff_by_id
SELECT id, name, roles, customer_id FROM staff WHERE id = %(id)s AND active;

-- name: staff_name
SELECT name FROM staff WHERE id = %(id)s;

-- name: staff_names
SELECT id, name FROM staff WHERE id = ANY(%(ids)s::text[]);
