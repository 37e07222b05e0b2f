"""Unicode's canonical composition (NFC), and the way back from its offsets."""

from unicodedata import combining, normalize

_FIRST_COMBINING = "\u0300"


def compose(text: str) -> str:
    """The text in NFC."""
    return text if text.isascii() else normalize("NFC", text)


def composed_boundaries(text: str, last: int) -> dict[int, int]:
    """For each offset in compose(text) that composition does not cross, the offset in text.

    Offsets are in code points; those in compose(text) go up to last. A piece of the text between
    two of them composes by itself.
    """
    boundaries = {0: 0}
    start = composed_start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or _stands_apart(text[start:end], text[end]):
            composed_start += len(normalize("NFC", text[start:end]))
            if composed_start > last:
                break
            start = end
            boundaries[composed_start] = end
    return boundaries


def _stands_apart(before: str, character: str) -> bool:
    """Whether the character begins a new piece: no mark on what is before, no part of it."""
    if character < _FIRST_COMBINING:
        return True
    if combining(normalize("NFD", character)[0]):
        return False
    together = normalize("NFC", before + character)
    return together == normalize("NFC", before) + normalize("NFC", character)
