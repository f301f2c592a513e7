# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting public models from a hub on this machine: whole, or a sentence and a way to go on."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("huggingface_hub", reason="downloads need huggingface-hub")

from safetensors.numpy import load_file

from backend.checkpoints import assembly, disk, hub, manifest, store
from backend.checkpoints.download import download
from backend.checkpoints.hub import Hub
from backend.contract.errors import (
    BadInput,
    Cancelled,
    ConsentNeeded,
    DiskFull,
    PartwiseError,
    Unreachable,
    WeightsCorrupt,
    WeightsMissing,
    without_shell,
)
from backend.contract.progress import SILENT, Progress
from tests.backend.checkpoints.hub_server import Repository, serving
from tests.backend.checkpoints.toy_model import (
    NARROW,
    SETTINGS,
    WIDE,
    arrays,
    needed,
    repository_files,
    toy,
)

MODEL = toy()


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The hub; models go to a folder with a space and letters of other scripts."""
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "Größe und 場所"))
    monkeypatch.setattr(hub, "PAUSE", 0.01)
    with serving(Repository(MODEL.repository, repository_files())) as repository:
        yield repository


def get(there: Repository, model: Any = MODEL, progress: Progress = SILENT) -> Any:
    return download(model, Hub(there.url), progress=progress)


def files_of(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def is_whole() -> bool:
    folder = store.folder_of(MODEL)
    return files_of(folder) == {*needed(), manifest.FILE} and not store.partial_of(MODEL).exists()


def test_only_what_is_needed_comes(there: Repository) -> None:
    found = get(there)
    assert found.fresh
    assert found.came == sum(len(there.files[name]) for name in needed())
    assert is_whole()
    assert set(there.fetched) == needed()
    assert store.lacking(MODEL) == []
    known = manifest.verify(MODEL, found.folder)
    assert known == found.manifest
    assert known.commit == there.commit
    assert known.source == f"{there.url}/someone/Toy"


def test_who_asks_tells_nothing_of_the_machine(there: Repository) -> None:
    get(there)
    assert there.headers["user-agent"].startswith("partwise/")
    assert "torch" not in there.headers["user-agent"]
    assert "authorization" not in there.headers


def test_the_library_does_nothing_else_than_what_it_is_asked(
    there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would ask the hub, never a mirror, for a list of programs to look for on the machine."""
    from huggingface_hub import constants
    from huggingface_hub.utils import _headers

    looked = []
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", False)
    monkeypatch.setattr(_headers, "detect_agent", lambda: looked.append("looked"))
    get(there)
    assert looked == []


@pytest.mark.parametrize("cut", [False, True])
def test_large_files_may_lie_elsewhere(there: Repository, cut: bool) -> None:
    """The hub sends on to another address; what was there already is not fetched again."""
    there.elsewhere = True
    there.cuts = {WIDE: [5000]} if cut else {}
    get(there)
    assert is_whole()
    assert ("elsewhere", "bytes=5000-" if cut else "") in there.asked


def test_numbers_of_32_bits_are_kept_in_16(there: Repository) -> None:
    found = get(there)
    kept = load_file(found.folder / WIDE)
    for name, wanted in arrays(np.float32, 500).items():
        assert kept[name].dtype == np.float16
        assert np.array_equal(kept[name], wanted.astype(np.float16))
    assert (found.folder / NARROW).read_bytes() == there.files[NARROW]
    row = found.manifest.files[WIDE]
    assert row.numbers == "F16"
    assert row.size < row.published_size * 0.52
    assert "published: " in assembly.told_size(found.manifest)


def test_progress_is_told_in_bytes_and_grows(there: Repository) -> None:
    heard: list[tuple[str, int]] = []
    get(there, progress=Progress(lambda stage, done, _: heard.append((stage, done))))
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert any("of 0.2 MB" in stage for stage, _ in heard)
    assert any("transformer in 16 bits" in stage for stage, _ in heard)


def test_what_is_there_is_not_asked_for_again(there: Repository) -> None:
    get(there)
    asked = len(there.asked)
    assert not get(there).fresh
    assert len(there.asked) == asked


def test_a_cut_is_mended_at_once(there: Repository) -> None:
    there.cuts = {WIDE: [5000, 4000, 1]}
    get(there)
    assert is_whole()
    ranges = [wanted for path, wanted in there.asked if path == WIDE]
    assert ranges == ["", "bytes=5000-", "bytes=9000-", "bytes=9001-"]


def test_after_too_many_cuts_the_next_call_goes_on(there: Repository) -> None:
    there.cuts = {WIDE: [30_000, *[0] * hub.TRIES]}
    with pytest.raises(Unreachable, match="connection was cut") as caught:
        get(there)
    assert "goes on where it stopped" in caught.value.hint
    assert not store.folder_of(MODEL).exists()
    there.asked.clear()
    get(there)
    assert is_whole()
    assert (WIDE, "bytes=30000-") in there.asked
    assert there.fetched.count(SETTINGS) == 0  # was whole already


def test_a_hub_that_gives_no_rest_begins_again(there: Repository) -> None:
    there.cuts, there.ranges = {WIDE: [5000]}, False
    get(there)
    assert is_whole()


def test_what_came_of_another_revision_is_not_gone_on_with(there: Repository) -> None:
    there.cuts = {WIDE: [30_000, *[0] * hub.TRIES]}
    with pytest.raises(Unreachable):
        get(there)
    from safetensors.numpy import save

    there.files[WIDE] = save(arrays(np.float32, 500, seed=9))
    there.commit = "f" * 40
    there.asked.clear()
    found = get(there)
    assert is_whole()
    assert (WIDE, "") in there.asked
    assert found.manifest.commit == there.commit
    wanted = arrays(np.float16, 500, seed=9)["blocks.1.weight"]
    assert np.allclose(load_file(found.folder / WIDE)["blocks.1.weight"], wanted, atol=2e-3)


def test_a_wrong_file_is_refused_and_does_not_stay(there: Repository) -> None:
    data = bytearray(there.files[NARROW])
    data[-1] ^= 1
    there.forged = {NARROW: bytes(data)}
    with pytest.raises(WeightsCorrupt, match="not what its authors published"):
        get(there)
    assert not store.folder_of(MODEL).exists()
    assert not [p for p in files_of(store.partial_of(MODEL)) if p.startswith("vae/diffusion")]
    there.forged = {}
    get(there)
    assert is_whole()


def test_small_files_are_compared_as_well(there: Repository) -> None:
    there.forged = {SETTINGS: there.files[SETTINGS].replace(b"1", b"7")}
    with pytest.raises(WeightsCorrupt, match="scheduler_config"):
        get(there)


def test_a_rest_that_does_not_fit_is_fetched_whole(there: Repository) -> None:
    there.cuts = {NARROW: [6000, *[0] * hub.TRIES]}
    with pytest.raises(Unreachable):
        get(there)
    (part,) = (store.partial_of(MODEL) / "vae").glob("*.part")
    part.write_bytes(b"x" * part.stat().st_size)
    get(there)
    assert is_whole()


def test_a_hash_that_we_know_wins(there: Repository) -> None:
    with pytest.raises(WeightsCorrupt):
        get(there, toy(sha256={NARROW: "0" * 64}))


def test_files_without_a_hash_are_refused(there: Repository) -> None:
    there.nameless = True
    with pytest.raises(WeightsCorrupt, match="forged"):
        get(there)
    assert there.fetched == []


@pytest.mark.parametrize(
    ("status", "code", "kind", "words", "todo"),
    [
        (403, "GatedRepo", BadInput, "does not give Toy to everyone", "huggingface.co/someone"),
        (401, "", BadInput, "does not give Toy to everyone", "--from FOLDER"),
        (403, "", BadInput, "does not give Toy to everyone", "accept its licence, download its"),
        (404, "RepoNotFound", BadInput, "no longer has Toy as someone/Toy", "--from FOLDER"),
        (401, "RepoNotFound", BadInput, "no longer has Toy as someone/Toy", "--from FOLDER"),
        (404, "RevisionNotFound", BadInput, "no longer has the revision main", "newer Partwise"),
        (500, "", Unreachable, "answers with fault 500", "goes on"),
        (429, "", Unreachable, "asked too often", "Wait"),
    ],
)
@pytest.mark.parametrize("what", ["", NARROW])
def test_what_the_hub_refuses(
    there: Repository,
    status: int,
    code: str,
    kind: type[PartwiseError],
    words: str,
    todo: str,
    what: str,
) -> None:
    there.refused = {what: (status, code)}
    with pytest.raises(kind, match=words) as caught:
        get(there)
    assert todo in caught.value.hint
    assert not store.folder_of(MODEL).exists()
    there.refused = {}
    get(there)
    assert is_whole()


def test_a_gated_model_says_where_to_ask(there: Repository) -> None:
    there.refused = {"": (403, "GatedRepo")}
    model = toy(gated=True, licence="Own")
    disk.write(store.home() / "consent.json", '{"toy": {"licence": "Own"}}')
    with pytest.raises(BadInput, match="to everyone") as caught:
        get(there, model)
    assert "hf auth login" in caught.value.hint
    assert without_shell(caught.value.hint) == (
        "Log in at https://huggingface.co/someone/Toy, accept its licence, download its files "
        "there, and choose their folder as Files I Have in Blender's preferences."
    )


def test_a_hub_that_is_not_there(there: Repository) -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 cannot be reached"):
        download(MODEL, Hub("http://127.0.0.1:9"))


def test_a_page_in_the_way_is_no_hub(there: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """As hotels put before everything until one has agreed to something."""
    for said in ([], {"id": "someone/Toy"}, {"sha": 3}):
        monkeypatch.setattr(Repository, "listing", lambda _, said=said: said)
        with pytest.raises((Unreachable, WeightsMissing)):
            get(there)


def test_more_than_the_file_is_not_taken(there: Repository) -> None:
    there.forged = {NARROW: there.files[NARROW] + b"x" * 3_000_000}
    with pytest.raises(WeightsCorrupt, match="not what its authors published"):
        get(there)


def test_a_model_that_is_not_as_we_know_it(there: Repository) -> None:
    del there.files[SETTINGS]
    with pytest.raises(WeightsMissing, match=r"scheduler/scheduler_config\.json lacks"):
        get(there)
    assert there.fetched == []


def test_offline_nothing_is_asked(there: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreachable, match="may not go online"):
        download(MODEL, Hub(there.url, offline=True))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(Unreachable, match="may not go online"):
        download(MODEL, Hub.chosen(there.url))
    assert there.asked == []


def test_a_cancel_is_heard_while_the_hub_says_nothing(there: Repository) -> None:
    """And the next call goes on."""
    there.more = threading.Event()

    def tell(*_: object) -> None:
        if there.silent.is_set():
            raise Cancelled

    with pytest.raises(Cancelled):
        get(there, progress=Progress(tell))
    assert not there.tired, "it waited until the hub went on"
    there.more.set()
    assert not store.folder_of(MODEL).exists()
    get(there)
    assert is_whole()


def test_too_little_room_is_said_before(there: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sum(len(there.files[name]) for name in needed())
    # Of the network of 32 bits half its size is needed beside it for a moment.
    peak = whole - len(there.files[NARROW]) + len(there.files[WIDE]) // 2
    free = max(peak, whole) + disk.SPARE
    _has_free(monkeypatch, free - 1)
    with pytest.raises(DiskFull, match=r"Toy needs 200\.\d MB of free disk"):
        get(there)
    assert there.fetched == []
    _has_free(monkeypatch, free)
    get(there)


def test_room_is_looked_for_again_before_numbers_are_halved(
    there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = iter([10**12, disk.SPARE])
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(
        shutil,
        "disk_usage",
        lambda _: usage._replace(free=next(rooms)),  # the second is at halving
    )
    with pytest.raises(DiskFull, match="in 16 bits"):
        get(there)
    monkeypatch.undo()


def _has_free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = shutil._ntuple_diskusage(10**13, 0, free)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)


@pytest.mark.parametrize("where", [WIDE, NARROW, "halving", "manifest"])
def test_a_disk_that_gets_full(
    there: Repository, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def no_room(*_: object, **__: object) -> Any:
        raise full

    with monkeypatch.context() as patch:
        if where == "halving":
            patch.setattr(assembly, "halve", no_room)
        elif where == "manifest":
            patch.setattr(Path, "write_text", no_room)
        else:
            real = Path.open

            def opened(path: Path, *args: Any, **more: Any) -> Any:
                file = real(path, *args, **more)
                if path.name.startswith(Path(where).name) and path.parent.name in where:
                    file = _Full(file, full) if "b" in (*args, "")[0] else file
                return file

            patch.setattr(Path, "open", opened)
        with pytest.raises(DiskFull, match="is full") as caught:
            get(there)
        assert caught.value.hint.startswith("Free some space")
    assert not store.folder_of(MODEL).exists()
    get(there)
    assert is_whole()


class _Full:
    """A file that takes some bytes and then no more."""

    def __init__(self, file: Any, error: OSError) -> None:
        self.file, self.error = file, error

    def __enter__(self) -> _Full:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, data: bytes) -> int:
        self.file.write(data[: len(data) // 2])
        raise self.error


def test_a_folder_that_may_not_be_written(there: Repository) -> None:
    store.home().parent.mkdir(exist_ok=True)
    store.home().write_text("a file where the folder should be")
    with pytest.raises(BadInput, match="cannot be written") as caught:
        get(there)
    assert "may write" in caught.value.hint


def test_a_licence_with_limits_waits_for_consent(there: Repository) -> None:
    model = toy(commercial=False, licence="CC-BY-NC-4.0", territories="the Moon")
    with pytest.raises(ConsentNeeded, match="not for commercial use, not in the Moon"):
        get(there, model)
    assert there.asked == []


def test_two_at_once_do_not_meet(there: Repository) -> None:
    with assembly.my_turn(MODEL), pytest.raises(BadInput, match="Another Partwise"):
        get(there)
    get(there)


def test_what_is_damaged_is_fetched_again_and_only_that(there: Repository) -> None:
    folder = get(there).folder
    data = bytearray((folder / NARROW).read_bytes())
    data[-1] ^= 1
    (folder / NARROW).write_bytes(data)
    with pytest.raises(WeightsCorrupt, match="vae") as caught:
        manifest.verify(MODEL, folder)
    assert "models download toy" in caught.value.hint
    there.asked.clear()
    assert get(there).fresh
    assert there.fetched == [NARROW]
    assert is_whole()
    manifest.verify(MODEL, folder)


def test_what_is_damaged_stays_in_its_place_while_the_hub_is_away(there: Repository) -> None:
    folder = get(there).folder
    (folder / NARROW).unlink()
    with pytest.raises(Unreachable):
        download(MODEL, Hub("http://127.0.0.1:9"))
    assert folder.is_dir()


def test_removing_takes_what_came_so_far_as_well(there: Repository) -> None:
    there.cuts = {WIDE: [30_000, *[0] * hub.TRIES]}
    with pytest.raises(Unreachable):
        get(there)
    assert store.remove(MODEL) > 30_000
    assert not store.partial_of(MODEL).exists()
    get(there)
    assert store.remove(MODEL) > 30_000
    assert store.remove(MODEL) == 0
    assert store.lacking(MODEL) == list(MODEL.components)
