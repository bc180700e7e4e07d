-- name: begin_session
INSERT INTO staff_sessions (hash, staff_id, key_hash, created_at, expires_at)
VALUES (%(hash)s, %(staff)s, %(key_hash)s, %(now)s, %(expires)s);

-- name: session_holder
SELECT m.id, m.name, m.roles, m.customer_id
FROM staff_sessions s JOIN staff m ON m.id = s.staff_id AND m.key_hash = s.key_hash
WHERE s.hash = %(hash)s AND s.expires_at > %(now)s AND m.active AND m.key_revoked_at IS NULL
  AND (m.key_expires_at IS NULL OR m.key_expires_at > %(now)s);

-- name: end_session
DELETE FROM staff_sessions WHERE hash = %(hash)s;

-- name: forget_sessions
DELETE FROM staff_sessions WHERE expires_at <= %(now)s;
