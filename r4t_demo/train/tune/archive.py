"""A tuned catalogue as one zip, and back: for another machine, and for nobody's harm.

The zip holds the catalogue's table and pictures, its vectors, the models with all that ``transformers`` and the Hub's mixin need
to load them, the queries, the comparison and the card. There is no pickle in it, and no FAISS file.

A zip that comes back may be anybody's. Of it are taken: pictures that are small WebP, tables and JSON, and tensors. File names,
configurations and tokenizers are the app's own, so the models must be of the app's own shapes; the index is built anew from the
vectors, and the steering models, which not every zip has, from their numbers and the table's labels.
"""

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet as parquet
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from r4t_demo import seen
from r4t_demo.catalog import IMAGES_FOLDER, INDEX_FOLDER, ITEMS_FILE, Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout.registry import OWN
from r4t_demo.fanout.retriever import load_relevance
from r4t_demo.files import GIB, machine_errors, staged, write_atomically
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.index.kinds import choose
from r4t_demo.pattern import checkpoint
from r4t_demo.pattern.own import FOLDER as STEERING
from r4t_demo.sources.decode import SIDE
from r4t_demo.sources.files import ZipFiles, read
from r4t_demo.sources.understood import FILE as COLUMNS
from r4t_demo.sources.understood import Understood
from r4t_demo.train.tune import catalog_queries, comparison

OLDER = "trust"  # a tensor of the steering network that older zips hold, and that nothing here reads
VECTORS = f"{INDEX_FOLDER}/vectors.safetensors"
TABLES = (ITEMS_FILE, catalog_queries.FILE, catalog_queries.UNDERSTOOD, COLUMNS, comparison.FILE, comparison.CARD)
WEIGHTS = dict.fromkeys(OWN.values(), "model.safetensors") | {OWN["folm-mini"]: "adapter_model.safetensors"}
BANK = ("phrases.safetensors", "phrases.txt")  # of a retriever
PICTURE = re.compile(rf"{IMAGES_FOLDER}/\d{{5}}/\d{{3}}\.webp")
MAX_BYTES = 2 * GIB  # of all that is taken out of a zip
MAX_TABLE = GIB // 2  # bytes of the items' table, unpacked: it is read as a whole, in the app's own process
NAME_END = "-r4t"
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    OSError,
    SafetensorError,
    pyarrow.ArrowException,
    *BOMB,
)


def zip_name(catalogue: str) -> str:
    """What the zip of a catalogue of that name is called: its letters, digits and dashes, and an end that says what it is."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", Path(catalogue).stem.removesuffix(NAME_END)).strip("-")[:40]
    return f"{plain or 'catalogue'}{NAME_END}.zip"


def export(folder: Path, path: Path) -> None:
    """Pack the tuned catalogue in ``folder`` into the zip ``path``, as a whole or not at all: MachineError on a full disk."""
    index = FaissIndex.load(folder / INDEX_FOLDER)
    vectors = folder / f".{INDEX_FOLDER}.safetensors"

    def write(temporary: Path) -> None:
        save_file({"vectors": index.vectors(np.arange(len(index)))}, vectors)
        with zipfile.ZipFile(temporary, "w") as packed:
            for file in _files(folder):
                small = file.suffix in (".json", ".jsonl", ".md", ".txt")  # the rest is packed already
                packed.write(file, file.relative_to(folder), zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED)
            packed.write(vectors, VECTORS, zipfile.ZIP_STORED)

    try:
        with machine_errors("The result stays as it is: pack it again later."):
            write_atomically(path, write)
    finally:
        vectors.unlink(missing_ok=True)


def load(path: Path, folder: Path, encoder: Encoder, checkpoints: Path) -> None:
    """Make of the zip ``path`` the folder that was exported, all of it or nothing.

    ``checkpoints`` are the app's. UserError where the zip is none of these, is damaged, or was made beside another encoder.
    """
    try:
        with staged(folder) as place:
            _unpack(ZipFiles(path), place)
            _judge(place, encoder)
            for name, own in OWN.items():
                _dress(place / own, checkpoints / name)
            load_relevance(place / OWN["diffusion-mini"])
            _index(place, encoder)
            if (place / STEERING).is_dir():
                _steering(place, encoder)
    except UserError as error:
        raise UserError(f"'{path.name}' is no export of a tuned catalogue that can be loaded here: {error}") from error
    except DAMAGE as error:
        raise UserError(f"'{path.name}' is no export of a tuned catalogue, or it is damaged ({error}).") from error


def is_export(path: Path) -> bool:
    """Whether a file looks like one of these zips, and not like a catalogue that somebody packed."""
    try:
        return {VECTORS, comparison.FILE} <= set(ZipFiles(path).names())
    except UserError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    """What is exported; the validation report stays, since it names files of this machine."""
    yield from (folder / name for name in (*TABLES, seen.FILE) if (folder / name).is_file())
    for part in (IMAGES_FOLDER, *OWN.values(), STEERING):
        yield from (file for file in sorted((folder / part).rglob("*")) if file.is_file() and not file.name.startswith("."))


def _unpack(files: ZipFiles, staged: Path) -> None:
    """Take out of the zip what is wanted, under names that are made here."""
    banks = {f"{own}/{name}" for own in OWN.values() if own != OWN["folm-mini"] for name in BANK}
    wanted = {*TABLES, VECTORS, *(f"{own}/{name}" for own, name in WEIGHTS.items()), *banks}
    names = [name for name in files.names() if isinstance(name, str)]
    if any(name.startswith(f"{STEERING}/") for name in names):
        wanted |= {f"{STEERING}/{name}" for name in checkpoint.TENSORS}
    total = 0
    for name in names:
        if not (name in wanted or name == seen.FILE or PICTURE.fullmatch(name)):
            continue
        data = read(files, name)
        total += len(data)
        if total > MAX_BYTES:
            raise UserError(f"it holds more than {MAX_BYTES // GIB} GiB.")
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    if missing := sorted(name for name in wanted - {COLUMNS} if not (staged / name).is_file()):  # pictures alone have no columns
        raise UserError(f"it has no {', '.join(missing[:3])}.")


def _judge(staged: Path, encoder: Encoder) -> None:
    """UserError where the pictures, the comparison or the queries are not what they should be."""
    for path in (staged / IMAGES_FOLDER).rglob("*.webp"):
        with Image.open(path, formats=["WEBP"]) as image:
            if max(image.size) > SIDE:
                raise UserError(f"the picture {path.name} has more than {SIDE} pixels a side.")
            image.verify()
    items = parquet.read_metadata(staged / ITEMS_FILE)
    unpacked = sum(items.row_group(number).total_byte_size for number in range(items.num_row_groups))
    if unpacked > MAX_TABLE:
        raise UserError(f"its table would unpack to {unpacked // 2**20:,} MB; at most {MAX_TABLE // 2**20:,} MB are read.")
    result = comparison.read(staged)
    if result is None:
        raise UserError(f"there is no {comparison.FILE} in it.")
    comparison.table(result)
    if result["job"]["encoder"] != [encoder.id, encoder.digest]:
        raise UserError(f"it was made beside another encoder than this app's {encoder.id}, or another version of it.")
    catalog_queries.load(staged)
    Understood.load(staged)


def _dress(own: Path, app: Path) -> None:
    """Give a model's tensors the configuration of the app's own model, whose shapes they must have."""
    if _shapes(own / WEIGHTS[own.name]) != _shapes(app / WEIGHTS[own.name]):
        raise UserError(f"its {own.name} has other shapes than the app's own model.")
    for file in app.iterdir():
        if file.suffix == ".json":
            shutil.copyfile(file, own / file.name)


def _steering(staged: Path, encoder: Encoder) -> None:
    """Put in the place of the unpacked tensors a checkpoint that is made of them; none, of those of a network of before."""
    given = staged / f".{STEERING}"
    (staged / STEERING).rename(given)
    if OLDER not in _shapes(given / checkpoint.TENSORS[-1]):
        checkpoint.rebuild(given, staged / STEERING, Catalog.load(staged), encoder)
    shutil.rmtree(given)


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    if not path.is_file():
        raise UserError(f"there is no {path.parent.name}/{path.name}.")
    with safe_open(path, "numpy") as tensors:
        return {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118 - no mapping


def _index(staged: Path, encoder: Encoder) -> None:
    """Build the index of the zip's vectors."""
    vectors, catalog = load_file(staged / VECTORS)["vectors"], Catalog.load(staged)
    if vectors.dtype != np.float32 or vectors.shape != (len(catalog), encoder.dim):
        raise UserError(f"its vectors are {vectors.dtype} of shape {vectors.shape} for {len(catalog)} items.")
    kind = choose(len(catalog), encoder.dim, 4 * GIB)
    FaissIndex.build(vectors, encoder.id, catalog.fingerprint, kind=kind).save(staged / INDEX_FOLDER)
    (staged / VECTORS).unlink()
