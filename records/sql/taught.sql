-- name: taught_version
-- '' where nothing was taught; else a fingerprint of which rows there are: one is never changed, only added or taken away.
SELECT coalesce(md5(string_agg(position::text, ' ' ORDER BY position)), '') AS version FROM learned_examples;

-- name: taught_examples
SELECT intent, text FROM learned_examples ORDER BY position;
