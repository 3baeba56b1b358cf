"""What specpc raises.

SpecPCError                 everything below; its message is one sentence that says what to do
├── UsageError              the request itself is wrong: change the arguments (CLI exit code 2)
│   ├── BudgetError         the ratio or the number of tokens cannot be used
│   ├── UnknownDraftError   no such draft model
│   └── DeviceError         the device or number format asked for is not there
├── InputError              the text or file cannot be compressed
├── MissingPackageError     a package that an extra brings is not installed; an ImportError, too
├── TokenizerError          what counts the tokens of the budget cannot be fetched or read
├── DraftError              a draft model cannot be fetched, read or used
│   ├── OfflineError        it would have to be downloaded, and that is forbidden
│   └── UnsupportedModelError   no causal language model, or its attention cannot be observed
├── OutOfMemoryError        the machine or device ran out of memory
└── WorkerError             the process that read a text died
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Argument(str):
    """An argument that a message names, as Python writes it: ``ratio=0.2``, or just ``ratio=``."""

    __slots__ = ()


class SpecPCError(Exception):
    """Base of everything specpc raises on purpose; the message is one sentence for the user.

    It is made of parts, so that an `Argument` among them can be told from what a user wrote.
    """

    def __init__(self, *message: str) -> None:
        """See the class."""
        super().__init__(*message)

    def __str__(self) -> str:
        """The message in the words of Python."""
        return "".join(self.args)

    def worded(self, name: Callable[[Argument], str]) -> str:
        """The message with its arguments named in another way."""
        return "".join(name(part) if isinstance(part, Argument) else part for part in self.args)


class UsageError(SpecPCError, ValueError):
    """The request itself is wrong: other arguments are needed."""


class BudgetError(UsageError):
    """The ratio or number of tokens cannot be used."""


class UnknownDraftError(UsageError):
    """No draft model goes by this name."""


class DeviceError(UsageError):
    """The device or number format asked for is not available here."""


class InputError(SpecPCError):
    """The text or file cannot be compressed."""


class MissingPackageError(SpecPCError, ImportError):
    """A package that one of specpc's extras brings is not installed."""


class TokenizerError(SpecPCError):
    """What counts the tokens of the budget cannot be fetched or read."""


class DraftError(SpecPCError):
    """A draft model cannot be fetched, read or used."""


class OfflineError(DraftError):
    """The draft would have to be downloaded, and downloads are forbidden."""


class UnsupportedModelError(DraftError):
    """The model's attention cannot be observed, or it is no causal language model."""


class OutOfMemoryError(SpecPCError):
    """The machine or the device ran out of memory."""


class WorkerError(SpecPCError):
    """The process that read a text died."""


def not_encodable() -> InputError:
    """The error for a text with lone surrogates, which no encoding can write."""
    return InputError(
        "the text has characters that cannot be written as UTF-8 (lone surrogates): "
        "decode the input as UTF-8 before compressing it"
    )


def missing(user: str, package: str, extra: str) -> MissingPackageError:
    """The error where a package is not installed.

    Args:
        user: what needs it.
        package: its name.
        extra: of specpc, which brings it.
    """
    return MissingPackageError(f'{user} needs the package {package}: pip install "specpc[{extra}]"')


def require(package: str, user: str, extra: str) -> None:
    """Raise `MissingPackageError` unless a package is installed, without importing it."""
    if find_spec(package) is None:
        raise missing(user, package, extra)
