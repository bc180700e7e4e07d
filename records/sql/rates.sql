-- name: take_rates
-- Uses each rate once, as the generic cell rate algorithm does: `used_until` moves on by the share of the window that
-- one use has, and never beyond the window. A rate that is used up gives no row; the caller then rolls back.
-- In the order of the keys, so that two callers never wait for each other.
INSERT INTO rates AS r (key, used_until, whole)
SELECT key, %(now)s::timestamptz + make_interval(secs => share), make_interval(secs => whole)
FROM unnest(%(keys)s::text[], %(shares)s::double precision[], %(wholes)s::double precision[]) AS given (key, share, whole)
ORDER BY key
ON CONFLICT (key) DO UPDATE
SET used_until = greatest(r.used_until, %(now)s) + (excluded.used_until - %(now)s), whole = excluded.whole
WHERE greatest(r.used_until, %(now)s) + (excluded.used_until - %(now)s) <= %(now)s + excluded.whole
RETURNING key, used_until;

-- name: rates_used
SELECT key, used_until FROM rates WHERE key = ANY(%(keys)s);

-- name: forget_rates
-- A rate that is as if never used needs no row.
DELETE FROM rates WHERE used_until < %(now)s;
