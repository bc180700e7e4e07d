"""A shop: a second company, with systems, facts and actions of its own, to show that nothing in the graph knows the first."""
