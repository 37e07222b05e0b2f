"""Every chat format against its maker's template, token by token; and notes that spell a control.

The templates are the makers' (tokenizer_config.json of the model named beside each), told anew for
system, person's and model's turns alone: no tools, no pictures, no checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import Environment
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers
from tokenizers import Tokenizer as HuggingFaceTokenizer

from models.engine.chat import FORMATS, Message, encode_chat, open_answer
from models.engine.tokenizer import Tokenizer
from models.errors import ModelError

MERGES = ["\n\n", "\nH", "r\n", ".\n", " H", "> "]
"""Across these a tokenizer joins what a format puts side by side."""

PADDED = (
    Message("system", "Write posts.\nKeep to the notes."),
    Message("user", "  Harbour museum, free on Sunday.\n\nBring the children. "),
    Message("assistant", " Free on Sunday: the harbour museum. \n"),
    Message("user", "Choir wants tenors.\n"),
)
NEAT = tuple(Message(turn.role, turn.text.strip()) for turn in PADDED)

CHATML = """
{%- for m in messages %}
{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}
{%- endfor %}
{{- '<|im_start|>assistant\n' }}"""

LLAMA_TURNS = """
{%- for m in messages %}
{{- '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content | trim + '<|eot_id|>' }}
{%- endfor %}
{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"""

LLAMA_31 = (
    """{{- '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n' }}
{{- 'Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n' }}
{%- if messages[0].role == 'system' %}
{{- messages[0].content | trim }}
{%- set messages = messages[1:] %}
{%- endif %}
{{- '<|eot_id|>' }}"""
    + LLAMA_TURNS
)

GEMMA = """{{- '<bos>' }}
{%- set head = '' %}
{%- if messages[0].role == 'system' %}
{%- set head = messages[0].content + '\n\n' %}
{%- set messages = messages[1:] %}
{%- endif %}
{%- for m in messages %}
{{- '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' }}
{{- (head if loop.first else '') + m.content | trim + '<end_of_turn>\n' }}
{%- endfor %}
{{- '<start_of_turn>model\n' }}"""

PHI_35 = """
{%- for m in messages %}
{{- '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}
{%- endfor %}
{{- '<|assistant|>\n' }}"""

PHI_4_MINI = """
{%- for m in messages %}
{{- '<|' + m.role + '|>' + m.content + '<|end|>' }}
{%- endfor %}
{{- '<|assistant|>' }}"""

PHI_4 = """
{%- for m in messages %}
{{- '<|im_start|>' + m.role + '<|im_sep|>' + m.content + '<|im_end|>' }}
{%- endfor %}
{{- '<|im_start|>assistant<|im_sep|>' }}"""

MISTRAL = """{{- '<s>' }}
{%- set system = '' %}
{%- if messages[0].role == 'system' %}
{%- set system = messages[0].content + '\n\n' %}
{%- set messages = messages[1:] %}
{%- endif %}
{%- for m in messages %}
{%- if m.role == 'user' %}
{{- '[INST] ' + (system if loop.last else '') + m.content + '[/INST]' }}
{%- else %}
{{- ' ' + m.content | trim + '</s>' }}
{%- endif %}
{%- endfor %}"""

MISTRAL_V7 = """{{- '<s>' }}
{%- for m in messages %}
{%- if m.role == 'assistant' %}
{{- m.content + '</s>' }}
{%- else %}
{%- set name = 'SYSTEM_PROMPT' if m.role == 'system' else 'INST' %}
{{- '[' + name + ']' + m.content + '[/' + name + ']' }}
{%- endif %}
{%- endfor %}"""


@dataclass(frozen=True)
class Published:
    """A maker's template, and how its tokenizer differs from a plain byte-level one.

    Attributes:
        swallows: control tokens take in the white space behind them.
        lead: where SentencePiece puts a space before a text: before `every` part or the `first`.
    """

    model: str
    format_name: str
    template: str
    conversation: tuple[Message, ...] = PADDED
    swallows: bool = False
    lead: str = ""


PUBLISHED = [
    Published("HuggingFaceTB/SmolLM2-135M-Instruct", "chatml", CHATML),
    Published("Qwen/Qwen2.5-0.5B-Instruct", "chatml", CHATML, PADDED[:2]),
    Published(
        "Qwen/Qwen3-0.6B, not thinking",
        "qwen3",
        CHATML + "{{- '<think>\n\n</think>\n\n' }}",
    ),
    Published(
        "meta-llama/Meta-Llama-3-8B-Instruct", "llama3", "{{- '<|begin_of_text|>' }}" + LLAMA_TURNS
    ),
    Published("meta-llama/Llama-3.2-1B-Instruct", "llama3.1", LLAMA_31),
    Published("meta-llama/Llama-3.2-1B-Instruct, no system", "llama3.1", LLAMA_31, PADDED[1:]),
    Published("google/gemma-3-1b-it", "gemma", GEMMA),
    Published("google/gemma-3-1b-it, no system", "gemma", GEMMA, PADDED[1:]),
    Published("microsoft/Phi-3.5-mini-instruct", "phi3", PHI_35, PADDED, True, "every"),
    Published("microsoft/Phi-4-mini-instruct", "phi4-mini", PHI_4_MINI, NEAT),
    Published("microsoft/phi-4", "phi4", PHI_4),
    Published("mistralai/Mistral-7B-Instruct-v0.3", "mistral", MISTRAL, PADDED, lead="first"),
    Published("mistralai/Mistral-7B-Instruct-v0.3, no system", "mistral", MISTRAL, PADDED[1:]),
    Published("mistralai/Mistral-Small-24B-Instruct-2501", "mistral-v7", MISTRAL_V7),
]


def controls(format_name: str) -> list[str]:
    return sorted(FORMATS[format_name].controls)


def made(
    folder: Path,
    names: Sequence[str],
    *,
    special: bool = True,
    swallows: bool = False,
    lead: str = "",
    merges: Sequence[str] = MERGES,
) -> tuple[Tokenizer, HuggingFaceTokenizer]:
    """A small tokenizer with these control tokens: as the engine and as its maker reads text."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    alphabet = [f"<0x{byte:02X}>" for byte in range(256)] if lead else letters
    spelled = [*"▁\n", *map(chr, range(33, 127))] if lead else []
    pairs = [(_shown(pair[0], lead), _shown(pair[1], lead)) for pair in merges]
    tokens = dict.fromkeys([*alphabet, *spelled, *("".join(pair) for pair in pairs)])
    vocabulary = {token: index for index, token in enumerate(tokens)}
    made = HuggingFaceTokenizer(models.BPE(vocabulary, pairs, byte_fallback=bool(lead)))
    if lead == "every":
        made.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
    elif lead == "first":
        made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.Metaspace() if lead else decoders.ByteLevel()
    made.add_tokens(
        [AddedToken(name, rstrip=swallows, normalized=False, special=special) for name in names]
    )
    made.save(str(folder / "tokenizer.json"))
    return Tokenizer(folder / "tokenizer.json"), made


def _shown(letter: str, lead: str) -> str:
    plain = {" ": "▁"} if lead else {" ": "Ġ", "\n": "Ċ"}
    return plain.get(letter, letter)


def render(template: str, conversation: Sequence[Message]) -> str:
    """As transformers renders a template."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
    turns = [{"role": turn.role, "content": turn.text} for turn in conversation]
    return environment.from_string(template).render(messages=turns, add_generation_prompt=True)


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.model)
def test_a_conversation_is_read_as_its_maker_wrote_it(published: Published, tmp_path: Path) -> None:
    name = published.format_name
    ours, theirs = made(tmp_path, controls(name), swallows=published.swallows, lead=published.lead)
    text = render(published.template, published.conversation)
    wanted = theirs.encode(text, add_special_tokens=False).ids
    given = encode_chat(name, ours, published.conversation) + open_answer(name, ours)
    assert [ours.pieces[i] or i for i in given] == [ours.pieces[i] or i for i in wanted]
    assert given == wanted


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_is_checked_against_a_template(name: str) -> None:
    assert name in {published.format_name for published in PUBLISHED}


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize("read_ahead", range(1, len(PADDED)))
def test_turns_read_ahead_leave_the_rest_as_it_is(
    name: str, read_ahead: int, tmp_path: Path
) -> None:
    tokenizer, _ = made(tmp_path, controls(name), merges=())
    ahead, rest = PADDED[:read_ahead], PADDED[read_ahead:]
    whole = encode_chat(name, tokenizer, PADDED)
    assert whole[-len(encode_chat(name, tokenizer, rest, behind=ahead)) :] == encode_chat(
        name, tokenizer, rest, behind=ahead
    )
    if ahead[-1].role != "user":
        apart = encode_chat(name, tokenizer, ahead) + encode_chat(
            name, tokenizer, rest, behind=ahead
        )
        assert apart == whole


@pytest.mark.parametrize("special", [True, False], ids=["special", "not special"])
@pytest.mark.parametrize("name", list(FORMATS))
def test_a_control_token_in_the_notes_is_read_as_its_letters(
    name: str, special: bool, tmp_path: Path
) -> None:
    tokenizer, _ = made(tmp_path, controls(name), special=special)
    ids = {tokenizer.control(control) for control in controls(name)}

    def read(text: str) -> list[int]:
        turns = (Message("system", text), Message("user", text), Message("assistant", text))
        return encode_chat(name, tokenizer, (*turns, Message("user", text)))

    frame = [index for index in read("harmless") if index in ids]
    for control in controls(name):
        for text in (control, f"a{control} {control}b", f"{control[:3]}{control}{control[3:]}"):
            told = read(text)
            assert [index for index in told if index in ids] == frame
            spelled = b"".join(tokenizer.pieces[index] for index in told if index not in ids)
            assert text.encode() in spelled


@pytest.mark.parametrize("name", ["<|im_end|>", "<start_of_turn>"])
def test_no_token_of_the_built_in_model_s_chat_comes_from_notes(name: str, built_in: Path) -> None:
    tokenizer = Tokenizer(built_in / "tokenizer.json")
    turns = [Message("user", f"Sale {name} ends {name}")]
    ids = encode_chat("chatml", tokenizer, turns)
    assert ids.count(tokenizer.control("<|im_start|>")) == 1
    assert ids.count(tokenizer.control("<|im_end|>")) == 1


def test_the_built_in_model_reads_the_ids_it_was_taught(built_in: Path) -> None:
    tokenizer = Tokenizer(built_in / "tokenizer.json")
    turns = [Message("user", "Hello world 123, naïve 🙂")]
    known = [1, 4093, 198, 19556, 905, 216, 33, 34, 35, 28, 15486, 46494, 47526, 2, 198]
    assert encode_chat("chatml", tokenizer, turns) == known


def test_a_format_that_nobody_knows_is_refused_by_name(built_in: Path) -> None:
    tokenizer = Tokenizer(built_in / "tokenizer.json")
    with pytest.raises(ModelError, match="does not know"):
        encode_chat("vicuna", tokenizer, NEAT)
    with pytest.raises(ModelError, match="does not know"):
        open_answer("vicuna", tokenizer)


def test_a_tokenizer_without_the_control_tokens_is_refused(built_in: Path) -> None:
    with pytest.raises(ModelError, match="no <bos>, which its chat format needs"):
        encode_chat("gemma", Tokenizer(built_in / "tokenizer.json"), NEAT)
