"""The one exception for input that a user can mend: its text is a sentence that names the thing and says what to do."""


class UserError(ValueError):
    """Bad input or a missing file; shown as it is by the command line and the page."""
