"""Languages of settings with blocks in braces or tags, and how each is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from specpc.text.patterns import lazy_re

_LONGEST_HEAD: Final = 1000
_STRING: Final = (
    r"'[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*'|\"\"\"(?:[^\"]|\"(?!\"\"))*\"\"\""
    r"|\"[^\"\\\r\n]*(?:\\.[^\"\\\r\n]*)*\""
)
# A comment that goes on to the next "*/".
_C: Final = r"/\*"
_HEREDOC: Final = r"<<-?[ \t]*(?P<word>[A-Z_]{2,30})[ \t]*[\r\n]"

# No statement begins as the members of JSON do.
_INNER: Final = lazy_re(r"(?!\"[^\"\r\n]*\"[ \t]*:)\S")


@dataclass(frozen=True)
class Dialect:
    """How a language with blocks is written.

    Attributes:
        name: the kind of text.
        opens: begins the blocks that are in no other; without one of them a text is another.
        comments: of the language.
        gap: how a cut is marked.
        ends: what statements end with; where nothing, with their line.
        record: whether a block of statements says something only as a whole.
        tags: whether blocks are in tags, not braces.
        round: whether they are in parentheses.
        names: how code fences call it, and how names of its files end.
        endings: how else they end.
        known: the statement by which a block is known.
        loose: what may stand outside blocks, where statements end with their line.
        inner: how statements in blocks begin: in none as members of JSON do.
        goes_on: what ends or begins a line with which a statement does not end.
        script: a line that begins, or ends, commands of another language, which are one statement.
    """

    name: str
    opens: re.Pattern[str]
    comments: str
    gap: str = "# {}\n"
    ends: str = ""
    record: bool = False
    tags: bool = False
    round: bool = False
    names: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    known: re.Pattern[str] | None = None
    loose: re.Pattern[str] | None = None
    inner: re.Pattern[str] = _INNER
    goes_on: re.Pattern[str] | None = None
    script: re.Pattern[str] | None = None

    @property
    def brackets(self) -> str:
        """What opens a block, and what closes one."""
        return "<>" if self.tags else "()" if self.round else "{}"

    def may_be_in(self, text: str) -> bool:
        """Whether a text has what opens blocks at all, before its lines are looked at."""
        return self.brackets[0] in text

    def begins(self, text: str, start: int, end: int) -> bool:
        """Whether a line begins a block that is in no other; no line of a minified text does."""
        return end - start <= _LONGEST_HEAD and self.opens.match(text, start) is not None


def _words(listed: str, rest: str) -> re.Pattern[str]:
    return lazy_re(rf"(?:{'|'.join(listed.split())})\b{rest}")


_SAME_LINE: Final = r"[^{}\r\n]*\{"
HCL: Final = Dialect(
    "hcl",
    _words(
        "resource variable output provider module data terraform locals moved import check job"
        " group task source build packer backend path listener storage required_providers",
        r"(?:[ \t]+(?:\"[^\"\r\n]*\"|[\w.-]+)){0,3}[ \t]*\{",
    ),
    rf"#[^\r\n]*|//[^\r\n]*|{_C}",
    names=("hcl", "terraform"),
    endings=("tf", "tfvars", "nomad"),
    # "Outputs:" is what Terraform shows of a state below its resources.
    loose=lazy_re(
        r"[\w.-]+[ \t]*=(?!=)|(?:output|variable|locals)\b[^\r\n]*\}|Outputs:[ \t]*(?=[\r\n]|\Z)"
    ),
    goes_on=lazy_re(r"Outputs:\Z"),
)
NGINX: Final = Dialect(
    "nginx",
    _words("server http location upstream events stream map geo", _SAME_LINE),
    r"#[^\r\n]*",
    ends=";",
    names=("nginx", "conf"),
    known=lazy_re(r"server_name\b"),
)
# Of name servers, and of those that give addresses.
BIND: Final = Dialect(
    "bind",
    _words(
        "options zone acl key controls logging view masters primaries statistics-channels"
        " trust-anchors dnssec-policy subnet shared-network",
        _SAME_LINE,
    ),
    rf"#[^\r\n]*|//[^\r\n]*|{_C}",
    "// {}\n",
    ";",
    names=("bind", "named", "conf"),
    endings=("zones",),
    loose=lazy_re(r"[a-z][\w-]*[ \t][^{}\r\n]*;"),
)
CADDY: Final = Dialect(
    "caddy",
    lazy_re(
        r"(?:(?:https?://)?[\w*-]*(?:\.[\w*-]+)+(?::\d+)?|:\d+|localhost\S*|\(\w+\)),?"
        r"(?:[ \t]+[^\s{}]+)*[ \t]*\{|\{[ \t]*[\r\n]+[ \t]+[a-z_]+[ \t]"
    ),
    r"(?<!\S)#[^\r\n]*",
    names=("caddy", "caddyfile"),
    loose=lazy_re(r"import[ \t]"),
)
CSS: Final = Dialect(
    "css",
    lazy_re(
        r"(?:@(?:media|font-face|keyframes|supports|layer|page|container|import|charset|-webkit\S*"
        r"|include|mixin)|[.#:*\[&]|(?:html|body|a|p|h[1-6]|ul|ol|li|table|t[drh]|img|div|span|nav"
        r"|main|header|footer|section|article|input|button|form|pre|code|svg)\b)"
        r"[^;=\r\n]*[{,][ \t]*(?=[\r\n])"
    ),
    _C,
    "/* {} */\n",
    ";",
    record=True,
    names=("css", "scss", "less"),
)
PROTO: Final = Dialect(
    "protobuf",
    _words("message service enum extend oneof rpc", r"[ \t]+\w[^{}\r\n;]*\{"),
    rf"//[^\r\n]*|{_C}",
    "// {}\n",
    ";",
    names=("proto", "protobuf"),
)
GRAPHQL: Final = Dialect(
    "graphql",
    lazy_re(
        r"(?:type|input|interface|enum|query|mutation|subscription|fragment|schema|extend)\b"
        r"[\w@&:$!,()=\" \t\[\]]*[{(](?=[ \t]*[\r\n])"
        # A query without a name.
        r"|\{(?=[ \t]*[\r\n]+[ \t]+\w+[ \t]*(?:\(\w+:[^\r\n]*\)[ \t]*)?\{[ \t]*[\r\n])"
    ),
    r"#[^\r\n]*",
    names=("graphql", "gql"),
    loose=lazy_re(r"(?:scalar|union|directive|type|extend)[ \t]|\""),
)
APACHE: Final = Dialect(
    "apache",
    _words(
        "<VirtualHost <Directory <DirectoryMatch <Location <LocationMatch <IfModule <Files"
        " <FilesMatch <Proxy <IfDefine <Limit <RequireAll <RequireAny <IfVersion",
        r"[^<>\r\n]*>",
    ),
    r"#[^\r\n]*",
    tags=True,
    names=("apache", "apacheconf", "conf"),
    endings=("htaccess",),
    known=lazy_re(r"ServerName\b"),
    loose=lazy_re(r"[A-Z][A-Za-z]+[ \t]+\S"),
    # Conditions are nothing without their rule, and it another without them.
    goes_on=lazy_re(r"RewriteCond\b|[^\r\n]*\\\Z"),
)
GOMOD: Final = Dialect(
    "go.mod",
    _words("require replace exclude retract tool ignore use godebug", r"[ \t]*\("),
    r"//[^\r\n]*",
    "// {}\n",
    round=True,
    names=("gomod",),
    endings=("mod", "work"),
    loose=_words("module go toolchain require replace exclude retract tool use godebug", r"[ \t]"),
)
# What routers of Juniper are told; what stands in "system" and the like is of no other program.
JUNOS: Final = Dialect(
    "junos",
    _words(
        "system chassis interfaces protocols policy-options routing-options routing-instances"
        " security firewall groups snmp vlans applications class-of-service forwarding-options"
        " access logical-systems",
        r"[ \t]*\{",
    ),
    rf"#[^\r\n]*|{_C}",
    ends=";",
    names=("junos", "juniper"),
)
_FIELD: Final = r"[a-z_]\w*(?:[ \t]*:[ \t]*[^\s,<]|[ \t]*\{)(?![^\r\n]{0,500}[,;][ \t]*[\r\n])"
# Messages of Protocol Buffers as text.
MESSAGES: Final = Dialect(
    "messages",
    lazy_re(r"[a-z_]\w*[ \t]*:?[ \t]*\{(?=[ \t]*(?:[\r\n]|\Z))"),
    r"#[^\r\n]*",
    names=("textproto", "pbtxt", "prototxt"),
    endings=("textpb", "txtpb"),
    known=lazy_re(r"(?:name|id|key|host|path)[ \t]*:"),
    loose=lazy_re(_FIELD),
    inner=lazy_re(_FIELD),
)
# Of whatever program: logrotate, keepalived, Logstash, Dovecot, ALSA. What begins with one of these
# words is a program itself, and so is what ends its lines with a semicolon.
_PROGRAM: Final = (
    r"(?!(?:abstract|actor|case|class|companion|contract|data|do|else|enum|export|extension|extern"
    r"|final|fn|for|func|function|fun|if|impl|interface|internal|library|match|module|namespace"
    r"|object|open|package|private|protected|protocol|pub|public|record|sealed|static|struct|sub"
    r"|switch|trait|try|type|union|unsafe|while)\b)"
)
_NO_SEMICOLON: Final = r"(?![^\r\n]{0,500};[ \t]*(?:[\r\n]|\Z))"
BLOCKS: Final = Dialect(
    "blocks",
    lazy_re(rf"{_PROGRAM}[\w/*\"][^(){{}};=<>,\r\n]*=?\{{(?=[ \t]*[\r\n])"),
    r"(?<!\S)#[^\r\n]*",
    names=("conf", "keepalived", "logstash", "logrotate"),
    loose=lazy_re(rf"{_NO_SEMICOLON}[\w.-]+(?:[ \t]*=|[ \t]+[^\s=]|[ \t]*(?:[\r\n]|\Z))"),
    inner=lazy_re(rf"{_NO_SEMICOLON}(?!\"[^\"\r\n]*\"[ \t]*:)\S"),
    script=lazy_re(r"(?:(?:pre|post)rotate|(?:first|last)action|preremove)\Z|(?P<end>endscript\Z)"),
)
DIALECTS: Final = (
    HCL,
    NGINX,
    BIND,
    PROTO,
    GRAPHQL,
    CSS,
    APACHE,
    CADDY,
    GOMOD,
    JUNOS,
    MESSAGES,
    BLOCKS,
)


@lru_cache
def token(dialect: Dialect) -> re.Pattern[str]:
    """Comments, strings and brackets of a language, or tags in place of brackets."""
    opens, closes = (
        (r"<\w[^<>\r\n]*>", r"</\w[^<>\r\n]*>") if dialect.tags else (r"[({\[]", r"[)}\]]")
    )
    strings = "(?!)" if dialect.tags else _STRING
    return re.compile(
        rf"(?P<comment>{dialect.comments})|{_HEREDOC}|{strings}|(?P<closes>{closes})|(?P<opens>{opens})"
    )
