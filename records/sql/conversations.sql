-- name: open_conversation
INSERT INTO conversations (id, customer_id, channel, status, opened_at, updated_at)
VALUES (%(id)s, %(customer)s, %(channel)s, 'open', %(now)s, %(now)s);

-- name: conversation
SELECT c.id, c.customer_id, c.channel, c.status, c.assignee, c.agenda, c.rating, c.opened_at, c.updated_at, c.reopened,
       (SELECT j.joined_to FROM joins j WHERE j.conversation_id = c.id ORDER BY j.at DESC, j.to_run LIMIT 1) AS joined_to
FROM conversations c WHERE c.id = %(id)s;

-- name: set_agenda
UPDATE conversations SET agenda = %(agenda)s, status = %(status)s, updated_at = %(now)s WHERE id = %(id)s;

-- name: set_conversation_status
UPDATE conversations SET status = %(status)s, updated_at = %(now)s WHERE id = %(id)s;

-- name: assign_conversation
-- To a person (`assignee` is a staff id) or back to the agent (NULL); only from the assignee the caller saw.
UPDATE conversations SET assignee = %(assignee)s, status = %(status)s, updated_at = %(now)s
WHERE id = %(id)s AND assignee IS NOT DISTINCT FROM %(seen)s;

-- name: rate_conversation
UPDATE conversations
SET rating = %(rating)s, rating_note = %(note)s, updated_at = %(now)s,
    status = CASE WHEN %(rating)s >= 4 AND status = 'waiting_customer' THEN 'resolved_confirmed' ELSE status END
WHERE id = %(id)s RETURNING status;

-- name: assignee_of
SELECT assignee FROM conversations WHERE id = %(id)s;

-- name: add_message
INSERT INTO messages (id, conversation_id, author, staff_id, body, citations, receipts, page, run_id, part, created_at,
                      signed_in_at)
VALUES (%(id)s, %(conversation)s, %(author)s, %(staff)s, %(body)s, %(citations)s, %(receipts)s, %(page)s, %(run)s,
        %(part)s, %(now)s, %(signed_in_at)s)
ON CONFLICT (run_id, part) WHERE author = 'agent' DO NOTHING;

-- name: transcript
SELECT id, author, staff_id, body, citations, receipts, page, run_id, created_at
FROM messages WHERE conversation_id = %(id)s ORDER BY position;

-- name: recent_messages
SELECT id, author, staff_id, body, citations, receipts, page, run_id, created_at FROM (
    SELECT * FROM messages WHERE conversation_id = %(id)s ORDER BY position DESC LIMIT %(limit)s) AS newest
ORDER BY position;

-- name: messages_of_run
SELECT id, author, staff_id, body, citations, receipts, page, run_id, created_at
FROM messages WHERE run_id = %(run)s AND author = 'customer' ORDER BY position;

-- name: has_unanswered
-- A message that no run took up, or a request that a run left open when it paused for another one.
SELECT EXISTS (
    SELECT FROM messages WHERE conversation_id = %(id)s AND author = 'customer' AND run_id IS NULL)
    OR EXISTS (
    SELECT FROM conversations WHERE id = %(id)s AND agenda @> '[{"status": "open"}]') AS unanswered;

-- name: take_up_messages
UPDATE messages SET run_id = %(run)s
WHERE conversation_id = %(conversation)s AND author = 'customer' AND run_id IS NULL;

-- name: submission
SELECT digest, answer FROM submissions WHERE owner = %(owner)s AND key = %(key)s;

-- name: lock_submission
SELECT pg_advisory_xact_lock(hashtextextended(%(owner)s || ' ' || %(key)s, 1));

-- name: lock_posting
SELECT pg_advisory_xact_lock(hashtextextended(%(conversation)s, 4));

-- name: newest_from_customer
SELECT id, body, created_at FROM messages
WHERE conversation_id = %(conversation)s AND author = 'customer' ORDER BY position DESC LIMIT 1;

-- name: posted_as
SELECT seq FROM events
WHERE conversation_id = %(conversation)s AND type = 'posted' AND data ->> 'message' = %(message)s
ORDER BY seq DESC LIMIT 1;

-- name: add_submission
INSERT INTO submissions (owner, key, digest, answer, at) VALUES (%(owner)s, %(key)s, %(digest)s, %(answer)s, %(now)s);
