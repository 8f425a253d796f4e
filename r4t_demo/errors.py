"""The one exception for input that a user can mend: its text is a sentence that names the thing and says what to do."""


class UserError(ValueError):
    """Bad input or a missing file; shown as it is by the command line and the page."""


class MachineError(UserError):
    """Not the input's trouble but the machine's, such as a full disk: once that is mended, the same input does."""


def load_failure(error: BaseException) -> str:
    """Why a model was not loaded, in one line: what the Hub said first, or else the error's own first line."""
    from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError

    cause: BaseException | None = error
    while cause:
        if isinstance(cause, RepositoryNotFoundError):
            return "the Hugging Face Hub shows no model of that name; if it is private or gated, set HF_TOKEN."
        if isinstance(cause, LocalEntryNotFoundError):
            return "it is not in this machine's cache, and the Hugging Face Hub cannot be reached."
        cause = cause.__cause__ or cause.__context__
    return next(iter(str(error).splitlines()), type(error).__name__)
