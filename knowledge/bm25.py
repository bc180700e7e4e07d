"""Search by words: BM25 (bm25s) over stemmed words, held in memory: of each passage with its title, of each article as a
whole, and of each title.

Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"; the Lucene variant. The passages of many articles
lie in shards by article, so that an edit indexes one shard anew and not all of them.
"""

import logging
import zlib
from collections import Counter
from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

from knowledge.passages import Passage, plain

Scores = NDArray[np.float32]

K1, B = 1.5, 0.75
TITLE_K1, TITLE_B = 1.2, 0.3
TITLED = 3
"""How often the title counts in the article as a whole."""
SHARD = 1024
"""Passages from which on there are more shards than one."""
STEMMERS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
STOPPED = ("de", "en", "es", "fr", "it", "nl", "no", "pt", "ru", "sv", "tr")
"""The languages of which bm25s knows the words that say nothing."""
UNSPACED = ("ja", "ko", "th", "zh")
"""Where words are not parted by spaces, each two neighbouring letters are one."""


class Keywords:
    """The word index of the passages of one shelf, so that no word statistics cross between audiences or languages.
    `before`: an index of what they were, whose shards are taken over where nothing changed."""

    def __init__(self, passages: Sequence[Passage], language: str = "en", before: "Keywords | None" = None) -> None:
        self._passages, self._language = passages, language
        self._count = 1 << max(0, (len(passages) - 1) // SHARD).bit_length()
        members: list[list[int]] = [[] for _ in range(self._count)]
        for place, passage in enumerate(passages):
            members[zlib.crc32(passage.article.encode("utf-8", "replace")) % self._count].append(place)
        self._places = [np.array(each, np.int64) for each in members]
        old = before._shards if before and before._count == self._count and before._language == language else None
        self._shards: list[_Shard] = [
            _shard([passages[place] for place in each], language, old[number] if old else None)
            for number, each in enumerate(members)
        ]

    def scores(self, query: str) -> Scores:
        """(3, passages): BM25 of each passage, of its article and of its title, in the order given; 0 where no word is
        shared."""
        words, scores = _words(query, self._language), np.zeros((3, len(self._passages)), np.float32)
        for places, shard in zip(self._places, self._shards, strict=True):
            if words and shard.holders:
                scores[:, places] = shard.scores(words)
        return scores

    def weight(self, query: str) -> float:
        """How much rarity there is in the query's words, in all."""
        return sum(self._rarity(word) for word in set(_words(query, self._language)))

    def _rarity(self, word: str) -> float:
        holders = sum(shard.holders[word] for shard in self._shards)
        return float(np.log1p((len(self._passages) - holders + 0.5) / (holders + 0.5)))


class _Shard:
    """All passages of some articles."""

    def __init__(self, passages: Sequence[Passage], language: str) -> None:
        words = _words_of([_read(passage) for passage in passages], language)
        self.passages = passages
        self.holders = Counter(word for bag in words for word in set(bag))
        numbers = {name: number for number, name in enumerate(dict.fromkeys(each.article for each in passages))}
        self._article = np.array([numbers[each.article] for each in passages], np.int64)
        titles = {each.article: each.title for each in passages}
        heads = _words_of(list(titles.values()), language)
        bodies: list[list[str]] = [head * TITLED for head in heads]
        plains = _words_of([plain(passage.text) for passage in passages], language)
        for passage, own in zip(passages, plains, strict=True):
            bodies[numbers[passage.article]] += own
        if self.holders:
            self._bm25 = (_indexed(words, K1, B), _indexed(bodies, K1, B), _indexed(heads, TITLE_K1, TITLE_B))

    def scores(self, words: Sequence[str]) -> Scores:
        own, article, title = (each.get_scores(words) if each else np.float32(0) for each in self._bm25)
        whole = np.zeros((3, len(self.passages)), np.float32)
        whole[0] = own
        whole[1] = np.broadcast_to(article, self._article.max() + 1)[self._article]
        whole[2] = np.broadcast_to(title, self._article.max() + 1)[self._article]
        return whole


def _indexed(words: Sequence[Sequence[str]], k1: float, b: float) -> bm25s.BM25 | None:
    """None where there are no words at all."""
    logging.getLogger("bm25s").setLevel(logging.WARNING)  # bm25s sets DEBUG for every program it is in
    if not any(words):
        return None
    made = bm25s.BM25(k1=k1, b=b)
    made.index(words, show_progress=False)
    return made


def _shard(passages: Sequence[Passage], language: str, old: _Shard | None) -> _Shard:
    return old if old and old.passages == passages else _Shard(passages, language)


def _read(passage: Passage) -> str:
    return f"{passage.title} {passage.indexed()}"


def _words(text: str, language: str) -> list[str]:
    return _words_of([text], language)[0]


def _words_of(texts: Sequence[str], language: str) -> list[list[str]]:
    """Of each text, in order; many at once cost much less than each alone."""
    if language in UNSPACED:
        texts = [_pairs(text) for text in texts]
    stemmer = Stemmer.Stemmer(STEMMERS[language]) if language in STEMMERS else None
    stopped = language if language in STOPPED else []
    found = bm25s.tokenize(list(texts), stopwords=stopped, stemmer=stemmer, return_ids=False, show_progress=False)
    return [list(words) for words in found]


def _pairs(text: str) -> str:
    letters = "".join(text.split())
    return " ".join(letters[place : place + 2] for place in range(len(letters)))
