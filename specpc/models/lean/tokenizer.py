"""A draft's tokenizer and chat template, read without transformers where that reads them as is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

# Classes whose tokenizer is tokenizer.json and nothing else, for Llama models at least.
_PLAIN: Final = {"TokenizersBackend", "PreTrainedTokenizerFast"}
_FAMILIES: Final = {"llama"}


@dataclass(frozen=True, eq=False)
class LeanTokenizer:
    """What compressing needs of a tokenizer, by the names that transformers has for it."""

    file: Path  # tokenizer.json
    chat_template: str | None  # Jinja text, if the draft has one
    special_tokens: dict[str, str] = field(repr=False)  # bos_token and others, for the template
    ready: list[Tokenizer] = field(default_factory=list, repr=False)  # read, and nobody's yet

    @property
    def bos_token(self) -> str | None:
        """The token every text begins with, if there is one."""
        return self.special_tokens.get("bos_token")

    @property
    def backend_tokenizer(self) -> Tokenizer:
        """A tokenizer read anew, the caller's own."""
        from tokenizers import Tokenizer

        return self.ready.pop() if self.ready else Tokenizer.from_file(str(self.file))

    def apply_chat_template(
        self,
        messages: list[dict[str, str]],
        *,
        tokenize: bool = False,
        add_generation_prompt: bool = False,
    ) -> str:
        """Render messages by the template there is; tokens are not to be had."""
        assert self.chat_template is not None
        assert not tokenize
        return _render(
            self.chat_template,
            messages=messages,
            add_generation_prompt=add_generation_prompt,
            **self.special_tokens,
        )


def load_lean_tokenizer(folder: Path, family: str) -> LeanTokenizer | None:
    """The tokenizer of a folder with a model of a type; ``None`` if transformers must read it."""
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    try:
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        if (
            family not in _FAMILIES
            or not file.is_file()
            or config.get("tokenizer_class") not in _PLAIN
            or "auto_map" in config
            or "extra_special_tokens" in config
            or (folder / "added_tokens.json").exists()
        ):
            return None
        template = _template(folder, config)
        backend = Tokenizer.from_file(str(file))
        if not _has_tokens(backend, config):
            return None
        # Reading it takes a while: the first caller gets this one.
        found = LeanTokenizer(file, template, _special_tokens(config), [backend])
        if template is not None:
            found.apply_chat_template([{"role": "user", "content": "-"}])
    # Files and templates can be wrong in many ways, and transformers knows more of them.
    except Exception:
        return None
    return found


def _template(folder: Path, config: dict[str, Any]) -> str | None:
    """The one chat template of a folder.

    Raises:
        ValueError: there are several.
    """
    file = folder / "chat_template.jinja"
    found = config.get("chat_template")
    if (folder / "additional_chat_templates").exists() or (folder / "chat_template.json").exists():
        raise ValueError("more than one chat template")
    if file.is_file():
        return file.read_text(encoding="utf-8")
    if found is not None and not isinstance(found, str):
        raise ValueError("named chat templates")
    return found


def _special_tokens(config: dict[str, Any]) -> dict[str, str]:
    """The special tokens with a name of their own."""
    names = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")
    found = {f"{name}_token": config.get(f"{name}_token") for name in names}
    texts = {
        name: token["content"] if isinstance(token, dict) else token
        for name, token in found.items()
    }
    return {name: text for name, text in texts.items() if text is not None}


def _has_tokens(tokenizer: Tokenizer, config: dict[str, Any]) -> bool:
    """Whether a tokenizer has every token that the configuration would add, and as it has it."""
    added = tokenizer.get_added_tokens_decoder()
    special = {token.content for token in added.values() if token.special}
    settings = ("content", "single_word", "lstrip", "rstrip", "normalized", "special")
    return special.issuperset(_special_tokens(config).values()) and all(
        int(number) in added
        and all(getattr(added[int(number)], name) == token[name] for name in settings)
        for number, token in (config.get("added_tokens_decoder") or {}).items()
    )


def _render(template: str, **values: Any) -> str:
    """A chat template, in the sandbox and with most of what transformers gives it."""
    import jinja2
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range

    def refuse(message: str) -> None:
        raise jinja2.exceptions.TemplateError(message)

    def tojson(value: Any, indent: int | None = None) -> str:
        return json.dumps(value, ensure_ascii=False, indent=indent)

    def now(form: str) -> str:
        from datetime import datetime

        return datetime.now().strftime(form)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = tojson
    # Templates come with models: what more these functions could do is left to transformers.
    environment.globals = {"raise_exception": refuse, "strftime_now": now, "range": safe_range}
    return environment.from_string(template).render(**values)
