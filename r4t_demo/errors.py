"""The one exception for input that a user can mend: its text is a sentence that names the thing and says what to do."""

from collections.abc import Iterator
from typing import TypeVar

Kind = TypeVar("Kind", bound=BaseException)


class UserError(ValueError):
    """Bad input or a missing file; shown as it is by the command line and the page."""

    logged = False  # whether the log of requests has it


class MachineError(UserError):
    """Not the input's trouble but the machine's, such as a full disk: once that is mended, the same input does."""


class Unsure(UserError):
    """Not refused: what the input means is for its owner to say, and then it goes on."""


class Fault(MachineError):
    """The app's own trouble: an error that nobody foresaw. Its sentence names the stage in which a run stopped."""


class HubUnreachable(UserError):
    """The Hugging Face Hub, or the way to it, is down: what was asked of it may be right, and may be had later."""


def reason(error: BaseException) -> str:
    """What a library says of a broken file, in brackets; "" where it says nothing, or shows bytes or objects."""
    text = str(error)
    hidden = not text or not text.isprintable() or any(sign in text for sign in ("b'", 'b"', "<", "\\x"))
    return "" if hidden else f" ({text[:200]})"


def hub_failure(what: str, error: BaseException, kind: str = "model") -> UserError:
    """The error that says ``what`` failed and, in one line, why: what the Hub told first, or else the error's own first line.

    ``what`` is the sentence's beginning ("The encoder x cannot be loaded"); ``kind`` is what was looked for.
    """
    from huggingface_hub import errors as hub

    if _first(error, hub.RepositoryNotFoundError):
        return UserError(f"{what}: the Hugging Face Hub shows no {kind} of that name; if it is private or gated, set HF_TOKEN.")
    if _first(error, hub.RevisionNotFoundError):
        return UserError(f"{what}: the Hugging Face Hub has no such revision of it.")
    status = next((one.status_code for c in _causes(error) if (one := getattr(c, "response", None)) is not None), None)
    if status in (401, 403):
        return UserError(f"{what}: the Hugging Face Hub answers {status}; check HF_TOKEN and what it is allowed to do.")
    if status and (status == 429 or status >= 500):
        return HubUnreachable(f"{what}: the Hugging Face Hub answers {status}; try again later.")
    if _first(error, (hub.LocalEntryNotFoundError, hub.DryRunError)):
        return HubUnreachable(f"{what}: it is not in this machine's cache, and the Hugging Face Hub cannot be reached.")
    if status is None and _first(error, (hub.HTTPError, ConnectionError)):
        return HubUnreachable(f"{what}: the connection to the Hugging Face Hub broke off; what had arrived whole is kept.")
    return UserError(f"{what}: {next(iter(str(error).strip().splitlines()), type(error).__name__)}")


def _first(error: BaseException, kind: type[Kind] | tuple[type[Kind], ...]) -> Kind | None:
    return next((cause for cause in _causes(error) if isinstance(cause, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what led to it."""
    cause: BaseException | None = error
    while cause:
        yield cause
        cause = cause.__cause__ or cause.__context__
