"""What is published: the files that belong to it, a card that says how to load it, for its owner alone, and never the token."""

from pathlib import Path

import pytest
from huggingface_hub import RepoCard

from r4t_demo.__main__ import main
from r4t_demo.files import GIB
from r4t_demo.hub import catalogs
from r4t_demo.hub.repo import Repo
from tests.doubles import HashEncoder
from tests.hub.conftest import TOKEN
from tests.hub.stub_hub import StubHub
from tests.tiny_models import list_writer, save_adapter, save_folm, save_retriever, tiny_denoiser


@pytest.fixture
def retriever(tmp_path: Path, encoder: HashEncoder) -> Path:
    folder = tmp_path / "my-diffusion"
    save_retriever(tiny_denoiser(encoder.id, dim=encoder.dim), encoder, folder)
    for name in ("state.pt", ".env", "notes.csv"):
        (folder / name).write_text(f"HF_TOKEN={TOKEN}")
    return folder


def test_a_checkpoint_with_a_card_made_for_it(hub: StubHub, retriever: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", "checkpoint", str(retriever), "ann/fans"]) == 0
    assert capsys.readouterr().out.startswith(f"{hub.url}/ann/fans/commit/")
    files = hub.files("model", "ann/fans")
    names = {"README.md", "config.json", "model.safetensors", "phrases.safetensors", "phrases.txt"}
    assert set(files) == names | {".gitattributes"}
    assert files["model.safetensors"] == (retriever / "model.safetensors").read_bytes()
    assert hub.created == [{"name": "fans", "organization": "ann", "visibility": "private", "type": "model"}]
    card = RepoCard(files["README.md"].decode())
    assert card.data.library_name == "pytorch"
    assert "A diffusion retriever, trained for the vectors of hash-48 (48 dimensions)." in card.text
    assert "R4T_DIFFUSION=hub:ann/fans make demo" in card.text
    assert not (retriever / "README.md").exists()
    assert not [path for _, path, _, body in hub.requests if TOKEN.encode() in body or TOKEN in path]
    assert (Repo.of("hub:ann/fans", "model").fetch(["*.safetensors"]) / "model.safetensors").is_file()


def test_its_own_card_stays_and_public_is_asked_for(hub: StubHub, retriever: Path) -> None:
    (retriever / "README.md").write_text("---\nlicense: mit\ntags: [mine]\n---\n# Fans\n\nTrained on fans.\n")
    assert main(["publish", "checkpoint", str(retriever), "ann/fans", "--public"]) == 0
    card = RepoCard(hub.files("model", "ann/fans")["README.md"].decode())
    assert card.text.startswith("# Fans\n\nTrained on fans.\n\n## Load it\n")
    assert (card.data.license, set(card.data.tags)) == ("mit", {"mine", "r4t", "fan-out-retrieval"})
    assert hub.created[0]["visibility"] == "public"
    assert "Trained on fans" in (retriever / "README.md").read_text() and "Load it" not in (retriever / "README.md").read_text()


@pytest.mark.parametrize(
    ("whole", "library", "about", "more"),
    [
        (True, "transformers", "A language model.", {"config.json", "model.safetensors", "tokenizer.json"}),
        (False, "peft", "A LoRA adapter of a language model.", {"adapter_config.json", "adapter_model.safetensors"}),
    ],
)
def test_a_language_model_and_an_adapter_of_one(
    hub: StubHub, encoder: HashEncoder, tmp_path: Path, whole: bool, library: str, about: str, more: set[str]
) -> None:
    folder = tmp_path / "mine"
    save_folm(list_writer(encoder), folder) if whole else save_adapter(list_writer(encoder), "ann/base", folder)
    (folder / "optimizer.bin").write_text("state")
    assert main(["publish", "checkpoint", str(folder), "ann/folm"]) == 0
    files = hub.files("model", "ann/folm")
    assert {*more, "folm.json", "README.md"} <= set(files) and "optimizer.bin" not in files
    card = RepoCard(files["README.md"].decode())
    assert card.data.library_name == library
    assert about in card.text and "R4T_FOLM=hub:ann/folm make demo" in card.text


def test_a_catalogue_goes_there_and_comes_back(hub: StubHub, catalog_folder: Path) -> None:
    assert main(["publish", "catalog", str(catalog_folder), "ann/shop"]) == 0
    files = hub.files("dataset", "ann/shop")
    assert set(files) == {
        ".gitattributes", "README.md", "data/00000.parquet", "vectors.safetensors", "queries.jsonl", "outfits.jsonl",
    }  # fmt: skip
    card = RepoCard(files["README.md"].decode())
    assert "48 items, 48 with a picture" in card.text and "R4T_CATALOG=hub:ann/shop make demo" in card.text
    assert card.data.to_dict()["configs"] == [{"config_name": "default", "data_files": "data/*.parquet"}]
    assert (catalogs.fetch("hub:ann/shop", GIB) / "index" / "vectors.faiss").is_file()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "ann/fans cannot be published: the Hugging Face Hub answers 401; check HF_TOKEN and what it is allowed to do."),
        (403, "ann/fans cannot be published: the Hugging Face Hub answers 403; check HF_TOKEN and what it is allowed to do."),
        (503, "ann/fans cannot be published: the Hugging Face Hub answers 503; try again later."),
    ],
)
def test_a_refusal_is_a_sentence(
    hub: StubHub, retriever: Path, capsys: pytest.CaptureFixture[str], status: int, sentence: str
) -> None:
    hub.refused["POST"] = status
    assert main(["publish", "checkpoint", str(retriever), "ann/fans"]) == 2
    assert capsys.readouterr().err.strip().endswith(sentence)


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("checkpoint", "fans", "'fans' is no repository: write OWNER/NAME."),
        ("checkpoint", "ann/fans", "There is no checkpoint in "),
        ("catalog", "ann/fans", "holds no items.parquet"),
    ],
)
def test_what_cannot_be_published_is_told_and_no_repository_is_made(
    hub: StubHub, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, name: str, sentence: str
) -> None:
    assert main(["publish", kind, str(tmp_path), name]) == 2
    assert sentence in capsys.readouterr().err
    assert hub.requests == []
