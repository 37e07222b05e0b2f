"""A model ready to write: its folder checked, its graph and its tokenizer loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.engine.chat import Message, encode_chat, open_answer
from models.engine.decode import Decoder, IsCancelled, OnStep, Row, Run
from models.engine.kept_prefixes import KeptPrefixes
from models.engine.limits import Limits, TextRules, Vocabulary
from models.engine.sampling import Sampling
from models.engine.session import load_graph
from models.engine.tokenizer import Tokenizer
from models.engine.untold import Untold
from models.errors import ModelError
from models.manifest import verify


class ModelWriter:
    """Writes rows of text from a conversation.

    Attributes:
        manifest: what the model folder says of itself.
        device, device_note: where the graph really runs, and why not on CUDA.
    """

    def __init__(self, folder: Path, device: str = "auto") -> None:
        self.manifest = verify(folder)
        # Before the graph, which then takes the memory that reading this leaves behind: 20 MB.
        self._tokenizer = Tokenizer(folder / "tokenizer.json")
        graph = load_graph(folder / "model.onnx", device)
        self.device, self.device_note = graph.device, graph.device_note
        ends = self.manifest.end_of_turn_ids
        pieces = self._tokenizer.pieces_for(graph.shapes.vocabulary)
        self._vocabulary = Vocabulary(pieces, ends)
        digests = " ".join(file.sha256 for file in self.manifest.files)
        self._decoder = Decoder(graph, pieces, ends, KeptPrefixes(folder / "prefixes", digests))

    def warm_up(
        self, prefix: Sequence[Message], rows: int, room: int, is_cancelled: IsCancelled
    ) -> None:
        """Read the turns that every run begins with, so that the first run need not.

        Raises `Cancelled` where it was given up.
        """
        self._decoder.warm_up(self._encode(prefix), rows, room, is_cancelled)

    def write(
        self,
        prefix: Sequence[Message],
        prompt: Sequence[Message],
        others: Sequence[Sequence[Message]] = (),
        *,
        rows: int,
        enough: int,
        tokens: int,
        seed: int,
        sampling: Sampling,
        source: str,
        rules: TextRules | None,
        on_step: OnStep,
        is_cancelled: IsCancelled,
    ) -> list[Row]:
        """Write `rows` texts from a source, until `enough` of them are finished.

        The last rows read one of the other prompts each. Without rules the model writes as it
        likes. Raises `ModelError` where the conversation is too long.
        """
        fixed = self._encode(prefix)
        opened = open_answer(self.manifest.chat_format, self._tokenizer)
        asked = [(*self._encode(way, behind=prefix), *opened) for way in (prompt, *others)]
        if len(fixed) + max(map(len, asked)) + tokens > self.manifest.context_length:
            raise ModelError(
                "The notes are longer than this model can read at once.",
                "Your notes are kept as they are: shorten them to the facts for this post.",
            )
        limits = self._limits(source, rules) if rules else None
        behind = (rows, enough, tokens, seed, sampling, limits)
        run = Run(fixed, asked[0], *behind, others=tuple(asked[1:]))
        return self._decoder.run(run, on_step, is_cancelled)

    def _limits(self, source: str, rules: TextRules) -> Limits:
        untold = Untold(source, self._tokenizer.encode)
        return Limits(rules, self._vocabulary, untold, self.manifest.source_boost)

    def _encode(self, turns: Sequence[Message], behind: Sequence[Message] = ()) -> tuple[int, ...]:
        return tuple(encode_chat(self.manifest.chat_format, self._tokenizer, turns, behind))
