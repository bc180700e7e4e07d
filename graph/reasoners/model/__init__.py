"""The model reasoner: one streamed call to an OpenAI-compatible endpoint decides the next step and says the words.

`prompt` and `manner` write what is sent, `toolbox` what may be called. `client` is the endpoint, `failures` what can go wrong
with it, `health` whether it is worth asking. `answer` reads what came back, `parts` whom its words are about, `plan` what is
left of several requests. `reasoner` puts them together, `opening` chooses it. What code decides is decided before the model
is asked (`graph/reasoners/fixed`).
"""
