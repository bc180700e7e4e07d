-- name: hold_audit_end
SELECT id AS chain, audit_length AS length, audit_head AS head FROM conversations
WHERE id = %(chain)s FOR NO KEY UPDATE;

-- name: hold_service_end
INSERT INTO audit_service (chain, length, head) VALUES (%(chain)s, 0, '')
ON CONFLICT (chain) DO UPDATE SET chain = excluded.chain RETURNING chain, length, head;

-- name: add_audit
INSERT INTO audit (at, actor, action, subject, conversation_id, policy_version, data, chain, link, hash)
VALUES (%(now)s, %(actor)s, %(action)s, %(subject)s, %(conversation)s, %(policy_version)s, %(data)s,
        %(chain)s, %(link)s, %(hash)s);

-- name: set_audit_end
UPDATE conversations SET audit_length = %(length)s, audit_head = %(head)s WHERE id = %(chain)s;

-- name: set_service_end
UPDATE audit_service SET length = %(length)s, head = %(head)s WHERE chain = %(chain)s;

-- name: audit_of_conversation
SELECT at, actor, action, subject, policy_version, data FROM audit WHERE conversation_id = %(conversation)s ORDER BY position;

-- name: audit_links
SELECT position, at, actor, action, subject, conversation_id, policy_version, data, chain, link, hash FROM audit
WHERE position > %(after)s AND (%(conversation)s::text IS NULL OR conversation_id = %(conversation)s)
ORDER BY position LIMIT %(limit)s;

-- name: audit_heads
SELECT id AS chain, audit_length AS length, audit_head AS head FROM conversations WHERE audit_length > 0
UNION ALL SELECT chain, length, head FROM audit_service WHERE length > 0;

-- name: audit_length
SELECT count(*) AS length FROM audit;

-- name: chains_grown_since
SELECT DISTINCT ON (chain) chain, link AS length, hash AS head FROM audit
WHERE at > %(since)s AND chain IS NOT NULL ORDER BY chain, link DESC;

-- name: last_seal
SELECT number, at, heads, previous, signature FROM audit_seals ORDER BY number DESC LIMIT 1;

-- name: seals_since
SELECT number, at, heads, previous, signature FROM audit_seals WHERE at >= %(since)s ORDER BY number;

-- name: seals_after
SELECT number, at, heads, previous, signature FROM audit_seals WHERE number > %(number)s ORDER BY number;

-- name: add_seal
INSERT INTO audit_seals (number, at, heads, previous, signature)
VALUES (%(number)s, %(at)s, %(heads)s, %(previous)s, %(signature)s);
