"""What stands around the words of several texts: they are read once, and each search is made once."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final

REACH: Final = 160
# No text of a record holds it.
_BETWEEN: Final = "\0"
_WORD: Final = re.compile(r"\w+")


class Concordance:
    """Where words stand in texts, and what has been found out about them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = _BETWEEN.join(texts)
        self._answers: dict[tuple[Callable[[str, Concordance], str | None], str], str | None] = {}

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for word in _WORD.finditer(self._text):
            places[word[0]].append(word.start())
        return dict(places)

    def around(self, words: str) -> Iterator[tuple[str, str]]:
        """What stands in front of whole words and behind them in the same text, up to ``REACH``, at each place."""
        rarest = min(_WORD.finditer(words), key=lambda word: len(self._places.get(word[0], ())), default=None)
        for place in self._places.get(rarest[0], ()) if rarest else ():
            start = place - rarest.start() if rarest else place
            end = start + len(words)
            if start >= 0 and self._text.startswith(words, start):
                front, behind = self._text[max(0, start - REACH) : start], self._text[end : end + REACH]
                yield front.rpartition(_BETWEEN)[2], behind.partition(_BETWEEN)[0]

    def answer(self, search: Callable[[str, "Concordance"], str | None], words: str) -> str | None:
        """What a search finds for the words."""
        if (search, words) not in self._answers:
            self._answers[search, words] = search(words, self)
        return self._answers[search, words]
