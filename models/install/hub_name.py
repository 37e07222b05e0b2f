"""The name of a repository on the Hugging Face Hub, as a person writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.errors import ModelError

_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_NAME = re.compile(
    rf"(?:https://(?:www\.)?huggingface\.co/)?({_PART})/({_PART})(?:/(?:tree/main/?)?)?"
)
_NO_OWNERS = ("datasets", "spaces", "huggingface.co", "www.huggingface.co")


@dataclass(frozen=True)
class Name:
    """A repository's name on the Hub, `owner/short`; each part can be a folder's name."""

    owner: str
    short: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.short}"

    @property
    def unfinished_id(self) -> str:
        """What a download of it is called among the models."""
        return f"{self.owner}--{self.short}-checkpoint"


def repository_name(text: str) -> Name:
    """The name in what a person wrote, which may be the address of the page.

    Raises `ModelError` where there is none.
    """
    found = _NAME.fullmatch(text.strip())
    if found and found[1] not in _NO_OWNERS:
        return Name(found[1], found[2])
    raise ModelError(
        f"{text.strip() or 'Nothing'} is no name of a model on the Hub.",
        "Write it as its page has it: owner/name.",
    )
