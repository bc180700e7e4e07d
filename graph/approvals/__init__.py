"""Cards and the people who decide them: what a card shows, who may decide, what a decision covers."""
