-- name: sign_in_age_of_run
-- How long before they wrote it the customer had signed in; of several messages the longest. A run over the agenda alone
-- stands on the newest message of its conversation. No row: there is none, or one of them was posted by nobody known.
WITH answered AS (
    SELECT created_at, signed_in_at FROM messages WHERE run_id = %(run)s AND author = 'customer'
), looked_at AS (
    SELECT created_at, signed_in_at FROM answered
    UNION ALL (
        SELECT m.created_at, m.signed_in_at FROM messages m JOIN runs r ON r.conversation_id = m.conversation_id
        WHERE r.id = %(run)s AND m.author = 'customer' AND NOT EXISTS (SELECT FROM answered)
        ORDER BY m.position DESC LIMIT 1)
)
SELECT max(created_at - signed_in_at) AS age FROM looked_at
HAVING count(*) > 0 AND bool_and(signed_in_at IS NOT NULL);

-- name: token_generation
SELECT token_generation FROM conversations WHERE id = %(conversation)s;

-- name: revoke_tokens
UPDATE conversations SET token_generation = token_generation + 1 WHERE id = %(conversation)s;

-- name: was_in_queues
SELECT EXISTS (SELECT FROM approvals WHERE conversation_id = %(conversation)s AND queue = ANY(%(queues)s))
    OR EXISTS (SELECT FROM handoffs WHERE conversation_id = %(conversation)s AND queue = ANY(%(queues)s)) AS was;
