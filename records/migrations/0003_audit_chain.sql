-- Each row of the audit log is bound to the one before it in its chain: that of its conversation, or `service` for what
-- belongs to none. Changing, adding or taking away a row breaks the chain from there on.
ALTER TABLE audit ADD COLUMN chain text;
ALTER TABLE audit ADD COLUMN link integer;
ALTER TABLE audit ADD COLUMN hash text;                     -- sha256; NULL: written before there were chains
CREATE UNIQUE INDEX audit_chain ON audit (chain, link);
CREATE INDEX audit_at ON audit (at);

-- Where each chain ends. A conversation keeps its own, so that writing to it takes no lock that its events do not take.
ALTER TABLE conversations ADD COLUMN audit_length integer NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN audit_head text NOT NULL DEFAULT '';
CREATE TABLE audit_service (
    chain   text PRIMARY KEY,
    length  integer NOT NULL,
    head    text NOT NULL
);
INSERT INTO audit_service VALUES ('service', 0, '');

-- The ends of all chains that grew since the seal before, signed. Whoever rewrites a chain from its beginning would have
-- to forge the seals as well, which are also kept in a file outside the database.
CREATE TABLE audit_seals (
    number    integer PRIMARY KEY,
    at        timestamptz NOT NULL,
    heads     jsonb NOT NULL,                               -- chain: [length, head]
    previous  text NOT NULL,                                -- the signature of the seal before
    signature text NOT NULL                                 -- HMAC-SHA256
);
