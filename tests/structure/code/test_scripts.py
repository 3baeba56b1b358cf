"""Programs without a grammar: what is kept has what it stands in, and what closes that."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.code.script_lines import comment_mark
from specpc.structure.code.scripts import lay_out_script
from tests.structure.kept import around, choices, kept, pieces, units
from tests.structure.programs import PROGRAMS
from tests.structure.scripts import SCRIPTS

LAID_OUT = {name: lay_out(text, name) for name, text in SCRIPTS.items()}
STRINGS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
TEXTS = re.compile(r"\"(?:[^\"\\]|\\.)*\"")
MARKS = re.compile(r"[(\[{]|[)\]}]")
CLOSES = {")": "(", "]": "[", "}": "{"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_programs_are_known_by_name_and_cut(name: str) -> None:
    layout = LAID_OUT[name]
    assert layout.kind == "script"
    assert len(units(layout)) > 5
    assert all(len(own) < 400 for own in pieces(layout, SCRIPTS[name]))


@pytest.mark.parametrize("name", sorted({*SCRIPTS} - {"lock.el", "CMakeLists.cmake", "tide.lua"}))
def test_most_are_known_without_one(name: str) -> None:
    assert lay_out(SCRIPTS[name]).kind == "script"


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_language_with_a_grammar_is_read_by_that(language: str) -> None:
    assert lay_out_script(PROGRAMS[language]) is None


def is_balanced(text: str, *, quoted: bool = True) -> bool:
    waiting: list[str] = []
    for mark in MARKS.findall((STRINGS if quoted else TEXTS).sub("", text)):
        if mark in CLOSES:
            if not waiting or waiting.pop() != CLOSES[mark]:
                return False
        else:
            waiting.append(mark)
    return not waiting


# Of the other, cases close what is not open.
@pytest.mark.parametrize("name", sorted(set(SCRIPTS) - {"deploy.sh"}))
@given(data=st.data())
def test_brackets_are_closed(name: str, data: st.DataObject) -> None:
    layout = LAID_OUT[name]
    left = kept(layout, SCRIPTS[name], data.draw(choices(layout)))
    assert is_balanced(left, quoted=name != "lock.el")


@given(data=st.data())
def test_what_is_kept_stands_under_what_it_stood_in(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SCRIPTS)))
    text, layout = SCRIPTS[name], LAID_OUT[name]
    levels = [-1]
    for line in kept(layout, text, data.draw(choices(layout))).splitlines():
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        place = text.index(f"\n{line}\n") + 1 if not text.startswith(line) else 0
        above = [one for one in text[:place].splitlines() if one.strip()]
        parent = next(
            (one for one in reversed(above) if len(one) - len(one.lstrip()) < indent), None
        )
        while levels[-1] >= indent:
            levels.pop()
        if parent is not None and indent:
            assert levels[-1] >= len(parent) - len(parent.lstrip()) or text.count(line) > 1
        levels.append(indent)


def runs(command: list[str], text: str) -> bool:
    return (
        subprocess.run(command, input=text.encode(), capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.parametrize(
    ("name", "command"), [("deploy.sh", ["bash", "-n"]), ("Log.pm", ["perl", "-c"])]
)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_kept_parses(name: str, command: list[str], data: st.DataObject) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]}")
    layout = LAID_OUT[name]
    text = kept(layout, SCRIPTS[name], data.draw(choices(layout)))
    if "Log.pm" in name:
        text = f"our $VERSION; my ($self, $class, $text, %args);\n{text}"
    assert runs(command, text), text


@pytest.mark.parametrize(
    ("name", "said", "left"),
    [
        (
            "deploy.sh",
            "release=/srv/release",
            "# Where the last release stands.\n# It is made if it is missing.\n"
            'find_release() {\n  if [ -z "$host" ]; then\n    return 2\n'
            '  elif [ "$host" = local ]; then\n    release=/srv/release\n  fi\n}\n',
        ),
        (
            "ledger.rb",
            "refund(berth)",
            """\
module Harbour
  # What a berth owes.
  class Ledger < Base
    def settle(berth)
      case berth.state
      when :closed
        refund(berth)
      end
    end
  end
end
""",
        ),
        (
            "tide.lua",
            "return 3.6",
            """\
-- Metres over datum at an hour.
function tide.height(hour)
  if phase < 6 then
    return 1.2 + phase * 0.4
  else
    return 3.6 - (phase - 6) * 0.4
  end
end
""",
        ),
    ],
)
def test_one_statement(name: str, said: str, left: str) -> None:
    text, layout = SCRIPTS[name], LAID_OUT[name]
    found = around(layout, text, said)
    assert re.sub(r"\n\n", "\n", found) == left


def test_prose_is_none() -> None:
    assert lay_out_script("It ends.\nend\nA line of text that goes on.\n" * 20) is None
    assert lay_out_script("One line; of code {") is None


BASE = """\
using System;

namespace Harbour
{
    public class Berth : Quay
    {
        public Berth(int id, string name)
            : base(name)
        {
            Id = id;
            Open = false;
            Log.Info("a berth was made that is not in the list of those that are known");
        }

        public static T Find<T>(int id)
            where T : Quay
        {
            var found = Store.Get<T>(id);
            Log.Info("a berth was looked for that is not in the list of those known");
            return found;
        }
    }
}
"""


def test_a_body_belongs_to_the_lines_above_its_bracket() -> None:
    layout = lay_out(BASE, "Berth.cs")
    made = around(layout, BASE, "Open = false")
    assert "        public Berth(int id, string name)\n" in made
    assert "            : base(name)\n        {\n            Open = false;\n        }\n" in made
    assert "Find<T>(int id)\n            where T : Quay\n        {\n" in around(
        layout, BASE, "return found"
    )


BACKUP = """\
<#
.SYNOPSIS
  Backs up the database.
.PARAMETER Keep
  Days to keep; 0 keeps all.
#>
param(
    [string]$Database
)

function Remove-Old {
    param([int]$Days)
    if ($Days -eq 0) {
        Write-Verbose 'nothing is removed, as it was said that all that there is is to be kept'
        return
    }
    Get-ChildItem $env:BACKUP_DIR -Filter *.bak
}

try {
    $sql = @"
BACKUP DATABASE [$Database]
TO DISK = '$path' WITH COMPRESSION
"@
    Invoke-Sqlcmd -Query $sql
}
catch [System.Data.SqlClient.SqlException] {
    Write-Error "backup failed: $_"
    exit 1
}
"""
CONDITIONAL = """\
using System;

namespace Harbour
{
    public class Fees
    {
        public decimal Net(int berth)
        {
            Log.Info("the fee of a berth was asked for by somebody who wants to know it");
#if DEBUG
            Log.Debug("not in production");
#elif TRACE
            Log.Trace("traced");
#else
            Log.Info("in production");
            Log.Info("and here the fee is looked up in the list of all of them");
#endif
            return Rates[berth];
        }

        #region Old
        public decimal Old() => 5900m;
        #endregion
    }
}
"""


def test_a_string_of_powershell_is_one_and_its_help_a_comment() -> None:
    layout = lay_out(BACKUP, "backup.ps1")
    made = around(layout, BACKUP, "Invoke-Sqlcmd")
    assert made.startswith("try {\n")
    assert "catch" not in made or made.count("{") == made.count("}")
    made = around(layout, BACKUP, "BACKUP DATABASE")
    assert '$sql = @"\nBACKUP DATABASE [$Database]\n' in made
    assert '\n"@\n' in made
    assert ".SYNOPSIS" in around(layout, BACKUP, "0 keeps all")
    assert kept(layout, BACKUP, units(layout)) == BACKUP


@pytest.mark.parametrize(
    ("part", "parts", "others"),
    [
        ("not in production", ["public decimal Net", "#if DEBUG\n", "#endif\n"], ["#el", "return"]),
        (
            "looked up",
            ["#if DEBUG\n", "#elif TRACE\n", "#else\n", "#endif\n"],
            ["Debug(", "Trace("],
        ),
        ("return Rates", ["public decimal Net"], ["#if", "#e"]),
        ("5900m", ["#region Old\n", "#endregion\n"], ["#if"]),
    ],
)
def test_what_is_there_on_a_condition_comes_with_it(
    part: str, parts: list[str], others: list[str]
) -> None:
    layout = lay_out(CONDITIONAL, "Fees.cs")
    assert kept(layout, CONDITIONAL, units(layout)) == CONDITIONAL
    made = around(layout, CONDITIONAL, part)
    assert all(one in made for one in parts), made
    assert not any(one in made for one in others), made


@pytest.mark.parametrize("line", ["#if A\n", "#else\n", "#endif\n", 'x = @"\n', "<#\n"])
def test_what_is_open_takes_one_pass(line: str) -> None:
    for name in ("a.cs", "a.ps1"):
        text = "#if B\n" + line * 2000 + "int a;\n"
        for ended in (text, text + "#endif\nint b;\n"):
            layout = lay_out(ended, name)
            assert kept(layout, ended, units(layout)) == ended


def test_regions_of_powershell_make_no_other_comments() -> None:
    text = "#region A\n$a = 1\n#endregion\nGet-Item .\n"
    assert comment_mark(text) == "#"
    assert comment_mark(CONDITIONAL) == "//"


VIM = """\
" General
set number
set tabstop=4 " four columns
let mapleader = ","

augroup python
  autocmd!
  autocmd FileType python setlocal expandtab
  autocmd BufWritePre *.py call s:Strip()
augroup END

function! s:Strip() abort
  if &filetype ==# 'markdown'
    return
  endif
  %s/\\s\\+$//e
endfunction

nnoremap <leader>w :w<CR>
"""


@pytest.mark.parametrize("name", [None, "a.vim"])
def test_groups_and_functions_of_vim_are_closed(name: str | None) -> None:
    layout = lay_out(VIM, name)
    assert layout.kind == "script"
    for unit in units(layout):
        left = kept(layout, VIM, [unit])
        assert left.count("augroup python") == left.count("augroup END")
        assert ("autocmd" in left) == ("augroup python" in left)
        assert left.count("function!") == left.count("endfunction")
        assert ("four columns" in left) == ("tabstop" in left)


def test_a_quote_that_closes_a_string_alone_begins_no_comment() -> None:
    text = (
        '#!/bin/sh\nusage() {\n  echo "Usage: a.sh FILE\n  Copies a FILE.\n"\n  exit 1\n}\n'
        "# without a file, say how\n"
        'if [ -z "$1" ]; then\n  usage\nfi\ncp "$1" /tmp\n'
    )
    for source in (text, text.replace('FILE.\n"\n', 'FILE.\n" >&2\n')):
        layout = lay_out(source, "a.sh")
        for unit in units(layout):
            left = kept(layout, source, [unit])
            assert left.count('"') % 2 == 0
            assert left.count("{") == left.count("}")
    assert comment_mark(text.replace("# without", "echo without")) == "#"
    assert comment_mark('" One\n%s/a/b/\nset number\nlet g:a = 1\n') == '"'


def test_notes_that_begin_with_words_of_vim_are_no_script() -> None:
    text = (
        "aug 5\nset the table for six\ncall Bob about the car\naug 9\ncall Ann\nhis birthday\n"
        "high tide at six\naug 12\nlet the dog out\n"
    )
    assert lay_out_script(text) is None


ELIXIR = '''\
defmodule Shop.Cart do
  use GenServer

  @max 50

  @doc """
  Adds an item.

  Fails if the cart is full.
  """
  @spec add(pid, Item.t()) :: :ok | {:error, :full}
  def add(pid, item) do
    GenServer.call(pid, {:add, item})
  end

  @doc "Removes all items."
  def clear(pid) do
    GenServer.call(pid, :clear)
  end
end
'''
PIPELINES = """\
library(dplyr)

by_city <- orders %>%
  group_by(city) %>%
  summarise(n = n(), total = sum(total))

ggplot(orders, aes(city, total)) +
  geom_col() +
  labs(title = "Orders by city")

small <- read.csv("orders.csv") |>
  filter(total < 10)
print(small)
"""
COMMANDS = """\
#!/bin/bash
set -euo pipefail
docker run --rm \\
  -e TOKEN="$TOKEN" \\
  acme/shop:1.2 \\
  migrate --dry-run
cat access.log |
  grep -v healthz |
  sort | uniq -c
echo done
"""
PERL = """\
package Shop::Cart;
use strict;

our $MAX = 50;

1;

__END__

=head1 NAME

Shop::Cart - a cart

=head1 METHODS

=head2 add($item)

Adds an item. Dies if the cart is full.

=head2 clear()

Removes all items.

=cut
"""


@pytest.mark.parametrize(
    ("part", "other"),
    [("Fails if the cart", "clear"), ("{:error, :full}", "clear"), ("Removes all", "{:add, item}")],
)
def test_what_is_said_of_a_function_in_elixir_is_kept_with_it(part: str, other: str) -> None:
    layout = lay_out(ELIXIR, "cart.ex")
    own = pieces(layout, ELIXIR)
    piece = next(said for said in own if part in said)
    assert "  def " in piece
    assert other not in piece


@pytest.mark.parametrize(
    ("text", "name", "part", "whole"),
    [
        (PIPELINES, "a.R", "group_by", ("by_city <- orders", "summarise")),
        (PIPELINES, "a.R", "geom_col", ("ggplot(", "labs(")),
        (PIPELINES, "a.R", "filter(", ("read.csv", "filter(")),
        (COMMANDS, "a.sh", "TOKEN", ("docker run", "--dry-run")),
        (COMMANDS, "a.sh", "healthz", ("access.log", "uniq -c")),
    ],
)
def test_a_short_pipeline_is_whole(text: str, name: str, part: str, whole: tuple[str, str]) -> None:
    said = next(one for one in pieces(lay_out(text, name), text) if part in one)
    assert all(one in said for one in whole)
    assert said.count("\n\n") <= 1


def test_documentation_of_perl_stands_under_its_headings() -> None:
    layout = lay_out(PERL, "Cart.pm")
    result = around(layout, PERL, "Dies if")
    assert result.splitlines()[0] == "=head1 METHODS"
    assert "=head2 add($item)" in result
    assert "NAME" not in result
    assert "clear" not in result
    assert result.rstrip().endswith("=cut")


KOTLIN = """\
class Cart {
    val max = 50

    /**
     * Adds an item.
     *
     * @throws CartFull if it is full
     */
    fun add(item: Item) {
        items += item
    }
}
"""
PHP = """\
<?php
class Cart
{
    private const MAX = 50;

    /**
     * Adds an item.
     */
    public function add(Item $item): void
    {
        $this->items[] = $item;
    }
}
"""


@pytest.mark.parametrize(
    ("text", "name", "member", "function"),
    [(KOTLIN, "a.kt", "val max", "fun add("), (PHP, "a.php", "const MAX", "function add(")],
)
def test_a_comment_of_several_lines_is_about_what_follows_it(
    text: str, name: str, member: str, function: str
) -> None:
    layout = lay_out(text, name)
    said = next(one for one in pieces(layout, text) if "Adds an item" in one)
    assert function in said
    result = around(layout, text, member)
    assert "Adds an item" not in result
