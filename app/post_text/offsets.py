"""Between Qt's offsets, in UTF-16 units, and Python's, in code points."""

import re
from bisect import bisect_left
from dataclasses import InitVar, dataclass, field

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Offsets:
    """Offsets in one text. A code point above U+FFFF is two UTF-16 units, any other is one."""

    text: InitVar[str]
    _astral: tuple[int, ...] = field(init=False)
    _astral_utf16: tuple[int, ...] = field(init=False)

    def __post_init__(self, text: str) -> None:
        """Note where the astral code points begin, in each of the two measures."""
        astral = () if text.isascii() else tuple(m.start() for m in _ASTRAL.finditer(text))
        astral_utf16 = tuple(start + before for before, start in enumerate(astral))
        object.__setattr__(self, "_astral", astral)
        object.__setattr__(self, "_astral_utf16", astral_utf16)

    def to_utf16(self, code_point: int) -> int:
        """The UTF-16 offset of a code point offset."""
        return code_point + bisect_left(self._astral, code_point)

    def to_code_point(self, utf16: int) -> int:
        """The code point offset of a UTF-16 offset; one inside a pair means the pair's start."""
        return utf16 - bisect_left(self._astral_utf16, utf16)
