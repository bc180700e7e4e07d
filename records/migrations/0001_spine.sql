-- One row per ticket: an ordered transcript with one customer on one channel.
CREATE TABLE conversations (
    id           text PRIMARY KEY,
    customer_id  text,                              -- NULL: a visitor nobody vouches for
    channel      text NOT NULL,
    status       text NOT NULL CHECK (status IN (
                     'open',                        -- the agent owes an answer
                     'waiting_customer',            -- the customer was answered or asked
                     'waiting_staff',               -- a person has it, or must decide something
                     'resolved_confirmed',          -- the customer said so
                     'closed_unconfirmed')),        -- nobody said anything for long enough
    assignee     text,                              -- NULL: the agent; else a staff id
    agenda       jsonb NOT NULL DEFAULT '[]',       -- the open requests, with their slots and step
    last_seq     bigint NOT NULL DEFAULT 0,         -- of the newest event
    rating       smallint CHECK (rating BETWEEN 1 AND 5),
    rating_note  text,
    opened_at    timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX conversations_by_customer ON conversations (customer_id, updated_at DESC);

-- One pass of the graph. Its id is the LangGraph thread id.
CREATE TABLE runs (
    id               text PRIMARY KEY,
    conversation_id  text NOT NULL REFERENCES conversations,
    status           text NOT NULL CHECK (status IN ('running', 'paused', 'finished')),
    outcome          text CHECK (outcome IN (
                         'answered', 'acted', 'asked_customer', 'awaiting_approval', 'handed_over', 'declined')),
    attempts         integer NOT NULL DEFAULT 0,    -- times a worker took it up; too many end in a handoff
    requests         jsonb NOT NULL DEFAULT '[]',   -- what classify found: intents with probabilities
    policy_version   text NOT NULL DEFAULT '',
    cancelled        boolean NOT NULL DEFAULT false,
    error            text,
    started_at       timestamptz NOT NULL,
    finished_at      timestamptz
);
CREATE INDEX runs_unfinished ON runs (conversation_id) WHERE status <> 'finished';

CREATE TABLE messages (
    id               text PRIMARY KEY,
    position         bigint GENERATED ALWAYS AS IDENTITY,
    conversation_id  text NOT NULL REFERENCES conversations,
    author           text NOT NULL CHECK (author IN ('customer', 'agent', 'staff')),
    staff_id         text,
    body             text NOT NULL,
    citations        jsonb NOT NULL DEFAULT '[]',
    receipts         jsonb NOT NULL DEFAULT '[]',
    run_id           text REFERENCES runs,          -- customer: the run that took it up (NULL: unanswered); agent: the run that wrote it
    part             text NOT NULL DEFAULT '',      -- agent: which of the run's messages this is, so that a repeat is none
    created_at       timestamptz NOT NULL
);
CREATE INDEX messages_in_order ON messages (conversation_id, position);
CREATE INDEX messages_unanswered ON messages (conversation_id) WHERE author = 'customer' AND run_id IS NULL;
CREATE UNIQUE INDEX messages_once ON messages (run_id, part) WHERE author = 'agent';

-- Everything a stream shows, in order. Append-only.
CREATE TABLE events (
    conversation_id  text NOT NULL REFERENCES conversations,
    seq              bigint NOT NULL,
    run_id           text,
    type             text NOT NULL,
    data             jsonb NOT NULL,
    at               timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX events_of_run ON events (run_id, seq);

-- What the agent wanted to do and what policy said. `act` does nothing that has no row here.
CREATE TABLE proposals (
    id              text PRIMARY KEY,
    run_id          text NOT NULL REFERENCES runs,
    digest          text NOT NULL,
    key             text NOT NULL,                  -- the business identity: tool, object, cause
    intent          text NOT NULL,
    tool            text NOT NULL,
    arguments       jsonb NOT NULL,
    reason          text NOT NULL,
    evidence        jsonb NOT NULL,
    confidence      double precision NOT NULL,
    verdict         text NOT NULL CHECK (verdict IN ('allow', 'needs_approval', 'deny')),
    clauses         jsonb NOT NULL,
    policy_version  text NOT NULL,
    checked_at      timestamptz NOT NULL,
    UNIQUE (run_id, digest)
);

CREATE TABLE approvals (
    id              text PRIMARY KEY,
    run_id          text NOT NULL REFERENCES runs,
    conversation_id text NOT NULL REFERENCES conversations,
    customer_id     text,
    kind            text NOT NULL CHECK (kind IN ('action', 'reply')),
    status          text NOT NULL CHECK (status IN (
                        'pending',                  -- waits in the inbox
                        'approved', 'edited', 'rejected', 'answered',  -- a person decided
                        'withdrawn', 'expired', 'superseded')),        -- from inside only
    digest          text NOT NULL,
    generation      integer NOT NULL DEFAULT 1,
    key             text NOT NULL,
    intent          text NOT NULL,
    tool            text NOT NULL,
    arguments       jsonb NOT NULL,
    card            jsonb NOT NULL,                 -- what the approver sees: reason, clauses, facts, passages, replies
    queue           text NOT NULL,
    role            text NOT NULL,
    people          integer NOT NULL DEFAULT 1,
    then_do         text NOT NULL,                  -- at expiry
    policy_version  text NOT NULL,
    interrupt_id    text,
    first_by        text,                           -- of two people, the one who approved first
    decided_by      text,
    decided_at      timestamptz,
    decision        jsonb,
    filed_at        timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    UNIQUE (run_id, digest, generation)
);
CREATE UNIQUE INDEX approvals_one_open_card ON approvals (key) WHERE status = 'pending' AND kind = 'action';
CREATE INDEX approvals_inbox ON approvals (status, queue, filed_at, id);
CREATE INDEX approvals_of_conversation ON approvals (conversation_id, status);

CREATE TABLE approval_events (
    approval_id  text NOT NULL REFERENCES approvals,
    position     bigint GENERATED ALWAYS AS IDENTITY,
    move         text NOT NULL,
    actor        text NOT NULL,
    data         jsonb NOT NULL DEFAULT '{}',
    at           timestamptz NOT NULL
);
CREATE INDEX approval_history ON approval_events (approval_id, position);

-- One row per action, by business identity. The row exists before the system is called.
CREATE TABLE ledger (
    key              text PRIMARY KEY,
    proposal_id      text NOT NULL REFERENCES proposals,
    approval_id      text REFERENCES approvals,
    run_id           text NOT NULL REFERENCES runs,
    conversation_id  text NOT NULL REFERENCES conversations,
    customer_id      text NOT NULL,
    tool             text NOT NULL,
    arguments        jsonb NOT NULL,
    amount           bigint NOT NULL DEFAULT 0,     -- minor units that leave the company
    currency         text NOT NULL DEFAULT '',
    status           text NOT NULL CHECK (status IN (
                         'reserved',                -- about to be called, or the process died in between
                         'done',                    -- the system confirmed it
                         'refused',                 -- the system certainly did nothing; may be reserved again
                         'unknown')),               -- nobody can tell: a person decides
    receipt          jsonb,
    policy_version   text NOT NULL,
    reserved_at      timestamptz NOT NULL,
    settled_at       timestamptz
);
CREATE INDEX ledger_of_customer ON ledger (customer_id, reserved_at);
CREATE INDEX ledger_of_run ON ledger (run_id);

CREATE TABLE handoffs (
    id               text PRIMARY KEY,
    conversation_id  text NOT NULL REFERENCES conversations,
    run_id           text NOT NULL REFERENCES runs UNIQUE,
    reason           text NOT NULL,
    queue            text NOT NULL,
    skill            text NOT NULL DEFAULT '',
    priority         text NOT NULL,
    due_at           timestamptz NOT NULL,
    package          jsonb NOT NULL,
    created_at       timestamptz NOT NULL,
    taken_by         text,
    taken_at         timestamptz
);

CREATE TABLE audit (
    position         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at               timestamptz NOT NULL,
    actor            text NOT NULL,                 -- staff id, customer id, or the code that decided
    action           text NOT NULL,                 -- noun.verb
    subject          text NOT NULL,
    conversation_id  text,
    policy_version   text NOT NULL DEFAULT '',
    data             jsonb NOT NULL DEFAULT '{}'    -- ids and digests, no personal text
);
CREATE INDEX audit_of_conversation ON audit (conversation_id, position);

CREATE TABLE staff (
    id          text PRIMARY KEY,
    name        text NOT NULL,
    roles       text[] NOT NULL,
    key_hash    text NOT NULL UNIQUE,               -- sha256 of a random key: nothing to guess, nothing to read
    active      boolean NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL
);

CREATE TABLE dials (
    intent    text PRIMARY KEY,
    autonomy  text NOT NULL CHECK (autonomy IN ('off', 'suggest', 'auto')),
    reason    text NOT NULL,
    set_by    text NOT NULL,
    set_at    timestamptz NOT NULL
);

CREATE TABLE switches (
    name    text PRIMARY KEY,
    engaged boolean NOT NULL,
    reason  text NOT NULL,
    set_by  text NOT NULL,
    set_at  timestamptz NOT NULL
);

-- Answers to requests that carried an Idempotency-Key: a repeat is answered with the first answer.
CREATE TABLE submissions (
    owner     text NOT NULL,
    key       text NOT NULL,
    digest    text NOT NULL,
    answer    jsonb NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (owner, key)
);
