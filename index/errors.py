"""What can go wrong, as the person at the keyboard meets it.

MemoireError                 one line: what, where, remedy
├── InputError               what was asked cannot be done as asked (exit 2)
└── LibraryError             the library cannot be used as it is (exit 1)
    ├── NoLibrary            nothing is indexed there yet
    ├── LibraryBusy          another process is writing
    ├── LibraryMismatch      made with another embedding model or chunking
    ├── LibraryTooNew        made by a newer version of this program
    ├── LibraryDamaged       a store cannot be read
    └── StorageError         the disk is full or read-only
ModelUnavailable(MemoireError)   a model's files or its endpoint cannot be reached (exit 1)
"""


class MemoireError(Exception):
    """An error with a message for a person and the remedy they can try."""

    exit_code = 1

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class InputError(MemoireError):
    """What was asked cannot be done as asked."""

    exit_code = 2


class LibraryError(MemoireError):
    """The library cannot be used as it is."""


class NoLibrary(LibraryError):
    """Nothing is indexed at that place yet."""


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""


class LibraryMismatch(LibraryError):
    """The library was made with another embedding model or chunking."""


class LibraryTooNew(LibraryError):
    """The library was made by a newer version of this program."""


class LibraryDamaged(LibraryError):
    """One of the library's stores cannot be read."""


class StorageError(LibraryError):
    """The disk is full or cannot be written."""


class ModelUnavailable(MemoireError):
    """A model's files or its endpoint cannot be reached."""
