-- The demo company's own tables. They share nothing with Closeloop's.
CREATE SCHEMA IF NOT EXISTS demo;

CREATE TABLE IF NOT EXISTS demo.records (
    kind      text NOT NULL,                    -- see tools/demo/systems.py
    id        text NOT NULL,
    customer  text NOT NULL,                    -- the owner; '' for what nobody owns, and for a parcel (its order's)
    body      jsonb NOT NULL,                   -- as in tools/demo/systems.py
    PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS records_of_customer ON demo.records (kind, customer);

CREATE TABLE IF NOT EXISTS demo.effects (       -- one row per real effect: what tests count
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system    text NOT NULL,
    kind      text NOT NULL,                    -- refund, cancellation, address_change, bug, ...
    object    text NOT NULL,                    -- the id of the record; the title of a bug
    customer  text NOT NULL,
    amount    bigint,                           -- minor units
    currency  text,
    details   jsonb NOT NULL,
    key       text,                             -- billing's idempotency key
    request   jsonb,                            -- the body that came with it
    at        timestamptz NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS effects_by_key ON demo.effects (system, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS effects_on_object ON demo.effects (system, object);
