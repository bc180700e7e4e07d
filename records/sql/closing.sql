-- name: close_silent
-- Answered or asked, nobody has it, nothing waits, and the customer has been silent since `before`.
UPDATE conversations c SET status = 'closed_unconfirmed', updated_at = %(now)s
WHERE c.id IN (
    SELECT w.id FROM conversations w
    WHERE w.status = 'waiting_customer' AND w.updated_at <= %(before)s AND w.assignee IS NULL
      AND NOT EXISTS (SELECT FROM runs r WHERE r.conversation_id = w.id AND r.status <> 'finished')
    ORDER BY w.updated_at LIMIT 100 FOR UPDATE SKIP LOCKED)
  AND c.status = 'waiting_customer'
RETURNING c.id;

-- name: reopen_closed
UPDATE conversations SET reopened = reopened + 1 WHERE id = %(id)s AND status = 'closed_unconfirmed' RETURNING reopened;
