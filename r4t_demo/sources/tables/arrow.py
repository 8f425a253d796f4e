"""Arrow columns of any type as Python values that an item can hold, and what a type tells of its column."""

import json
from collections.abc import Mapping

import pyarrow
import pyarrow.types as types

PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")  # how pictures begin


def is_picture(kind: pyarrow.DataType) -> bool:
    """Whether cells of a type are pictures as the Hub's datasets hold them, or lists of these."""
    if _is_list(kind):
        return is_picture(kind.value_type)
    fields = {field.name: field.type for field in kind} if types.is_struct(kind) else {}
    return "bytes" in fields and (_is_binary(fields["bytes"]) or types.is_null(fields["bytes"]))


def is_bytes(kind: pyarrow.DataType) -> bool:
    """Whether cells of a type are bytes, or lists of them: pictures, or texts whose writer did not say so."""
    if _is_list(kind):
        return is_bytes(kind.value_type)
    return _is_binary(kind)


def class_names(schema: pyarrow.Schema) -> dict[str, list[str]]:
    """column -> the names of its classes, as the Hub's datasets keep them in their schema."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        found = {name: feature.get("names") for name, feature in features.items() if feature.get("_type") == "ClassLabel"}
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
    lists = {name: list(names.values()) if isinstance(names, Mapping) else names for name, names in found.items()}
    return {name: [str(one) for one in names] for name, names in lists.items() if isinstance(names, list)}


def cells(column: pyarrow.Array, names: list[str] | None = None) -> list[object]:
    """The cells of a column as texts, numbers, booleans, lists of these, or pictures; None for what is none of them.

    ``names``: of the classes that its numbers stand for.
    """
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if isinstance(column, pyarrow.ExtensionArray):
        column = column.storage
    kind = column.type
    if names is not None and types.is_integer(kind):
        return [names[cell] if cell is not None and 0 <= cell < len(names) else None for cell in column.to_pylist()]
    if _is_plain(kind) or is_picture(kind) or is_bytes(kind) and not _is_text(column):
        return _listed(column)
    if types.is_nested(kind):
        return _listed(column) if _is_plain_list(kind) else [None] * len(column)
    try:
        return _listed(column.cast(pyarrow.string()))
    except (pyarrow.ArrowException, UnicodeDecodeError):
        return [_as_text(column, row) for row in range(len(column))]


def _listed(column: pyarrow.Array) -> list[object]:
    """As ``to_pylist``, where letters that are no UTF-8 cost one letter each."""
    try:
        return column.to_pylist()
    except (UnicodeDecodeError, ValueError, OverflowError):
        return [_as_text(column, row) for row in range(len(column))]


def _as_text(column: pyarrow.Array, row: int) -> object:
    """One cell of a column of which another cannot be read; None for what has no text."""
    try:
        value = column[row].as_py()
        return value if isinstance(value, str | None) else str(value)
    except UnicodeDecodeError:
        return column[row].as_buffer().to_pybytes().decode("utf-8", "replace") if _is_string(column.type) else None
    except (ValueError, OverflowError, ImportError, pyarrow.ArrowException):
        return None


def _is_text(column: pyarrow.Array) -> bool:
    """Whether bytes are texts whose writer did not say so."""
    if not _is_binary(column.type):
        return False
    found = [cell for cell in column.to_pylist() if cell]
    try:
        return bool(found) and not any(cell.startswith(PICTURES) or b"\0" in cell or not cell.decode() for cell in found)
    except UnicodeDecodeError:
        return False


def _is_plain(kind: pyarrow.DataType) -> bool:
    integer = types.is_integer(kind) and kind != pyarrow.uint64()
    return integer or types.is_boolean(kind) or types.is_floating(kind) or types.is_null(kind) or _is_string(kind)


def _is_plain_list(kind: pyarrow.DataType) -> bool:
    return _is_list(kind) and (_is_plain(kind.value_type) or _is_plain_list(kind.value_type))


def _is_list(kind: pyarrow.DataType) -> bool:
    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def _is_string(kind: pyarrow.DataType) -> bool:
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def _is_binary(kind: pyarrow.DataType) -> bool:
    return types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind) or types.is_binary_view(kind)
