-- Articles that the team accepted from what was learned; they are searched beside those of the company's folder.
CREATE TABLE learned_articles (
    id            text PRIMARY KEY,
    title         text NOT NULL,
    body          text NOT NULL,                    -- Markdown, redacted and reviewed before it comes here
    audience      text NOT NULL,                    -- public, internal or segment:NAME
    language      text NOT NULL,                    -- two letters
    updated       date NOT NULL,
    added_at      timestamptz NOT NULL,
    withdrawn_at  timestamptz                       -- NULL: searched
);

-- What the search holds, article by article. The index of vectors is derived from these tables and can be made again.
CREATE TABLE knowledge_articles (
    id          text PRIMARY KEY,                   -- its path inside its source, or learned/ID
    source      text NOT NULL,                      -- a folder of company.yaml, or learned
    file        text NOT NULL,                      -- where it was read
    title       text NOT NULL,
    audience    text NOT NULL,
    language    text NOT NULL,
    product     text NOT NULL,                      -- '': of all
    plan        text NOT NULL,                      -- '': of all
    url         text NOT NULL,                      -- '': the service's own page
    updated     date NOT NULL,
    body        text NOT NULL,                      -- Markdown
    hash        text NOT NULL,                      -- of all the above
    generation  bigint NOT NULL                     -- of the ingestion that wrote it
);

CREATE TABLE knowledge_passages (
    id          text PRIMARY KEY,                   -- ARTICLE#ANCHOR
    article_id  text NOT NULL REFERENCES knowledge_articles (id) ON DELETE CASCADE,
    place       integer NOT NULL,                   -- in the article, from 0
    heading     text NOT NULL,
    text        text NOT NULL,
    vector      text NOT NULL,                      -- its key in the index: a hash of what is embedded and of the model
    generation  bigint NOT NULL
);
CREATE INDEX knowledge_passages_of_article ON knowledge_passages (article_id, place);

-- One row: what is served. Raised in the transaction that changes the two tables above.
CREATE TABLE knowledge_generation (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    generation  bigint NOT NULL,
    model       text NOT NULL,                      -- whose vectors they are
    changed_at  timestamptz NOT NULL
);
