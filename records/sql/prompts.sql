-- What was sent to a language model. `sent` is encrypted with the key that the type names after its plus sign.

-- name: add_prompt
INSERT INTO model_prompts (run_id, conversation_id, call, at, version, about, type, sent)
SELECT %(run)s, %(conversation)s, 1 + count(*), %(now)s, %(version)s, %(about)s, %(type)s, %(sent)s
FROM model_prompts WHERE run_id = %(run)s;

-- name: prompts_of_run
SELECT call, at, version, about, type, sent FROM model_prompts WHERE run_id = %(run)s ORDER BY call;
