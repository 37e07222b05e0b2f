"""By what a chat format is known: the text of a template, the tokens of a tokenizer, a family."""

from __future__ import annotations

from dataclasses import dataclass

from tokenizers import Tokenizer


@dataclass(frozen=True)
class Marks:
    """By what a format is told from others with the same control tokens.

    Attributes:
        has, lacks: what its makers' templates contain, and what none of them does.
        token, no_token: a token that their tokenizers have, and one they lack, or nothing.
        families: the architectures of its makers' models, by how their names begin.
    """

    has: tuple[str, ...]
    lacks: tuple[str, ...]
    families: tuple[str, ...]
    token: str = ""
    no_token: str = ""

    def fit(self, template: str) -> bool:
        return all(mark in template for mark in self.has) and not any(
            mark in template for mark in self.lacks
        )

    def match(self, tokenizer: Tokenizer, family: str) -> bool:
        """Whether a model without a template may be one of theirs."""
        return (
            (not family or family.startswith(self.families))
            and (not self.token or tokenizer.token_to_id(self.token) is not None)
            and not (self.no_token and tokenizer.token_to_id(self.no_token) is not None)
        )


_THINKS = "<think>"
_NO_THOUGHT = "<think>\n\n</think>"
_DATES = "Cutting Knowledge Date"
_PHI3 = Marks(("<|assistant|>", "<|end|>"), (_THINKS,), ("phi",))
MARKS = {
    # A template with `bos_token` begins with a token that this format does not have; one that opens
    # an answer with a thought is of a model that cannot be kept from thinking.
    "chatml": Marks(
        ("<|im_start|>", "<|im_end|>"),
        ("<|im_sep|>", "bos_token", _NO_THOUGHT, f"assistant\n{_THINKS}"),
        ("qwen", "llama", "smollm"),
        no_token="<|im_sep|>",
    ),
    "qwen3": Marks(("<|im_start|>", f"{_NO_THOUGHT}\n\n"), ("bos_token",), ("qwen3",)),
    "llama3": Marks(
        ("<|start_header_id|>", "<|eot_id|>"),
        (_DATES, _THINKS),
        ("llama",),
        # Tokenizers have it since Llama 3.1.
        no_token="<|eom_id|>",
    ),
    "llama3.1": Marks(
        ("<|start_header_id|>", "<|eot_id|>", _DATES), (_THINKS,), ("llama",), "<|eom_id|>"
    ),
    "gemma": Marks(("<start_of_turn>", "<end_of_turn>"), (_THINKS,), ("gemma",)),
    "phi3": _PHI3,
    "phi4-mini": _PHI3,
    "phi4": Marks(("<|im_start|>", "<|im_sep|>"), (_THINKS,), ("phi",)),
    "mistral": Marks(
        ("[INST] ",), ("SYSTEM_PROMPT", _THINKS), ("mistral",), no_token="[SYSTEM_PROMPT]"
    ),
    "mistral-v7": Marks(("INST", "SYSTEM_PROMPT"), ("[THINK]", _THINKS), ("mistral",)),
}
