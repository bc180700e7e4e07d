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
