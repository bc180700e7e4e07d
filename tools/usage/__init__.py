"""The product itself: what a customer uses of their plan, what the plan includes, and which accesses they had."""
