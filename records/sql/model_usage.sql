-- name: add_model_call
INSERT INTO model_calls (run_id, conversation_id, at, day, intent, model, prompt, cached, answer, first_seconds,
                         whole_seconds, failure, cost_micros)
VALUES (%(run)s, %(conversation)s, %(at)s, %(day)s, %(intent)s, %(model)s, %(prompt)s, %(cached)s, %(answer)s,
        %(first)s, %(whole)s, %(failure)s, %(cost)s);

-- name: add_to_day
INSERT INTO model_days (day, tokens) VALUES (%(day)s, %(tokens)s)
ON CONFLICT (day) DO UPDATE SET tokens = model_days.tokens + excluded.tokens
RETURNING tokens;

-- name: tokens_of_day
SELECT tokens FROM model_days WHERE day = %(day)s;

-- name: announce_budget
-- Once for each budget of a day, whichever process comes first.
UPDATE model_days SET announced = %(budget)s
WHERE day = %(day)s AND tokens >= %(budget)s AND announced IS DISTINCT FROM %(budget)s RETURNING tokens;

-- name: model_usage
SELECT CASE %(by)s WHEN 'day' THEN day::text WHEN 'intent' THEN intent WHEN 'model' THEN model ELSE run_id END AS of,
       count(DISTINCT conversation_id) AS conversations, count(DISTINCT run_id) AS runs, count(*) AS calls,
       count(*) FILTER (WHERE failure <> '') AS failed, sum(prompt)::bigint AS prompt, sum(cached)::bigint AS cached,
       sum(answer)::bigint AS answer, sum(cost_micros)::bigint AS cost_micros,
       count(*) FILTER (WHERE cost_micros IS NULL AND prompt + answer > 0) AS unpriced,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY first_seconds) FILTER (WHERE first_seconds > 0), 0)
           AS first_seconds,
       sum(whole_seconds) AS seconds
FROM model_calls
WHERE day BETWEEN %(since)s AND %(until)s AND (%(conversation)s::text IS NULL OR conversation_id = %(conversation)s)
GROUP BY 1 ORDER BY min(at);

-- name: model_usage_by_ending
-- Conversations that took no call count as well: an average over those that did would tell too much.
SELECT c.status AS of,
       count(DISTINCT c.id) AS conversations, count(DISTINCT r.id) AS runs, count(m.id) AS calls,
       count(m.id) FILTER (WHERE m.failure <> '') AS failed, coalesce(sum(m.prompt), 0)::bigint AS prompt,
       coalesce(sum(m.cached), 0)::bigint AS cached, coalesce(sum(m.answer), 0)::bigint AS answer,
       sum(m.cost_micros)::bigint AS cost_micros,
       count(*) FILTER (WHERE m.cost_micros IS NULL AND m.prompt + m.answer > 0) AS unpriced,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY m.first_seconds) FILTER (WHERE m.first_seconds > 0), 0)
           AS first_seconds,
       coalesce(sum(m.whole_seconds), 0) AS seconds
FROM runs r JOIN conversations c ON c.id = r.conversation_id LEFT JOIN model_calls m ON m.run_id = r.id
WHERE (r.started_at AT TIME ZONE %(zone)s)::date BETWEEN %(since)s AND %(until)s
  AND (%(conversation)s::text IS NULL OR c.id = %(conversation)s)
GROUP BY c.status ORDER BY c.status;
