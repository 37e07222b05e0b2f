"""X's rules for the text of a post: how long it is, what is in it, where it may end or be split."""

from app.post_text.entities import Entity, EntityKind, find
from app.post_text.offsets import Offsets
from app.post_text.sentence import ends_sentence
from app.post_text.thread import split
from app.post_text.weight import LIMIT, URL_WEIGHT, Weighed, longest_fit, weigh

__all__ = [
    "LIMIT",
    "URL_WEIGHT",
    "Entity",
    "EntityKind",
    "Offsets",
    "Weighed",
    "ends_sentence",
    "find",
    "longest_fit",
    "split",
    "weigh",
]
