"""What ``POST /v1/compress`` takes: the arguments of the Python API by their names."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from specpc.options import (
    GAP,
    TEMPLATE,
    TURNS,
    Cut,
    Kind,
    Markup,
    Protection,
    Role,
    ScorerName,
    Turns,
    Unit,
    scorer_name,
)

# What strangers may have the server look for.
_MOST_PATTERNS: Final = 32
_LONGEST_PATTERN: Final = 1000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _scorer(value: object) -> object:
    """Earlier names are understood."""
    return scorer_name(value) if isinstance(value, str) else value


class DocumentBody(_Strict):
    """A text with a name, as `specpc.pipeline.documents.Document`."""

    name: str
    text: str


class CompressRequest(_Strict):
    """One of ``context``, ``documents`` and ``request`` (a chat request), and how to cut it.

    See `specpc.Compressor.compress`, `specpc.Compressor.compress_documents` and
    `specpc.Compressor.compress_messages`.
    """

    context: str | None = None
    documents: list[DocumentBody] | None = None
    request: Any = None
    question: str | None = None
    ratio: float | None = None
    target_tokens: int | None = None
    gap: str = GAP
    keep: list[Annotated[str, Field(max_length=_LONGEST_PATTERN)]] = Field(
        default=[], max_length=_MOST_PATTERNS, description="Regular expressions, never cut."
    )
    keep_kinds: list[Kind] = Field(
        default=[], max_length=_MOST_PATTERNS, description="Keep things of these kinds."
    )
    keep_first: int = 0
    keep_last: int = 0
    marks: bool = Field(default=False, description="Keep what is between <specpc:keep> marks.")
    name: str | None = Field(default=None, description="Of the file the context comes from.")
    min_per_document: int = 0
    template: str = TEMPLATE
    roles: list[Role] = Field(default=list(TURNS.roles), description="Whose texts are cut.")
    min_tokens: int = TURNS.min_tokens
    requery: bool = Field(default=TURNS.requery, description="Cut all by the last question.")
    scorer: Annotated[ScorerName, BeforeValidator(_scorer)] = "auto"
    unit: Unit = "auto"
    tokenizer: str = "draft"
    markup: Markup = "text"
    draft: str | None = Field(default=None, description="Refused unless the server runs it.")

    @model_validator(mode="after")
    def _check(self) -> CompressRequest:
        kinds = ("context", "documents", "request")
        given = [name for name in kinds if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give one of context, documents and request")
        needs = {"name": "context", "min_per_document": "documents", "template": "documents"}
        needs |= dict.fromkeys(("roles", "min_tokens", "requery"), "request")
        for name, other in needs.items():
            if name in self.model_fields_set and other not in given:
                raise ValueError(f"{name} goes with {other}")
        return self

    @property
    def cut(self) -> Cut:
        """The budget and how to cut to it.

        Raises:
            UsageError: it cannot be used, a pattern is none, or a number is negative.
        """
        keep = Protection(tuple(self.keep), self.keep_first, self.keep_last, tuple(self.keep_kinds))
        return Cut(self.ratio, self.target_tokens, self.gap, keep, self.marks)

    @property
    def turns(self) -> Turns:
        """Which texts of a chat request are cut.

        Raises:
            UsageError: a number is negative.
        """
        return Turns(tuple(self.roles), self.min_tokens, self.requery)


class GatewayRequest(BaseModel):
    """What gateways send, such as LiteLLM's guardrail for Headroom: messages as OpenAI has them.

    Fields that mean nothing here are left alone: they say what another service should do.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    messages: list[dict[str, Any]]
    model: str | None = None


def _kind(value: object) -> Literal["one", "many", "gateway"]:
    if isinstance(value, list):
        return "many"
    return "gateway" if isinstance(value, dict) and "messages" in value else "one"


CompressBody: TypeAlias = Annotated[
    Annotated[CompressRequest, Tag("one")]
    | Annotated[list[CompressRequest], Tag("many"), Field(min_length=1)]
    | Annotated[GatewayRequest, Tag("gateway")],
    Discriminator(_kind),
]
"""A request; a list of them, each of which is answered by itself; or what a gateway sends."""
