-- name: reserve_event_numbers
UPDATE conversations SET last_seq = last_seq + %(count)s WHERE id = %(conversation)s RETURNING last_seq;

-- name: add_event
INSERT INTO events (conversation_id, seq, run_id, type, data, at)
VALUES (%(conversation)s, %(seq)s, %(run)s, %(type)s, %(data)s, %(now)s);

-- name: announce_events
SELECT pg_notify('closeloop_events', %(conversation)s);

-- name: events_after
SELECT seq, run_id, type, data, at FROM events
WHERE conversation_id = %(conversation)s AND seq > %(after)s
ORDER BY seq LIMIT %(limit)s;

-- name: unfinished_answer
-- The newest piece of an answer that no message of its run completes.
SELECT piece.run_id, piece.data -> 'attempt' AS attempt FROM events AS piece
WHERE piece.conversation_id = %(conversation)s AND piece.type = 'delta' AND NOT EXISTS (
    SELECT FROM events AS later
    WHERE later.conversation_id = piece.conversation_id AND later.seq > piece.seq
    AND later.run_id IS NOT DISTINCT FROM piece.run_id AND later.type IN ('message', 'reset'))
ORDER BY piece.seq DESC LIMIT 1;
