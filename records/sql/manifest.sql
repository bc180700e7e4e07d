-- What the search holds.

-- name: lock_manifest
SELECT pg_advisory_lock(hashtextextended('closeloop knowledge', 9));

-- name: manifest_generation
SELECT generation, model FROM knowledge_generation;

-- name: manifest_articles
SELECT id, source, file, title, audience, language, product, plan, url, body, updated, hash
FROM knowledge_articles ORDER BY source, file, id;

-- name: manifest_passages
SELECT id, article_id, vector FROM knowledge_passages ORDER BY article_id, place;

-- name: raise_manifest
INSERT INTO knowledge_generation (generation, model, changed_at) VALUES (1, %(model)s, %(now)s)
ON CONFLICT (one) DO UPDATE
SET generation = knowledge_generation.generation + 1, model = excluded.model, changed_at = excluded.changed_at
RETURNING generation;

-- name: remove_filed
DELETE FROM knowledge_articles WHERE id = ANY(%(articles)s);

-- name: file_article
INSERT INTO knowledge_articles
    (id, source, file, title, audience, language, product, plan, url, updated, body, hash, generation)
VALUES
    (%(id)s, %(source)s, %(file)s, %(title)s, %(audience)s, %(language)s, %(product)s, %(plan)s, %(url)s, %(updated)s,
     %(body)s, %(hash)s, %(generation)s);

-- name: file_passages
INSERT INTO knowledge_passages (id, article_id, place, heading, text, vector, generation)
SELECT id, %(article)s, place - 1, heading, text, vector, %(generation)s
FROM unnest(%(ids)s::text[], %(headings)s::text[], %(texts)s::text[], %(vectors)s::text[]) WITH ORDINALITY
    AS filed (id, heading, text, vector, place);
