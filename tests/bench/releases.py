"""Releases for the benchmarks: texts that compress as prose does, the same ones in every run."""

import json
from random import Random

from syndicator.model.release import Record

_LETTERS = "aaabcdeeeefghiiilmnnnooprrssstttuuvw"
_WORDS = 4000
_PARAGRAPHS = 8
_PER_PARAGRAPH = 90
_DIFFERENT = 1000  # the same one comes again far beyond what gzip remembers


class Newsdesk:
    """Writes one release after the other."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)  # noqa: S311 (nothing secret)
        self._words = ["".join(self._random.choices(_LETTERS, k=self._random.randint(2, 11))) for _ in range(_WORDS)]
        self._paragraphs = [self._text(_PER_PARAGRAPH) for _ in range(_DIFFERENT)]

    def fields(self, number: int, **further: object) -> dict[str, object]:
        """A record as JSON carries it."""
        return {
            "language": "en",
            "headline": f"{self._text(9)} {number}",
            "body": [
                {"type": "paragraph", "text": text} for text in self._random.choices(self._paragraphs, k=_PARAGRAPHS)
            ],
            "publisher": {"name": "Benchmark"},
            "contacts": [{"name": "Nobody", "phone": "+49 89 1"}],
            **further,
        }

    def record(self, number: int, **further: object) -> Record:
        return self.read(self.fields(number, **further))

    def read(self, fields: dict[str, object]) -> Record:
        return Record.model_validate_json(json.dumps(fields), strict=True)

    def _text(self, words: int) -> str:
        # Frequent words come often, as in any language.
        chosen = (self._words[int(_WORDS * self._random.random() ** 3)] for _ in range(words))
        return f"{' '.join(chosen).capitalize()}."
