# SPDX-License-Identifier: GPL-3.0-or-later
"""Public models from the command line, as somebody gets them: from a hub on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="downloads need huggingface-hub")

from backend.__main__ import main
from backend.checkpoints import assembly, download, hub, licences, manifest, store
from backend.checkpoints.public import PublicModel
from backend.commands import models, public_models
from tests.backend.checkpoints.hub_server import Repository, serving
from tests.backend.checkpoints.toy_model import (
    NARROW,
    WIDE,
    repository_files,
    toy,
    write_all,
)

LIMITED = {"licence": "CC-BY-NC-4.0", "commercial": False, "licence_page": "https://a.example/nc"}


def known(monkeypatch: pytest.MonkeyPatch, model: PublicModel) -> PublicModel:
    """The one model that the command knows. Its files are no network that we have."""
    monkeypatch.setattr(models, "MODELS", (model,))
    monkeypatch.setattr(models, "bundled", list)
    monkeypatch.setattr(public_models, "fits", None)
    return model


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "mein Ort"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(hub, "PAUSE", 0.01)
    with serving(Repository("someone/Toy", repository_files())) as repository:
        monkeypatch.setenv("HF_ENDPOINT", repository.url)
        yield repository


def row(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["models", "list", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["models"]
    return found


def test_a_model_is_got_listed_verified_and_removed(
    there: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = known(monkeypatch, toy())
    assert row(capsys)["state"] == "missing"
    assert main(["models", "download", "toy"]) == 0
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[-1].startswith(f"Toy is in {store.folder_of(model)}, 0.1 MB (published: 0.2 MB)")
    assert "Downloading Toy: 0.0 of 0.2 MB" in said.err
    assert len(lines) <= 6  # a log is not filled with bytes
    assert "here  MIT  Plays." in said.out
    found = row(capsys)
    assert found["state"] == "here"
    assert found["commit"] == there.commit
    assert found["numbers"] == {"F16": 2}
    assert found["consent"] is True
    assert main(["models", "download", "toy"]) == 0
    assert "there already" in capsys.readouterr().err
    assert main(["models", "verify"]) == 0
    assert "6 files are as they came from http://127.0.0.1" in capsys.readouterr().err
    assert main(["models", "remove", "toy"]) == 0
    assert "Toy is removed; 0.1 MB are free again." in capsys.readouterr().err
    assert main(["models", "remove", "toy"]) == 0
    assert "Toy is not there." in capsys.readouterr().err
    assert row(capsys)["state"] == "missing"


def test_what_was_stopped_is_listed_as_begun(
    there: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known(monkeypatch, toy())
    there.cuts = {WIDE: [30_000, *[0] * hub.TRIES]}
    assert main(["models", "download", "toy"]) == 2
    assert "goes on where it stopped" in capsys.readouterr().err
    assert row(capsys)["state"] == "begun"
    assert main(["models", "list"]) == 0
    assert "begun to download" in capsys.readouterr().out


def test_ctrl_c_says_how_it_goes_on(
    there: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known(monkeypatch, toy())

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(assembly, "halve", stopped)
        assert main(["models", "download", "toy"]) == 130
    assert "goes on from here" in capsys.readouterr().err
    there.asked.clear()
    assert main(["models", "download", "toy"]) == 0
    assert there.fetched == [NARROW]  # the other one had come


def test_consent_is_given_once(
    there: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = known(monkeypatch, toy(**LIMITED))
    assert main(["models", "download", "toy"]) == 2
    said = capsys.readouterr().err
    assert "not for commercial use" in said
    assert "https://a.example/nc" in said
    assert there.asked == []
    assert row(capsys)["consent"] is False
    assert main(["models", "list"]) == 0
    assert "CC-BY-NC-4.0 (not for commercial use)" in capsys.readouterr().out
    assert main(["models", "download", "toy", "--accept-licence"]) == 0
    assert main(["models", "remove", "toy"]) == 0
    assert main(["models", "download", "toy"]) == 0
    assert licences.has_consent(model, store.home())
    found = manifest.read(store.folder_of(model))
    assert found is not None
    assert found.licence == "CC-BY-NC-4.0"


def test_free_models_leave_no_consent_behind(
    there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(monkeypatch, toy())
    assert main(["models", "download", "toy", "--accept-licence"]) == 0
    assert not (store.home() / licences.FILE).exists()


def test_a_mirror_offline_and_a_folder(
    there: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = known(monkeypatch, toy())
    assert main(["models", "download", "toy", "--offline"]) == 2
    assert "may not go online" in capsys.readouterr().err
    assert main(["models", "download", "toy", "--mirror", "nonsense"]) == 2
    assert there.asked == []
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert main(["models", "download", "toy", "--mirror", there.url]) == 0
    assert main(["models", "remove", "toy"]) == 0
    files = write_all(tmp_path / "meine", repository_files())
    there.asked.clear()
    assert main(["models", "download", "toy", "--from", str(files), "--offline"]) == 0
    assert there.asked == []
    assert store.lacking(model) == []
    assert main(["models", "verify", "toy"]) == 0


def test_json_tells_what_was_got(
    there: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known(monkeypatch, toy())
    assert main(["models", "download", "toy", "--json", "--quiet"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    (found,) = json.loads(said.out)["models"]
    assert found["state"] == "here"


def test_without_the_library_a_sentence_says_what_to_install(
    there: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    known(monkeypatch, toy())
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert main(["models", "download", "toy"]) == 2
    assert "huggingface-hub is not installed" in capsys.readouterr().err


def test_what_is_refused_with_a_fault_of_ours_is_not_hidden(
    there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(monkeypatch, toy())

    def broken(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(download, "wanted", broken)
    assert main(["models", "download", "toy"]) == 1


def test_files_of_a_model_are_told_from_another_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Real layouts with tiny random weights: taken from a folder, halved, and read afterwards."""
    torch = pytest.importorskip("torch", reason="latent networks need torch")
    from backend.latents.loading import Source, dit
    from tests.backend.latents.tiny_models import tiny_model

    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "place"))
    theirs = tiny_model(tmp_path / "theirs", "triposg")
    assert main(["models", "download", "holopart", "--from", str(theirs)]) == 2
    assert "It is not HoloPart as Partwise knows it: " in capsys.readouterr().err
    swapped = tiny_model(tmp_path / "swapped", "holopart")
    wide = "diffusion_pytorch_model.safetensors"
    (swapped / "vae" / wide).write_bytes((swapped / "part_encoder" / wide).read_bytes())
    assert main(["models", "download", "holopart", "--from", str(swapped)]) == 2
    assert "not those of vae of HoloPart" in capsys.readouterr().err
    assert not (tmp_path / "place/models/holopart").exists()
    right = tiny_model(tmp_path / "right", "holopart")
    assert main(["models", "download", "holopart", "--from", str(right)]) == 0
    kept = store.component("holopart", "transformer")
    before = dit(Source(right / "transformer", "HoloPart", dtype=torch.float16)).state_dict()
    after = dit(Source(kept, "HoloPart", dtype=torch.float16)).state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert (kept / wide).stat().st_size < 0.6 * (right / "transformer" / wide).stat().st_size
