"""Put a checkpoint or a catalogue onto the Hub, with a card that says what it is and how to load it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from r4t_demo.errors import UserError, hub_failure
from r4t_demo.fanout.checkpoint import ADAPTER, FILES, LANGUAGE_MODEL, Checkpoint
from r4t_demo.hub import catalogs
from r4t_demo.settings import HUB


def publish(kind: str, folder: Path, name: str, *, public: bool = False) -> str:
    """Upload ``folder`` as the repository ``name``, OWNER/NAME, which is made, for its owner's eyes unless ``public``.

    ``kind`` is checkpoint (a model) or catalog (a dataset, with the models that were tuned to it). Returns the address of the
    commit. The token is the one of HF_TOKEN or of ``hf auth login``; nothing here reads it.
    """
    stage, repo_type = KINDS[kind]
    with TemporaryDirectory(prefix="r4t-") as staged:
        stage(folder, Path(staged), name)
        return upload(Path(staged), name, repo_type, public=public)


def upload(folder: Path, name: str, repo_type: str, *, public: bool, **options: Any) -> str:
    """Commit all of ``folder`` to the repository, made where it is missing; returns the commit's address."""
    from huggingface_hub import HfApi

    api = HfApi()
    sdk: dict[str, Any] = {"space_sdk": "gradio"} if repo_type == "space" else {}
    try:
        api.create_repo(name, repo_type=repo_type, private=not public, exist_ok=True, **sdk)
        commit = api.upload_folder(
            folder_path=folder, repo_id=name, repo_type=repo_type, commit_message="Publish from r4t_demo", **options
        )
    except Exception as error:  # the client's own and its transport's have no base in common
        raise hub_failure(f"{name} cannot be published", error, repo_type) from error
    return commit.commit_url


def _stage_checkpoint(folder: Path, staged: Path, name: str) -> None:
    checkpoint = Checkpoint.read(folder)
    files = {file for pattern in FILES for file in folder.glob(pattern)}
    if not any(file.suffix == ".safetensors" for file in files):
        raise UserError(f"There are no weights (*.safetensors) in {folder}.")
    for file in files:
        copyfile(file, staged / file.name)
    library = {"encoder": "open_clip", ADAPTER: "peft", LANGUAGE_MODEL: "transformers"}.get(checkpoint.what, "pytorch")
    where = f"hf-hub:{name}" if checkpoint.what == "encoder" else f"{HUB}{name}"
    load = [f"{checkpoint.setting}={where} make demo"] if checkpoint.setting else []
    trained = f", trained for the vectors of {checkpoint.encoder} ({checkpoint.dim} dimensions)" if checkpoint.encoder else ""
    about = f"A {checkpoint.what}{trained}."
    _card(staged / "README.md", name, about, load, {"library_name": library})


def _stage_catalog(folder: Path, staged: Path, name: str) -> None:
    facts = catalogs.pack(folder, staged)
    about = (
        f"A catalogue of {facts['items']:,} items, {facts['pictures']:,} with a picture. `data/` has its rows and pictures, "
        f"`{catalogs.VECTORS}` a vector for each row in {facts['dim']} dimensions, made by the encoder {facts['encoder']}."
    )
    if facts["tuned"]:
        about += f" {', '.join(f'`{own}/`' for own in facts['tuned'])}: the models that were tuned to it."
    load = [f"R4T_CATALOG={HUB}{name} make demo", f'python -m r4t_demo fanout "rainy sunday" --catalog {HUB}{name}']
    config = {"config_name": "default", "data_files": f"{catalogs.SHARDS}/*.parquet"}
    _card(staged / "README.md", name, about, load, {"configs": [config]})


def _card(path: Path, name: str, about: str, load: Sequence[str], data: dict[str, Any]) -> None:
    """Write the card to ``path``: what stands there already, or else ``about``; how to load it; and the front matter ``data``."""
    from huggingface_hub.repocard import metadata_load, metadata_save

    front = (metadata_load(path) or {}) if path.is_file() else {}
    text = path.read_text(encoding="utf-8") if path.is_file() else f"# {name.partition('/')[2]}\n\n{about}\n"
    commands = "\n".join(load)
    how = f"\n## Load it\n\n```\n{commands}\n```\n\n`@COMMIT` behind the name pins it.\n" if load else ""
    path.write_text(text.rstrip() + "\n" + how, encoding="utf-8")
    tags = dict.fromkeys([*front.get("tags", []), "r4t", "fan-out-retrieval"])
    metadata_save(path, {**front, **data, "tags": list(tags)})


KINDS: dict[str, tuple[Callable[[Path, Path, str], None], str]] = {
    "checkpoint": (_stage_checkpoint, "model"),
    "catalog": (_stage_catalog, "dataset"),
}
