-- name: note_checkpoint_key
INSERT INTO checkpoint_keys (name, first_used) VALUES (%(name)s, %(now)s) ON CONFLICT DO NOTHING;

-- name: checkpoint_keys
SELECT name FROM checkpoint_keys ORDER BY first_used, name;

-- name: checkpoint_key_in_use
-- A key's name is the end of the type of all that was encrypted with it.
SELECT EXISTS (SELECT FROM checkpoint_blobs WHERE split_part(type, '+', 2) = %(name)s)
    OR EXISTS (SELECT FROM checkpoint_writes WHERE split_part(type, '+', 2) = %(name)s)
    OR EXISTS (SELECT FROM model_prompts WHERE split_part(type, '+', 2) = %(name)s) AS used;

-- name: forget_checkpoint_key
DELETE FROM checkpoint_keys WHERE name = %(name)s;

-- name: checkpoints_under_other_keys
-- How many values are not encrypted with the key `name`, by the key they are encrypted with; '': not encrypted.
SELECT split_part(type, '+', 2) AS name, count(*) AS values FROM (
    SELECT type FROM checkpoint_blobs WHERE blob IS NOT NULL
    UNION ALL SELECT type FROM checkpoint_writes
    UNION ALL SELECT type FROM model_prompts) AS kept
WHERE split_part(type, '+', 2) <> %(name)s GROUP BY 1 ORDER BY 1;

-- name: blobs_under_other_keys
SELECT thread_id, checkpoint_ns, channel, version, type, blob FROM checkpoint_blobs
WHERE split_part(type, '+', 2) <> %(name)s AND split_part(type, '+', 2) = ANY(%(readable)s) AND blob IS NOT NULL
LIMIT %(limit)s FOR UPDATE;

-- name: encrypt_blob
UPDATE checkpoint_blobs SET type = %(to)s, blob = %(blob)s
WHERE thread_id = %(thread_id)s AND checkpoint_ns = %(checkpoint_ns)s AND channel = %(channel)s AND version = %(version)s
  AND type = %(type)s;

-- name: writes_under_other_keys
SELECT thread_id, checkpoint_ns, checkpoint_id, task_id, idx, type, blob FROM checkpoint_writes
WHERE split_part(type, '+', 2) <> %(name)s AND split_part(type, '+', 2) = ANY(%(readable)s)
LIMIT %(limit)s FOR UPDATE;

-- name: encrypt_write
UPDATE checkpoint_writes SET type = %(to)s, blob = %(blob)s
WHERE thread_id = %(thread_id)s AND checkpoint_ns = %(checkpoint_ns)s AND checkpoint_id = %(checkpoint_id)s
  AND task_id = %(task_id)s AND idx = %(idx)s AND type = %(type)s;

-- name: prompts_under_other_keys
SELECT run_id, call, type, sent AS blob FROM model_prompts
WHERE split_part(type, '+', 2) <> %(name)s AND split_part(type, '+', 2) = ANY(%(readable)s) LIMIT %(limit)s FOR UPDATE;

-- name: encrypt_prompt
UPDATE model_prompts SET type = %(to)s, sent = %(blob)s WHERE run_id = %(run_id)s AND call = %(call)s AND type = %(type)s;

-- name: drop_unreadable_prompts
DELETE FROM model_prompts WHERE split_part(type, '+', 2) = %(name)s;

-- name: drop_unreadable_checkpoints
-- Threads of which a part is encrypted with this key: without it none of them can go on.
WITH lost AS (
    SELECT thread_id FROM checkpoint_blobs WHERE split_part(type, '+', 2) = %(name)s
    UNION SELECT thread_id FROM checkpoint_writes WHERE split_part(type, '+', 2) = %(name)s),
blobs AS (DELETE FROM checkpoint_blobs WHERE thread_id IN (SELECT thread_id FROM lost)),
writes AS (DELETE FROM checkpoint_writes WHERE thread_id IN (SELECT thread_id FROM lost))
DELETE FROM checkpoints WHERE thread_id IN (SELECT thread_id FROM lost) RETURNING thread_id;
