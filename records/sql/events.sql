-- name: add_events
-- In order, with the conversation's next numbers, and announced when the transaction commits.
WITH numbered AS (
    UPDATE conversations SET last_seq = last_seq + cardinality(%(types)s::text[])
    WHERE id = %(conversation)s RETURNING last_seq
), added AS (
    INSERT INTO events (conversation_id, seq, run_id, type, data, at)
    SELECT %(conversation)s, last_seq - cardinality(%(types)s::text[]) + place, %(run)s, type, data, %(now)s
    FROM numbered, unnest(%(types)s::text[], %(data)s::jsonb[]) WITH ORDINALITY AS each (type, data, place)
)
SELECT last_seq, pg_notify('closeloop_events', %(conversation)s) FROM numbered;

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
