-- name: receipts_of_conversation
-- What was done in a conversation for its customer and has not been taken back: all that its replies may say was done.
SELECT l.* FROM ledger l
WHERE l.conversation_id = %(conversation)s AND l.customer_id = %(customer)s AND l.status = 'done'
  AND NOT EXISTS (SELECT FROM ledger u WHERE u.undoes = l.key AND u.status = 'done')
ORDER BY l.settled_at, l.key;
