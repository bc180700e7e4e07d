-- What people taught, and what they were asked to look at. Customers' words are redacted before they come here.

-- What a member of staff says a run should have done. `intent`: '' where that was right; 'none': nobody's request here.
CREATE TABLE corrections (
    id               text PRIMARY KEY,
    run_id           text NOT NULL REFERENCES runs,
    conversation_id  text NOT NULL REFERENCES conversations,
    place            integer,                       -- which of the run's requests; NULL: all that the customer said
    intent           text NOT NULL DEFAULT '',
    answer           text NOT NULL DEFAULT '',      -- what should have been said, redacted
    article          text NOT NULL DEFAULT '',      -- the article that told it wrong
    action           text NOT NULL DEFAULT '',      -- the tool that should have been used; 'none': none at all
    why              text NOT NULL,
    made_by          text NOT NULL,
    at               timestamptz NOT NULL
);
CREATE INDEX corrections_of_conversation ON corrections (conversation_id, at);

-- What was asked, run by run, and what is known of the right answer: what no suggestion may make worse, and what the gaps
-- are counted from. Taken from the run's own records when it has finished.
CREATE TABLE questions (
    run_id           text NOT NULL REFERENCES runs,
    place            integer NOT NULL,              -- among the run's requests; 0 where none was understood
    conversation_id  text NOT NULL REFERENCES conversations,
    text             text NOT NULL,                 -- redacted; '' where it could not be
    intent           text NOT NULL,                 -- as understood; '': none
    probability      double precision NOT NULL,
    support          double precision,              -- NULL: no article was needed
    cited            text[] NOT NULL DEFAULT '{}',  -- articles
    outcome          text NOT NULL,
    reason           text NOT NULL DEFAULT '',      -- of its handoff
    minutes          double precision,              -- until a person's first answer
    unhappy          text NOT NULL DEFAULT '',      -- reopened, not_solved, rated_low or corrected: what came after it
    right_intent     text,                          -- NULL: nobody confirmed any; 'none' too is an answer
    right_article    text,
    confirmed_by     text NOT NULL DEFAULT '',      -- correction, approval, customer
    asked_at         timestamptz NOT NULL,
    PRIMARY KEY (run_id, place)
);
CREATE INDEX questions_asked ON questions (asked_at);
CREATE INDEX questions_of_conversation ON questions (conversation_id);

CREATE TABLE suggestions (
    id          text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('example', 'article')),
    state       text NOT NULL CHECK (state IN (
                    'proposed',                     -- waits for a person
                    'failed',                       -- the gate would not let it through; a person may dismiss it
                    'accepted',                     -- live
                    'dismissed',
                    'rolled_back',                  -- was live
                    'forgotten')),                  -- nothing is left of what it was made from
    target      text NOT NULL,                      -- the intent ('none'), or the article; '': a new article
    title       text NOT NULL,                      -- what it is about: its own frequent words
    change      jsonb NOT NULL,                     -- what would go live
    overwrites  jsonb NOT NULL,                     -- what of the live knowledge that changes
    gate        jsonb NOT NULL,                     -- the last result, with its reasons
    version     text NOT NULL,                      -- of `change`: a decision is about what was seen
    made_at     timestamptz NOT NULL,
    article_id  text,                               -- the learned article, once accepted
    decided_by  text,
    decided_at  timestamptz,
    why         text NOT NULL DEFAULT '',
    undone_by   text,
    undone_at   timestamptz,
    undone_why  text NOT NULL DEFAULT ''
);
CREATE INDEX suggestions_by_state ON suggestions (state, made_at, id);

-- One thing that somebody taught by what they did. `key` is where it came from: it is taken in once.
CREATE TABLE lessons (
    key              text PRIMARY KEY,
    kind             text NOT NULL CHECK (kind IN ('example', 'article')),
    source           text NOT NULL CHECK (source IN ('correction', 'edit', 'reply', 'confirmed')),
    conversation_id  text NOT NULL REFERENCES conversations,
    run_id           text REFERENCES runs,
    question         text NOT NULL,                 -- redacted
    target           text NOT NULL,                 -- the intent, or the article; '': none yet
    answer           text NOT NULL DEFAULT '',      -- what people wrote, redacted
    before           text NOT NULL DEFAULT '',      -- what the agent would have said, redacted
    made_by          text NOT NULL DEFAULT '',      -- a staff id, or '' for the customer's confirmation
    why              text NOT NULL DEFAULT '',
    at               timestamptz NOT NULL,
    suggestion_id    text REFERENCES suggestions
);
CREATE INDEX lessons_of_conversation ON lessons (conversation_id);
CREATE INDEX lessons_of_suggestion ON lessons (suggestion_id);
CREATE INDEX lessons_waiting ON lessons (at) WHERE suggestion_id IS NULL;

-- Accepted examples: triage learns from these beside the company's own.
CREATE TABLE learned_examples (
    position         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    suggestion_id    text NOT NULL REFERENCES suggestions,
    conversation_id  text NOT NULL REFERENCES conversations,
    intent           text NOT NULL,                 -- 'none': nobody's request here
    text             text NOT NULL,
    UNIQUE (suggestion_id, conversation_id, text)
);
CREATE INDEX learned_examples_of_conversation ON learned_examples (conversation_id);

CREATE TRIGGER corrections_not_erased BEFORE INSERT ON corrections FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER questions_not_erased BEFORE INSERT ON questions FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER lessons_not_erased BEFORE INSERT ON lessons FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER learned_examples_not_erased BEFORE INSERT ON learned_examples FOR EACH ROW EXECUTE FUNCTION refuse_erased();

-- Nothing is learned from a conversation of which what was learned was taken back.
ALTER TABLE conversations ADD COLUMN forgotten_at timestamptz;

-- A learned article may stand in place of one of the company's, for as long as that one's text is what it was made of.
ALTER TABLE learned_articles ADD COLUMN replaces text NOT NULL DEFAULT '';   -- an article; '': none
ALTER TABLE learned_articles ADD COLUMN base text NOT NULL DEFAULT '';       -- sha256 of that article's body
