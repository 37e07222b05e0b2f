"""Settings beside a model are read as its makers write them, and absurd ones are refused."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tokenizers import AddedToken, models, pre_tokenizers
from tokenizers import Tokenizer as HuggingFaceTokenizer

from models.engine.chat import FORMATS
from models.errors import ModelError
from models.install.chat_marks import MARKS
from models.install.folder_settings import (
    end_of_turn_ids,
    find_chat_format,
    read_settings,
    read_tokenizer,
)
from tests.models.engine.test_chat import CHATML, GEMMA, LLAMA_TURNS, PHI_4, PUBLISHED, Published

THINKING = """{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n<think>\\n' }}
{%- endif %}"""
QWEN3_TOKENS = "<|im_start|> <|im_end|> <think> </think>"
LLAMA_TOKENS = "<|begin_of_text|> <|start_header_id|> <|end_header_id|> <|eot_id|>"


def write(folder: Path, **files: Any) -> Path:
    """JSON files by their names without the suffix."""
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), "utf-8")
    return folder


def tokenizer_file(folder: Path, controls: str | Sequence[str]) -> Path:
    """A byte-level tokenizer with these control tokens behind its 256 letters."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = HuggingFaceTokenizer(
        models.BPE({letter: i for i, letter in enumerate(letters)}, [])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    names = controls.split() if isinstance(controls, str) else controls
    tokenizer.add_tokens([AddedToken(name, special=True) for name in names])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder / "tokenizer.json"


def changed(file: Path, **parts: Any) -> Path:
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **parts}), "utf-8")
    return file


def test_an_empty_folder_tells_nothing(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert (settings.end_of_turn_ids, settings.context_length) == ((), 0)
    assert (settings.licence, settings.family, settings.template) == ("", "", "")


def test_the_surest_file_is_believed(tmp_path: Path) -> None:
    write(
        tmp_path,
        config={"eos_token_id": 1, "max_position_embeddings": 2048, "model_type": "qwen2"},
        generation_config={"eos_token_id": [2, 3]},
    )
    settings = read_settings(tmp_path)
    assert (settings.end_of_turn_ids, settings.context_length) == ((2, 3), 2048)
    told = {"eos_token_id": 4, "context_length": 4096, "type": "phi3"}
    write(tmp_path, genai_config={"model": {**told, "decoder": {"filename": "cpu.onnx"}}})
    settings = read_settings(tmp_path)
    assert (settings.end_of_turn_ids, settings.context_length) == ((4,), 4096)
    assert (settings.family, settings.graph) == ("phi3", "cpu.onnx")


def test_null_stands_for_a_setting_that_is_not_set(tmp_path: Path) -> None:
    write(tmp_path, generation_config={"eos_token_id": None}, config={"eos_token_id": 7})
    assert read_settings(tmp_path).end_of_turn_ids == (7,)


def test_a_model_that_also_sees_keeps_its_settings_deeper(tmp_path: Path) -> None:
    write(tmp_path, config={"text_config": {"max_position_embeddings": 32768, "eos_token_id": 1}})
    settings = read_settings(tmp_path)
    assert (settings.end_of_turn_ids, settings.context_length) == ((1,), 32768)


@pytest.mark.parametrize(
    "ends", [-1, "2", [1, -1], [1, "2"], 2.0, True, 10**30, {"a": 1}, [[1]], list(range(1000))]
)
def test_absurd_end_tokens_are_refused(ends: object, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="end tokens that no model has"):
        read_settings(write(tmp_path, config={"eos_token_id": ends}))


@pytest.mark.parametrize("length", [0, -4096, "many", 4096.0, True, 10**30, [4096]])
@pytest.mark.parametrize("file", ["config", "genai_config"])
def test_an_absurd_context_length_is_refused(file: str, length: object, tmp_path: Path) -> None:
    told = {"max_position_embeddings": length}
    with pytest.raises(ModelError, match="a context length that no model has"):
        read_settings(write(tmp_path, **{file: {"model": told} if "genai" in file else told}))


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff not JSON", b"[1, 2]", b"null", b'{"eos_token_id": 1'),
        *(b"[" * 1_000_000, b'{"a":' * 1_000_000, b'{"eos_token_id": ' + b"1" * 10_000 + b"}"),
    ],
    ids=["empty", "bytes", "list", "null", "cut", "deep lists", "deep objects", "long number"],
)
@pytest.mark.parametrize("name", ["config.json", "genai_config.json", "tokenizer_config.json"])
def test_damaged_settings_are_refused_by_name(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"{name} is damaged"):
        read_settings(tmp_path)


def test_a_genai_config_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"genai_config.json is damaged"):
        read_settings(write(tmp_path, genai_config={"model": 5}))


@pytest.mark.parametrize("name", ["config.json", "README.md", "chat_template.jinja"])
def test_settings_of_any_size_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    os.truncate(tmp_path / name, 10**8)
    with pytest.raises(ModelError, match=f"{name} is larger than any"):
        read_settings(tmp_path)


@pytest.mark.parametrize("name", ["config.json", "README.md", "tokenizer_config.json"])
def test_settings_behind_a_link_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("{}")
    (tmp_path / name).symlink_to(tmp_path / "secret")
    with pytest.raises(ModelError, match=f"{name} is a link"):
        read_settings(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(ModelError, match=r"config.json is a link or no file"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: apache-2.0\n---\n# A model", "apache-2.0"),
        ("---\r\ntags:\r\n- x\r\nlicense: 'mit'\r\n---\r\n", "mit"),
        ("---\nlicense: other\nlicense_name: qwen-research\n---\n", "qwen-research"),
        ("---\nlicense: other\n---\n", ""),
        ("---\nlicense:\n- mit\n- gpl\n---\n", ""),
        ('---\nlicense: "a\x07b"\n---\n', ""),
        (f"---\nlicense: {'x' * 1000}\n---\n", ""),
        ("# No front matter\nlicense: mit\n", ""),
        ("---\nlicense: mit\n", ""),
    ],
)
def test_the_licence_is_what_the_model_card_says_at_its_head(
    card: str, licence: str, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_bytes(card.encode())
    assert read_settings(tmp_path).licence == licence


def test_the_chat_template_is_found_wherever_makers_put_it(tmp_path: Path) -> None:
    write(tmp_path, chat_template={"chat_template": "old"})
    assert read_settings(tmp_path).template == "old"
    several = [{"name": "tool_use", "template": "no"}, {"name": "default", "template": "plain"}]
    write(tmp_path, tokenizer_config={"chat_template": several})
    assert read_settings(tmp_path).template == "plain"
    write(tmp_path, tokenizer_config={"chat_template": "one"})
    assert read_settings(tmp_path).template == "one"
    (tmp_path / "chat_template.jinja").write_text("own file", "utf-8")
    assert read_settings(tmp_path).template == "own file"


@pytest.mark.parametrize("template", [5, None, [], [5], [{"name": "default", "template": 5}]])
def test_a_template_that_is_no_text_counts_as_none(template: object, tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, tokenizer_config={"chat_template": template}))
    assert settings.template == ""


@pytest.mark.parametrize("escaped", [True, False], ids=["as JSON has it", "as text"])
@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.model)
def test_a_maker_s_template_tells_its_format(
    published: Published, escaped: bool, tmp_path: Path
) -> None:
    every = sorted(frozenset().union(*(chosen.controls for chosen in FORMATS.values())))
    template = published.template.replace("\n", "\\n") if escaped else published.template
    found = find_chat_format(tokenizer_file(tmp_path, every), template, "")
    assert FORMATS[found] is FORMATS[published.format_name]


def test_every_format_has_its_marks() -> None:
    assert list(MARKS) == list(FORMATS)


@pytest.mark.parametrize(
    ("controls", "family", "name"),
    [
        ("<|im_start|> <|im_end|>", "qwen2", "chatml"),
        ("<|im_start|> <|im_end|>", "", "chatml"),
        (QWEN3_TOKENS, "qwen2", "chatml"),
        ("<|im_start|> <|im_end|> <|im_sep|>", "phi3", "phi4"),
        ("<|im_start|> <|im_end|> <|im_sep|>", "", "phi4"),
        (LLAMA_TOKENS, "llama", "llama3"),
        (f"{LLAMA_TOKENS} <|eom_id|>", "llama", "llama3.1"),
        ("<bos> <start_of_turn> <end_of_turn>", "gemma3_text", "gemma"),
        ("<|system|> <|user|> <|assistant|> <|end|>", "phi3", "phi3"),
        ("<s> </s> [INST] [/INST]", "mistral", "mistral"),
        ("<s> </s> [INST] [/INST] [SYSTEM_PROMPT] [/SYSTEM_PROMPT]", "mistral", "mistral-v7"),
    ],
)
def test_without_a_template_tokens_and_family_tell_the_format(
    controls: str, family: str, name: str, tmp_path: Path
) -> None:
    assert find_chat_format(tokenizer_file(tmp_path, controls), "", family) == name


@pytest.mark.parametrize(
    ("controls", "template", "family", "formats"),
    [
        (QWEN3_TOKENS, "", "qwen3", "chatml, qwen3"),
        (QWEN3_TOKENS, CHATML + THINKING, "qwen3", "chatml, qwen3"),
        (QWEN3_TOKENS, "{{- '<s>' + message.content }}", "qwen3", "chatml, qwen3"),
        ("<|im_start|> <|im_end|>", "{{ bos_token }}" + CHATML, "llama", "chatml"),
        ("<|im_start|> <|im_end|>", PHI_4, "phi3", "chatml"),
        ("<|im_start|> <|im_end|>", "", "falcon", "chatml"),
        ("<s> </s> [INST] [/INST]", "{{ '[INST]' + message.content }}", "mistral", "mistral"),
        (LLAMA_TOKENS, GEMMA, "llama", "llama3, llama3.1"),
    ],
    ids=[
        *("no template", "always thinks", "unknown template", "another beginning"),
        *("token missing", "another family", "another spacing", "another's template"),
    ],
)
def test_a_format_that_cannot_be_told_is_asked_for(
    controls: str, template: str, family: str, formats: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError) as refused:
        find_chat_format(tokenizer_file(tmp_path, controls), template, family)
    assert refused.value.what_to_do.endswith(f"--chat-format: {formats}.")


def test_a_model_without_control_tokens_cannot_chat(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="of no chat format that Twite knows"):
        find_chat_format(tokenizer_file(tmp_path, ""), LLAMA_TURNS, "llama")


@pytest.mark.parametrize(
    ("name", "end"),
    [
        *(("chatml", "<|im_end|>"), ("qwen3", "<|im_end|>"), ("llama3", "<|eot_id|>")),
        *(("llama3.1", "<|eot_id|>"), ("gemma", "<end_of_turn>"), ("phi3", "<|end|>")),
        *(("phi4-mini", "<|end|>"), ("phi4", "<|im_end|>"), ("mistral", "</s>")),
        ("mistral-v7", "</s>"),
    ],
)
def test_an_answer_ends_as_its_format_ends_it_and_as_the_settings_say(
    name: str, end: str, tmp_path: Path
) -> None:
    file = tokenizer_file(tmp_path, sorted(FORMATS[name].controls))
    own = read_tokenizer(file).token_to_id(end)
    assert end_of_turn_ids(file, name, (5, own, 6)) == (own, 5, 6)


def test_a_format_that_a_person_names_has_to_fit(tmp_path: Path) -> None:
    file = tokenizer_file(tmp_path, "<|im_start|> <|im_end|>")
    with pytest.raises(ModelError, match=r"no <bos>, which the chat format gemma needs"):
        end_of_turn_ids(file, "gemma")
    with pytest.raises(ModelError, match="no chat format vicuna"):
        end_of_turn_ids(file, "vicuna")


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "{}", "GGUF", "[" * 100_000, '{"model":' * 100_000),
        '{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["x y"]}}',
    ],
)
def test_what_is_no_tokenizer_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ModelError, match=r"tokenizer.json is damaged"):
        read_tokenizer(tmp_path / "tokenizer.json")


def test_a_tokenizer_that_sets_off_a_panic_is_refused(tmp_path: Path) -> None:
    map_of_nothing = {"type": "Precompiled", "precompiled_charsmap": "AAAA"}
    file = changed(tokenizer_file(tmp_path, ""), normalizer=map_of_nothing)
    with pytest.raises(ModelError, match=r"tokenizer.json is damaged"):
        read_tokenizer(file)


def test_a_tokenizer_of_any_size_is_refused(tmp_path: Path) -> None:
    file = tokenizer_file(tmp_path, "")
    os.truncate(file, 200_000_001)
    with pytest.raises(ModelError, match=r"tokenizer.json is larger than any"):
        read_tokenizer(file)


@pytest.mark.parametrize("vocabulary", [{}, {"a": 0, "b": 2**32 - 1}])
def test_a_tokenizer_with_absurd_numbers_is_refused(
    vocabulary: dict[str, int], tmp_path: Path
) -> None:
    file = tokenizer_file(tmp_path, "")
    changed(file, model={"type": "BPE", "vocab": vocabulary, "merges": []}, added_tokens=[])
    with pytest.raises(ModelError, match="has no tokens, or numbers them absurdly"):
        read_tokenizer(file)


def test_a_tokenizer_that_pads_texts_to_any_length_does_no_harm(tmp_path: Path) -> None:
    side = {"direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0}
    padding = {"strategy": {"Fixed": 10**12}, "pad_token": "a", **side}
    cut = {"direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0}
    file = changed(tokenizer_file(tmp_path, ""), padding=padding, truncation=cut)
    assert len(read_tokenizer(file).encode("Hello").ids) == 5


def test_a_link_is_no_tokenizer(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tokenizer_file(tmp_path, ""))
    with pytest.raises(ModelError, match=r"has no tokenizer.json"):
        read_tokenizer(tmp_path / "link")
