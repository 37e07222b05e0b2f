"""A model comes from the Hub whole and as described, or not at all; nothing else learns of it."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import httpx2
import pytest
from filelock import FileLock
from huggingface_hub import HfApi, constants

from models.catalog import CatalogModel, find
from models.engine.chat import Message
from models.engine.sampling import Sampling
from models.engine.writer import ModelWriter
from models.errors import Cancelled, ModelError
from models.install import hub_refusals
from models.install.hub import install
from models.install.hub_connection import Hub
from models.install.hub_refusals import HubError
from models.install.progress import Progress
from models.library import Library
from models.manifest import NOT_MEASURED, read_manifest, verify
from tests.helpers.hub_here import use_hub
from tests.helpers.hub_model import write_repository
from tests.helpers.hub_server import COMMIT, Fault, HubServer

MODEL = find("qwen2.5-0.5b-instruct")
GRAPH, WEIGHTS = "model_q4.onnx", "model_q4.onnx_data"
GATED = {"X-Error-Code": "GatedRepo"}
TOKEN = "hf_canary_ThisIsNobodysToken"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return write_repository(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def server(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer(MODEL.repository, files) as server:
        use_hub(server.url, monkeypatch)
        yield server


def get(
    folder: Path,
    model: CatalogModel = MODEL,
    report: Callable[[Progress], None] = lambda _progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    return install(folder, model, report, is_cancelled)


def outward(graph: bytes) -> bytes:
    """A graph whose weights lie outside of its folder, by a path of the same length."""
    path = "../" + WEIGHTS[3:]
    return graph.replace(WEIGHTS.encode(), path.encode())


def visible(folder: Path) -> list[str]:
    """What lies in the models folder, without what is hidden in it."""
    return [entry.name for entry in folder.glob("*") if not entry.name.startswith(".")]


def sizes(folder: Path) -> list[int]:
    """Of the files that have arrived, whole or in part."""
    return [part.stat().st_size for part in folder.glob("*")]


@pytest.mark.usefixtures("server")
def test_an_installed_model_is_whole_and_writes(tmp_path: Path) -> None:
    writer = ModelWriter(get(tmp_path), "cpu")
    rows = writer.write(
        (),
        (Message("user", "Boats."),),
        rows=2,
        enough=2,
        tokens=4,
        seed=1,
        sampling=Sampling(),
        source="",
        rules=None,
        on_step=lambda _rows: None,
        is_cancelled=lambda: False,
    )
    assert [row.number for row in rows if row.tokens] == [0, 1]


@pytest.mark.usefixtures("server")
def test_its_manifest_says_where_it_came_from_and_how_it_ends(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    manifest = read_manifest(get(tmp_path))
    assert manifest.source == f"{MODEL.repository} at {COMMIT} (Hugging Face Hub)"
    assert manifest.end_of_turn_ids == (257,)
    assert (manifest.context_length, manifest.chat_format) == (4096, "chatml")
    assert manifest.measured_loss != manifest.measured_loss
    assert {file.path: file.size for file in manifest.files}["model.onnx"] == len(
        files[f"onnx/{GRAPH}"]
    )


def test_only_the_files_of_the_catalog_are_fetched_and_by_their_commit(
    server: HubServer, tmp_path: Path
) -> None:
    folder = get(tmp_path)
    assert {file.name for file in folder.iterdir()} == {
        *("model.onnx", WEIGHTS, "model.toml"),
        *("tokenizer.json", "config.json", "generation_config.json"),
    }
    assert [name for name, _ in server.sent if name in ("model_q4f16.onnx", "README.md")] == []
    resolved = [one.path for one in server.asked if "/resolve/" in one.path]
    assert all(f"/resolve/{COMMIT}/" in path for path in resolved)


@pytest.mark.usefixtures("server")
def test_nothing_but_the_model_is_left_behind(tmp_path: Path) -> None:
    get(tmp_path)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [tmp_path / MODEL.id]


def test_the_loopback_hub_describes_files_as_the_library_reads_them(
    server: HubServer, files: dict[str, bytes]
) -> None:
    info = HfApi(server.url).model_info(MODEL.repository, revision="main", files_metadata=True)
    sizes = {file.rfilename: file.size for file in info.siblings or ()}
    assert (info.sha, sizes) == (COMMIT, {name: len(body) for name, body in files.items()})


def test_a_cut_connection_is_taken_up_at_the_byte_where_it_broke(
    server: HubServer, tmp_path: Path
) -> None:
    server.fault(WEIGHTS, Fault(cut=3000), Fault(cut=2000))
    verify(get(tmp_path))
    assert [wanted for name, wanted in server.sent if name == WEIGHTS] == [
        None,
        "bytes=3000-",
        "bytes=5000-",
    ]


def test_a_connection_that_always_breaks_ends_with_a_sentence(
    server: HubServer, tmp_path: Path
) -> None:
    server.fault(WEIGHTS, *[Fault(cut=0)] * 20)
    with pytest.raises(HubError, match="lost again and again"):
        get(tmp_path)
    assert visible(tmp_path) == []
    assert len([name for name, _ in server.sent if name == WEIGHTS]) == 5


def test_a_hub_that_sends_all_again_in_place_of_the_rest_does_no_harm(
    server: HubServer, tmp_path: Path
) -> None:
    server.fault(WEIGHTS, Fault(cut=3000), Fault(whole=True))
    verify(get(tmp_path))
    assert [wanted for name, wanted in server.sent if name == WEIGHTS] == [None, "bytes=3000-"]


def test_a_connection_that_breaks_often_is_put_up_with_as_long_as_bytes_come(
    server: HubServer, tmp_path: Path
) -> None:
    server.fault(WEIGHTS, *[Fault(cut=1000)] * 9)
    verify(get(tmp_path))
    assert [wanted for name, wanted in server.sent if name == WEIGHTS][-1] == "bytes=9000-"


def test_what_is_left_of_another_revision_is_removed(server: HubServer, tmp_path: Path) -> None:
    unfinished = Library(tmp_path).unfinished(MODEL.id)
    unfinished.mkdir()
    (unfinished / ("0" * 64)).write_bytes(b"of last year")
    server.fault(WEIGHTS, Fault(status=404))
    with pytest.raises(HubError):
        get(tmp_path)
    assert not (unfinished / ("0" * 64)).exists()


def test_a_later_installation_goes_on_where_an_earlier_one_stopped(
    server: HubServer, tmp_path: Path
) -> None:
    server.fault(WEIGHTS, Fault(cut=3000), *[Fault(status=404)])
    with pytest.raises(HubError):
        get(tmp_path)
    server.sent.clear()
    verify(get(tmp_path))
    assert [one for one in server.sent if one[0] != "revision"] == [(WEIGHTS, "bytes=3000-")]


def test_one_wrong_byte_is_noticed_and_fetched_anew(server: HubServer, tmp_path: Path) -> None:
    server.fault(WEIGHTS, Fault(wrong=4321))
    verify(get(tmp_path))
    assert [wanted for name, wanted in server.sent if name == WEIGHTS] == [None, None]


@pytest.mark.parametrize("name", [WEIGHTS, "generation_config.json"], ids=["sha256", "git's sha1"])
def test_wrong_bytes_twice_are_never_installed(
    server: HubServer, tmp_path: Path, name: str
) -> None:
    server.fault(name, *[Fault(wrong=5)] * 2)
    with pytest.raises(HubError, match=f"{name} did not arrive as the Hub describes"):
        get(tmp_path)
    assert visible(tmp_path) == []


def test_a_wrong_byte_in_a_model_that_is_replaced_leaves_the_old_one(
    server: HubServer, tmp_path: Path
) -> None:
    get(tmp_path)
    server.fault(WEIGHTS, *[Fault(wrong=5)] * 2)
    with pytest.raises(HubError):
        get(tmp_path)
    verify(tmp_path / MODEL.id)


@pytest.mark.parametrize(
    "headers",
    [{"Retry-After": "0"}, {"RateLimit": '"api";r=0;t=0'}, {"Retry-After": "Thu, 01 Jan 2026 0"}],
)
def test_a_busy_hub_is_waited_for_twice(
    server: HubServer, tmp_path: Path, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_refusals, "_UNTOLD_WAIT_S", 0.0)
    steps: list[str] = []
    server.fault(WEIGHTS, *[Fault(status=429, headers=headers)] * 2)
    get(tmp_path, report=lambda progress: steps.append(progress.step))
    assert "Waiting, as the Hub asks" in steps


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(status=429, headers={"Retry-After": "0"})] * 3,
        [Fault(status=429, headers={"Retry-After": "86400"})],
    ],
    ids=["a third time", "a day"],
)
def test_a_hub_that_stays_busy_is_left_alone(
    server: HubServer, tmp_path: Path, faults: list[Fault]
) -> None:
    server.fault("revision", *faults)
    with pytest.raises(HubError, match="too much to do"):
        get(tmp_path)
    assert len(server.asked) == len(faults)


@pytest.mark.parametrize("name", ["revision", GRAPH, WEIGHTS, "tokenizer.json"])
def test_a_hub_out_of_order_for_a_moment_is_asked_again(
    server: HubServer, tmp_path: Path, name: str
) -> None:
    server.fault(name, Fault(status=503), Fault(status=500))
    verify(get(tmp_path))


@pytest.mark.parametrize(
    ("name", "fault", "sentence"),
    [
        ("revision", Fault(status=503), "out of order"),
        (WEIGHTS, Fault(status=503), "out of order"),
        (
            "revision",
            Fault(status=401, headers={"X-Error-Code": "GatedRepo"}),
            "accept their terms",
        ),
        (WEIGHTS, Fault(status=403, headers={"X-Error-Code": "GatedRepo"}), "accept their terms"),
        ("revision", Fault(status=401, headers={"X-Error-Code": "RepoNotFound"}), "no longer has"),
        (WEIGHTS, Fault(status=404), "no longer has"),
        (WEIGHTS, Fault(status=418), "refused to send"),
    ],
)
def test_a_refusal_is_a_sentence_and_nothing_is_installed(
    server: HubServer, tmp_path: Path, name: str, fault: Fault, sentence: str
) -> None:
    server.fault(name, *[fault] * 5)
    with pytest.raises(HubError, match=sentence):
        get(tmp_path)
    assert visible(tmp_path) == []


def test_no_hub_at_all_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HubServer(MODEL.repository, {}) as server:
        address = server.url
    use_hub(address, monkeypatch)
    with pytest.raises(HubError, match="cannot be reached"):
        get(tmp_path)


def test_a_computer_set_to_be_offline_asks_nobody(
    server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="HF_HUB_OFFLINE"):
        get(tmp_path)
    assert server.asked == []


@pytest.mark.parametrize("address", ["http://hub.example", "ftp://127.0.0.1", "http://[::1"])
def test_a_hub_at_an_unsafe_address_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    use_hub(address, monkeypatch)
    with pytest.raises(HubError, match=r"not secure|not an address"):
        get(tmp_path)


@pytest.mark.parametrize("name", ["revision", WEIGHTS])
@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("http://store.example/file", "not safe"),
        ("ftp://127.0.0.1/file", "not safe"),
        ("file:///etc/passwd", "not safe"),
        ("http://[::1", "no address"),
    ],
)
def test_a_redirect_to_an_unsafe_address_is_not_followed(
    server: HubServer, tmp_path: Path, name: str, location: str, sentence: str
) -> None:
    server.fault(name, Fault(status=302, headers={"Location": location}))
    with pytest.raises(HubError, match=sentence):
        get(tmp_path)
    assert visible(tmp_path) == []


def test_a_secure_hub_may_not_send_us_to_this_computer() -> None:
    secure = Hub(httpx2.URL("https://huggingface.co"))
    with pytest.raises(HubError, match="not safe"):
        secure._next_address(secure.endpoint, "http://127.0.0.1:8080/admin")


def test_redirects_that_never_end_are_given_up(server: HubServer, tmp_path: Path) -> None:
    onward = Fault(status=307, headers={"Location": f"/store/onnx/{WEIGHTS}"})
    server.fault(WEIGHTS, *[onward] * 20)
    with pytest.raises(HubError, match="from address to address"):
        get(tmp_path)


def test_a_token_goes_to_the_hub_alone_and_into_no_log(
    server: HubServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    files: dict[str, bytes],
) -> None:
    caplog.set_level(logging.DEBUG)
    use_hub(server.url, monkeypatch, TOKEN)
    with HubServer("the/store", files) as store:
        away = Fault(status=302, headers={"Location": f"{store.url}/store/onnx/{WEIGHTS}"})
        server.fault(WEIGHTS, away)
        folder = get(tmp_path)
        assert [one.headers["Authorization"] for one in store.asked] == [None]
    assert {one.headers["Authorization"] for one in server.asked} == {f"Bearer {TOKEN}"}
    assert TOKEN not in caplog.text
    assert TOKEN not in (folder / "model.toml").read_text("utf-8")
    assert TOKEN not in repr(Hub(httpx2.URL(server.url), TOKEN))


def test_without_a_sign_in_no_token_is_sent(server: HubServer, tmp_path: Path) -> None:
    get(tmp_path)
    assert {one.headers["Authorization"] for one in server.asked} == {None}
    assert {one.headers["User-Agent"] for one in server.asked} == {"twite"}


@pytest.mark.parametrize("name", ["revision", WEIGHTS])
def test_a_cancel_takes_effect_within_a_second_though_the_hub_is_silent(
    server: HubServer, tmp_path: Path, name: str
) -> None:
    server.fault(name, Fault(cut=100, hold=True))
    cancelled_at: list[float] = []

    def cancel() -> None:
        server.held.wait()
        cancelled_at.append(monotonic())

    waiting = threading.Thread(target=cancel)
    waiting.start()
    with pytest.raises(Cancelled):
        get(tmp_path, is_cancelled=lambda: bool(cancelled_at))
    assert monotonic() - cancelled_at[0] < 1
    waiting.join()
    assert visible(tmp_path) == []


def test_what_a_cancelled_download_had_is_used_by_the_next(
    server: HubServer, tmp_path: Path
) -> None:
    server.fault(WEIGHTS, Fault(cut=4000, hold=True))
    unfinished = Library(tmp_path).unfinished(MODEL.id)
    with pytest.raises(Cancelled):
        get(tmp_path, is_cancelled=lambda: 4000 in sizes(unfinished))
    server.sent.clear()
    verify(get(tmp_path))
    assert (WEIGHTS, "bytes=4000-") in server.sent


def test_ctrl_c_in_the_middle_leaves_no_trace_but_the_bytes(
    server: HubServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def strike(progress: Progress) -> None:
        if progress.step == "Downloading":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(tmp_path, report=strike)
    gc.collect()
    assert [record for record in caplog.records if record.name == "asyncio"] == []
    assert visible(tmp_path) == []
    assert server.sent


def test_progress_reaches_every_byte(
    server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.install.progress._TELL_S", 0.0)
    told: list[Progress] = []
    folder = get(tmp_path, report=told.append)
    total = sum(file.size for file in read_manifest(folder).files)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert (told[-1].done, told[-1].total) == (total, total)
    assert any(one.speed > 0 and one.seconds_left is not None for one in told)
    assert server.sent


def test_a_disk_with_too_little_room_is_found_out_before_a_byte_is_fetched(
    server: HubServer, tmp_path: Path
) -> None:
    server.lies[f"onnx/{WEIGHTS}"] = 10**15
    with pytest.raises(HubError, match=r"needs 1000000\.\d GB on the disk"):
        get(tmp_path)
    assert [name for name, _ in server.sent] == ["revision"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_becomes_full_is_a_sentence(server: HubServer, tmp_path: Path) -> None:
    unfinished = Library(tmp_path).unfinished(MODEL.id)
    unfinished.mkdir(parents=True)
    told = {file["rfilename"]: file for file in server.describe()["siblings"]}
    (unfinished / told[f"onnx/{WEIGHTS}"]["lfs"]["sha256"]).symlink_to("/dev/full")
    with pytest.raises(HubError, match="disk became full"):
        get(tmp_path)
    assert visible(tmp_path) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.usefixtures("server")
def test_a_folder_that_may_not_be_written_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(HubError, match="could not be written"):
        get(tmp_path)


def test_one_installation_of_a_model_at_a_time(server: HubServer, tmp_path: Path) -> None:
    with FileLock(f"{Library(tmp_path).unfinished(MODEL.id)}.lock"):
        with pytest.raises(HubError, match="is being installed already"):
            get(tmp_path)
        assert server.asked == []


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({"config.json": b'{"max_position_embeddings": "many"}'}, None),
        ({"generation_config.json": b'{"eos_token_id": [-1]}'}, None),
        ({"config.json": b"\xff not JSON"}, None),
        ({"config.json": b'{"eos_token_id": 0}'}, None),
        ({"config.json": b'{"max_position_embeddings": 9}', "generation_config.json": b"{}"}, None),
        ({"onnx/model_q4.onnx_data.onnx": b"a second graph"}, None),
        ({}, "tokenizer.json"),
        ({}, f"onnx/{GRAPH}"),
    ],
)
def test_a_repository_that_is_not_what_the_catalog_says_is_refused(
    server: HubServer, tmp_path: Path, change: dict[str, bytes], gone: str | None
) -> None:
    server.files |= change
    server.files.pop(gone or "", None)
    with pytest.raises(ModelError, match="not what Twite's catalog says"):
        get(tmp_path)
    assert visible(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (f"onnx/{GRAPH}", b"<html>404</html>", "no ONNX graph"),
        (f"onnx/{GRAPH}", outward, "file that is no weights file beside it"),
        (f"onnx/{WEIGHTS}", b"", f"weights file {WEIGHTS} is cut off"),
        ("tokenizer.json", b"{}", r"tokenizer.json is damaged"),
    ],
    ids=["no graph", "reads outside", "cut off", "no tokenizer"],
)
def test_a_hostile_file_is_refused_though_it_arrived_whole(
    server: HubServer,
    tmp_path: Path,
    name: str,
    content: bytes | Callable[[bytes], bytes],
    sentence: str,
) -> None:
    server.files[name] = content if isinstance(content, bytes) else content(server.files[name])
    with pytest.raises(ModelError, match=sentence):
        get(tmp_path)
    assert visible(tmp_path) == []


def test_a_file_name_that_leaves_the_folder_is_refused(server: HubServer, tmp_path: Path) -> None:
    server.files["onnx/.."] = b"?"
    with pytest.raises(ModelError, match="not what Twite's catalog says"):
        get(tmp_path, replace(MODEL, files=(*MODEL.files, "onnx/..")))


def test_cancelling_before_it_begins_asks_nobody_for_files(
    server: HubServer, tmp_path: Path
) -> None:
    with pytest.raises(Cancelled):
        get(tmp_path, is_cancelled=lambda: True)
    assert server.sent == []


def test_not_measured_is_no_number() -> None:
    assert NOT_MEASURED != NOT_MEASURED
