-- What a run sent to a language model, call by call, for `closeloop prompt`.
CREATE TABLE model_prompts (
    run_id           text NOT NULL REFERENCES runs (id),
    conversation_id  text NOT NULL REFERENCES conversations (id),
    call             integer NOT NULL,              -- of the run, from 1
    at               timestamptz NOT NULL,
    version          text NOT NULL,                 -- sha256 of the prompt files
    about            jsonb NOT NULL,                -- model, tokens, seconds, failure
    type             text NOT NULL,                 -- zlib+NAME: of the key it is encrypted with, see records/cipher.py
    sent             bytea NOT NULL,                -- messages and tools, as JSON
    PRIMARY KEY (run_id, call)
);
CREATE INDEX model_prompts_of_conversation ON model_prompts (conversation_id);
CREATE INDEX model_prompts_by_age ON model_prompts (at);
CREATE TRIGGER model_prompts_not_erased BEFORE INSERT ON model_prompts FOR EACH ROW EXECUTE FUNCTION refuse_erased();

-- What each call of a language model took (records/model_usage.py): counts and times, and no words.
CREATE TABLE model_calls (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id           text NOT NULL REFERENCES runs (id),
    conversation_id  text NOT NULL REFERENCES conversations (id),
    at               timestamptz NOT NULL,
    day              date NOT NULL,                 -- in the company's time zone
    intent           text NOT NULL,                 -- the first that the run was about; '': none
    model            text NOT NULL,
    prompt           bigint NOT NULL,               -- tokens, as the endpoint counts them
    cached           bigint NOT NULL,               -- of these, which it had kept
    answer           bigint NOT NULL,
    first_seconds    double precision NOT NULL,     -- to the first word; 0: none came
    whole_seconds    double precision NOT NULL,
    failure          text NOT NULL,                 -- '': an answer that could be used
    cost_micros      bigint                         -- millionths of the company's currency; NULL: the model has no price
);
CREATE INDEX model_calls_by_day ON model_calls (day);
CREATE INDEX model_calls_by_run ON model_calls (run_id);

-- How much of a day's budget is spent. One row a day, so that all processes count together.
CREATE TABLE model_days (
    day        date PRIMARY KEY,
    tokens     bigint NOT NULL,
    announced  bigint                               -- the budget that was announced as spent
);

ALTER TABLE runs ADD COLUMN model_seconds double precision NOT NULL DEFAULT 0;   -- waited for language models
