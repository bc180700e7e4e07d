"""The hostile proof: a reasoner that always proposes the worst, under random policies, judged by an oracle of its own."""
