-- Names of the keys that checkpoints were encrypted with: a process that lacks one that is still in use does not start.
CREATE TABLE checkpoint_keys (
    name        text PRIMARY KEY,                   -- a fingerprint, see records/cipher.py
    first_used  timestamptz NOT NULL
);

-- When the personal data of a conversation was deleted: by its age, or because the customer was erased.
ALTER TABLE conversations ADD COLUMN emptied_at timestamptz;
ALTER TABLE conversations ADD COLUMN erased_at timestamptz;
CREATE INDEX conversations_not_emptied ON conversations (updated_at) WHERE emptied_at IS NULL;

CREATE INDEX events_by_age ON events (at);
CREATE INDEX submissions_by_age ON submissions (at);

-- Nothing is written to a conversation that was erased, whoever was on the way with something meanwhile: the row's lock
-- makes them wait for the erasure, and then they find it done.
CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased timestamptz;
BEGIN
    SELECT erased_at INTO erased FROM conversations WHERE id = NEW.conversation_id FOR KEY SHARE;
    IF erased IS NOT NULL THEN
        RAISE EXCEPTION 'the conversation was erased' USING ERRCODE = 'CL404';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER messages_not_erased BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER events_not_erased BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER runs_not_erased BEFORE INSERT ON runs FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER approvals_not_erased BEFORE INSERT ON approvals FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER handoffs_not_erased BEFORE INSERT ON handoffs FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER joins_not_erased BEFORE INSERT ON joins FOR EACH ROW EXECUTE FUNCTION refuse_erased();

-- Conversations nobody is at work in and nobody waits for: what lies in them may be deleted by its age.
CREATE VIEW conversations_at_rest AS
SELECT c.id FROM conversations c
WHERE c.status NOT IN ('open', 'waiting_staff')
  AND NOT EXISTS (SELECT FROM runs r WHERE r.conversation_id = c.id AND r.status <> 'finished')
  AND NOT EXISTS (SELECT FROM approvals a WHERE a.conversation_id = c.id AND a.status = 'pending')
  AND NOT EXISTS (SELECT FROM ledger l WHERE l.conversation_id = c.id AND l.status IN ('reserved', 'unknown'))
  AND NOT EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.author = 'customer' AND m.run_id IS NULL)
  AND NOT EXISTS (SELECT FROM joins j WHERE j.joined_to = c.id AND j.settled_at IS NULL);
