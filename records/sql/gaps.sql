-- name: unanswered_questions
-- No article carried an answer, and nothing else did. What somebody has said to be nobody's request here is no gap.
SELECT q.text, q.conversation_id, v.customer_id, q.intent, q.support, q.outcome = 'handed_over' AS handed_over, q.minutes,
       q.asked_at
FROM questions q JOIN conversations v ON v.id = q.conversation_id
WHERE q.asked_at > %(since)s AND q.text <> '' AND q.outcome NOT IN ('acted', 'awaiting_approval')
  AND (q.support < %(least)s OR q.support IS NULL AND q.intent = '') AND q.right_intent IS DISTINCT FROM 'none'
ORDER BY q.asked_at DESC, q.run_id, q.place LIMIT %(limit)s;

-- name: cited_articles
SELECT told.article, count(*) AS cited, count(DISTINCT v.customer_id) AS customers,
       count(*) FILTER (WHERE q.unhappy = 'not_solved') AS not_solved,
       count(*) FILTER (WHERE q.unhappy = 'reopened') AS reopened,
       count(*) FILTER (WHERE q.unhappy = 'rated_low') AS rated_low,
       (SELECT count(*) FROM lessons l WHERE l.kind = 'article' AND l.target = told.article AND l.at > %(since)s) AS corrected,
       (array_agg(DISTINCT q.conversation_id) FILTER (WHERE q.unhappy <> ''))[1:10] AS conversations
FROM questions q JOIN conversations v ON v.id = q.conversation_id CROSS JOIN LATERAL unnest(q.cited) AS told (article)
WHERE q.asked_at > %(since)s GROUP BY told.article ORDER BY count(*) DESC, told.article;

-- name: handoff_reasons
SELECT q.reason, q.intent, count(DISTINCT q.run_id) AS handoffs,
       count(DISTINCT q.run_id) FILTER (WHERE q.asked_at > %(middle)s) AS lately, count(DISTINCT v.customer_id) AS customers,
       avg(q.minutes) AS waited, (array_agg(DISTINCT q.conversation_id))[1:5] AS conversations
FROM questions q JOIN conversations v ON v.id = q.conversation_id
WHERE q.outcome = 'handed_over' AND q.asked_at > %(since)s
GROUP BY q.reason, q.intent ORDER BY count(DISTINCT q.run_id) DESC, q.reason, q.intent;

-- name: outcomes_since
SELECT q.outcome, count(DISTINCT q.run_id) AS runs, count(DISTINCT q.conversation_id) AS conversations
FROM questions q WHERE q.asked_at > %(since)s GROUP BY q.outcome ORDER BY 2 DESC, 1;

-- name: resolved_since
SELECT count(DISTINCT v.id) FILTER (WHERE v.status = 'resolved_confirmed') AS resolved,
       count(DISTINCT v.id) AS conversations
FROM questions q JOIN conversations v ON v.id = q.conversation_id WHERE q.asked_at > %(since)s;
