"""The model reasoner: one streamed call to an OpenAI-compatible endpoint decides the next step and says the words.

`prompt` writes what is sent, `toolbox` what may be called, `client` is the endpoint and its failures, `answer` reads what
came back, `reasoner` puts them together. What code decides is decided before the model is asked (`graph/reasoners/fixed`).
"""
