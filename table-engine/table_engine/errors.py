"""The error that is shown to the user as a sentence, without a stack trace."""


class TableEngineError(Exception):
    """Something the user can mend. The message says what was wrong, what was expected and how to mend it."""
