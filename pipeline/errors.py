"""The tree of errors; each message says place, problem, got and expected."""


class CounterfoilError(Exception):
    """Anything a user can mend; entry points print it as one line."""


class InputError(CounterfoilError):
    """A file, folder or argument that cannot be read at all."""


class RegisterError(CounterfoilError):
    """A register with problems; `problems` holds one line for each.

    Parameters
    ----------
    problems : tuple of str
        Every problem found, each with file, path, got and expected.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SettingsError(CounterfoilError):
    """A setting that is missing, misspelt or out of range."""


class StoreError(CounterfoilError):
    """The store cannot be opened, is newer than this program, or holds something unexpected."""


class EngineError(CounterfoilError):
    """The workers of a scan cannot be reached, or died; what is done is kept."""


class TransitionError(CounterfoilError):
    """An event that a case does not allow in its state, or not from whoever brings it."""


class ConflictError(CounterfoilError):
    """A case that has moved on since it was looked at; the message says by whom and when."""


class NoticeError(CounterfoilError):
    """A notice that may not be made or sent, above all without a person's approval."""


class TransportError(CounterfoilError):
    """A platform or a time-stamping authority that refuses, cannot be reached, or answers with nonsense."""


class PhotoRefusedError(CounterfoilError):
    """An image that cannot be used; becomes a `Rejected` record and never stops a scan.

    Parameters
    ----------
    reason : str
        What is wrong, in plain words.
    got : str
        What was found (shortened).
    expected : str
        What would have been accepted.
    """

    def __init__(self, reason: str, *, got: str, expected: str) -> None:
        super().__init__(f"{reason}, got {got}, expected {expected}")
        self.reason = reason
        self.got = got
        self.expected = expected


class LogError(CounterfoilError):
    """The log cannot be written: no keys, another writer at work, or it would contradict what was signed."""


class ProofError(CounterfoilError):
    """A signature, a proof or a file of a log that does not hold."""


class BundleError(ProofError):
    """What does not hold in a bundle, and in which file.

    Parameters
    ----------
    file : str
        Path inside the bundle, with "/" between its parts; "." for the bundle as a whole.
    problem : str
        What is wrong, what was found and what was expected.
    """

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.file = file
        self.problem = problem
