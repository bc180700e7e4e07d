-- name: add_learned_article
INSERT INTO learned_articles (id, title, body, audience, language, updated, added_at)
VALUES (%(id)s, %(title)s, %(body)s, %(audience)s, %(language)s, %(updated)s, %(now)s);

-- name: withdraw_learned_article
UPDATE learned_articles SET withdrawn_at = %(now)s WHERE id = %(id)s AND withdrawn_at IS NULL;

-- name: restore_learned_article
UPDATE learned_articles SET withdrawn_at = NULL WHERE id = %(id)s AND withdrawn_at IS NOT NULL;

-- name: delete_learned_article
DELETE FROM learned_articles WHERE id = %(id)s;

-- name: live_learned_articles
SELECT id, title, body, audience, language, updated, added_at, withdrawn_at
FROM learned_articles WHERE withdrawn_at IS NULL ORDER BY added_at, id;

-- name: all_learned_articles
SELECT id, title, body, audience, language, updated, added_at, withdrawn_at FROM learned_articles ORDER BY added_at, id;
