"""The links, mentions, hashtags and cashtags that X will find in a post."""

from dataclasses import dataclass
from enum import Enum

from app.post_text.tags import find_cashtags, find_hashtags, find_mentions
from app.post_text.urls import find_urls


class EntityKind(Enum):
    """What X makes of a stretch of text. A mention may name a list: @name/list."""

    URL = "url"
    MENTION = "mention"
    HASHTAG = "hashtag"
    CASHTAG = "cashtag"


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity; start and end in code points of the text as given, the sign included."""

    kind: EntityKind
    start: int
    end: int


_FINDERS = (
    (EntityKind.URL, find_urls),
    (EntityKind.MENTION, find_mentions),
    (EntityKind.HASHTAG, find_hashtags),
    (EntityKind.CASHTAG, find_cashtags),
)


def find(text: str) -> tuple[Entity, ...]:
    """All entities, left to right; of two that overlap, the one that begins first."""
    found = [Entity(kind, start, end) for kind, spans in _FINDERS for start, end in spans(text)]
    return _without_overlaps(sorted(found, key=lambda entity: entity.start))


def _without_overlaps(entities: list[Entity]) -> tuple[Entity, ...]:
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return tuple(kept)
