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
