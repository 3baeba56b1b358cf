"""LaTeX, AsciiDoc, reStructuredText, org-mode and wikis: sections, blocks, lists, no torn marks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from tests.structure.kept import around, choices, fitted, kept, pieces, units
from tests.structure.markdown.test_prose import keep, never_alone

LATEX = r"""\documentclass{article}
\title{Ferries of the Sound}
\begin{document}
\begin{abstract}
We measure the delay of ferries. The night boat is late by 12 minutes.
\end{abstract}
\section{Introduction}
\label{sec:intro}
Ferries are late.\footnote{The data are from 2024. They were collected by hand.} We ask why.
% TODO: cite more
The delay is
\begin{equation}
d = a + b w^2
\end{equation}
where $w$ is the wind. It grows fast.

\subsection{Data}
The harbours are:
\begin{itemize}
\item Orrisay, where the crane stands and where the boat leaves at night. The pier is very old.
\item Venn, with two piers:
  \begin{itemize}
  \item the old pier,
  \item the new pier.
  \end{itemize}
\end{itemize}

\section{Conclusion}
Wind is the cause. Nothing else matters.
\end{document}
"""
ASCIIDOC = """= Ferry Manual
Ann Dahl <ann@example.org>
:toc:

The manual is for new mates. Read it at sea.

== Engines

Before the start:

* Check the oil.
** The stick is red.
* Open the valve.

.Start script
[source,bash]
----
start --engine 1
----

====
An example block. Some have more.
====

// a comment
=== Oil

Change it each month. Use grade 5.
"""
RST = """============
Ferry Manual
============

Engines
=======

The engine is a :ref:`diesel <d>`. It is loud.

.. note::

   Wear ear plugs. Plugs are in the box.

.. code-block:: bash

   start --engine 1

Start it like this::

    start now

Oil
---

Change it each month. Use grade 5.

.. _target: https://example.org

- One item. Two sentences.
- Other:

  - sub item
"""
ORG = """#+TITLE: Notes
#+AUTHOR: Ann
* Projects
:PROPERTIES:
:ID: 1
:END:
** TODO Repair the ramp
The ramp needs hinges. Ask Dahl.
#+begin_src python
print(1)
#+end_src
* Journal
#+begin_quote
It rained. We left.
#+end_quote
"""
WIKI = """{{Infobox ship
| name = Asta
}}
'''Asta''' is a [[ferry]]. Asta sails to [[Venn]].<ref>Dahl 2020. Page 4.</ref>

== History ==
It was built in 1951. It burned in 1972.

=== Fire ===
Nobody died.

{| class="wikitable"
! Year !! Event
|-
| 1951 || Built, by many men and with a lot of wood, in the yard of Orrisay, which is gone now
|-
| 1972 || Fire, in the engine room, where nobody was, at night, in a storm that lasted for days
|-
| 1980 || Sold to Venn, for 40,000, with all that was on board, to a man who had never seen it
|}

[[Category:Ships]]
"""
TEXTS = {"latex": LATEX, "asciidoc": ASCIIDOC, "rst": RST, "org": ORG, "wiki": WIKI}


@pytest.mark.parametrize("kind", TEXTS)
def test_they_are_known_by_what_they_look_like(kind: str) -> None:
    assert lay_out(TEXTS[kind]).kind == kind
    assert lay_out(TEXTS[kind].replace("\n", "\r\n")).kind == kind


DOCUMENT = "\\documentclass{article}\n\\title{Ferries of the Sound}\n\\begin{document}\n"


@pytest.mark.parametrize(
    ("kind", "what", "expected"),
    [
        ("latex", "Nothing else", "\\section{Conclusion}\nNothing else matters.\n"),
        ("latex", "by 12", "\\begin{abstract}\nThe night boat is late by 12 minutes.\n"
         "\\end{abstract}\n"),
        ("latex", "b w^2", "\\section{Introduction}\n\\label{sec:intro}\nThe delay is\n"
         "\\begin{equation}\nd = a + b w^2\n\\end{equation}\n"),
        ("latex", "new pier", "\\section{Introduction}\n\\label{sec:intro}\n\\subsection{Data}\n"
         "The harbours are:\n\\begin{itemize}\n\\item Venn, with two piers:\n  \\begin{itemize}\n"
         "  \\item the new pier.\n  \\end{itemize}\n\\end{itemize}\n\n"),
        ("latex", "very old", "\\section{Introduction}\n\\label{sec:intro}\n\\subsection{Data}\n"
         "The harbours are:\n\\begin{itemize}\n\\item The pier is very old.\n\\end{itemize}\n\n"),
        ("asciidoc", "stick", "= Ferry Manual\n== Engines\n\nBefore the start:\n\n"
         "* Check the oil.\n** The stick is red.\n"),
        ("asciidoc", "start --", "= Ferry Manual\n== Engines\n\n.Start script\n[source,bash]\n"
         "----\nstart --engine 1\n----\n\n"),
        ("asciidoc", "Some have", "= Ferry Manual\n== Engines\n\n====\nSome have more.\n====\n\n"),
        ("asciidoc", "grade 5", "= Ferry Manual\n== Engines\n\n=== Oil\n\nUse grade 5.\n"),
        ("rst", "Plugs are", "============\nFerry Manual\n============\n\nEngines\n=======\n\n"
         ".. note::\n\n   Plugs are in the box.\n\n"),
        ("rst", "start now", "============\nFerry Manual\n============\n\nEngines\n=======\n\n"
         "Start it like this::\n\n    start now\n\n"),
        ("rst", "grade 5", "============\nFerry Manual\n============\n\nEngines\n=======\n\nOil\n"
         "---\n\nUse grade 5.\n\n"),
        ("org", "Ask Dahl", "#+TITLE: Notes\n* Projects\n** TODO Repair the ramp\nAsk Dahl.\n"),
        ("org", "We left", "#+TITLE: Notes\n* Journal\n#+begin_quote\nWe left.\n#+end_quote\n"),
        ("wiki", "Asta sails", "Asta sails to [[Venn]].<ref>Dahl 2020. Page 4.</ref>\n\n"),
        ("wiki", "Nobody died", "== History ==\n=== Fire ===\nNobody died.\n\n"),
        ("wiki", "1972 ||", "== History ==\n=== Fire ===\n{| class=\"wikitable\"\n"
         "! Year !! Event\n|-\n| 1972 || Fire, in the engine room, where nobody was, at night, "
         "in a storm that lasted for days\n|}\n\n"),
    ],
)  # fmt: skip
def test_what_is_kept_with_what(kind: str, what: str, expected: str) -> None:
    result = keep(TEXTS[kind], what)
    if kind == "latex":
        assert result.startswith(DOCUMENT)
        assert result.endswith("\\end{document}\n")
        result = result[len(DOCUMENT) : -len("\\end{document}\n")]
    assert result == expected


@pytest.mark.parametrize(
    ("kind", "what"),
    [("latex", "TODO"), ("latex", "The harbours are"), ("asciidoc", "a comment"),
     ("asciidoc", ":toc:"), ("rst", "_target"), ("org", ":ID:"), ("wiki", "Category")],
)  # fmt: skip
def test_what_says_nothing_alone(kind: str, what: str) -> None:
    assert never_alone(TEXTS[kind], what)


@pytest.mark.parametrize("kind", TEXTS)
@given(st.floats(0.1, 0.9), st.integers(0, 5), st.data())
@settings(deadline=None, max_examples=60)
def test_marks_are_paired(kind: str, ratio: float, seed: int, data: st.DataObject) -> None:
    text = TEXTS[kind]
    layout = lay_out(text)
    chosen = data.draw(choices(layout))
    for result in (kept(layout, text, chosen), fitted(layout, text, ratio, seed) or ""):
        if kind == "latex":
            assert result.count("{") == result.count("}")
            assert result.count("$") % 2 == 0
            begins = re.findall(r"\\begin\{(\w+)\}", result)
            assert sorted(begins) == sorted(re.findall(r"\\end\{(\w+)\}", result))
        elif kind == "asciidoc":
            assert result.count("====\n") in (0, 2)
            assert result.count("----\n") in (0, 2)
        elif kind == "org":
            assert len(re.findall(r"#\+begin", result)) == len(re.findall(r"#\+end", result))
        elif kind == "wiki":
            assert result.count("{|") == result.count("|}")
            assert result.count("[[") == result.count("]]")
            assert result.count("<ref>") == result.count("</ref>")
        else:
            assert "underline too short" not in result


@pytest.mark.parametrize("seed", range(12))
def test_what_is_left_of_rst_is_read_without_complaint(seed: int) -> None:
    core = pytest.importorskip("docutils.core")
    text = RST.replace(":ref:`diesel <d>`", "``diesel``")
    layout = lay_out(text, "a.rst")
    result = fitted(layout, text, 0.2 + seed / 20, seed) or ""
    core.publish_doctree(result, settings_overrides={"halt_level": 3})


@pytest.mark.parametrize(
    "text",
    [
        "Sales = 4\nCosts = 3\n= 1\n\nIt is so. More text.\n",
        "* one\n* two\n\nText. More text.\n",
        "Use \\section{x} in LaTeX. It is a heading.\n\nMore text.\n",
        "# Title\n\n== No heading ==\n\nSee [[x]]. And '''y'''.\n",
        "The note says:: nothing. And ``code`` is code.\n",
    ],
)
def test_prose_is_none_of_them(text: str) -> None:
    assert lay_out(text).kind in ("sentence", "markdown")


def test_files_by_their_names() -> None:
    assert lay_out("Text. More.\n", "a.rst").kind == "rst"
    assert lay_out("Text. More.\n", "a.adoc").kind == "asciidoc"
    assert lay_out("* A\nText. More.\n", "a.org").kind == "org"
    assert lay_out("\\emph{a}. More.\n", "a.tex").kind == "latex"
    assert lay_out("Text. More.\n", "a.mediawiki").kind == "wiki"


def test_files_of_installed_packages() -> None:
    docutils = pytest.importorskip("docutils")
    found = sorted(Path(docutils.__file__).parent.rglob("*.tex"))
    assert found
    for file in found:
        text = file.read_text(encoding="utf-8")
        layout = lay_out(text, file.name)
        assert "".join(pieces(layout, text)) == text
        assert units(layout)


def test_definitions_of_rst_bring_their_term() -> None:
    body = "Splits the first line on the colon, and joins the others to it. " * 6
    text = f".. _policies:\n\nfold\n    {body}\n    Nothing else is done.\n\nThe next paragraph.\n"
    layout = lay_out(text, "a.rst")
    said = pieces(layout, text)
    last = next(n for n in units(layout) if "Nothing else" in said[n])
    assert kept(layout, text, [last]).split() == ["fold", "Nothing", "else", "is", "done."]
    after = next(n for n in units(layout) if "next paragraph" in said[n])
    assert kept(layout, text, [after]).strip() == "The next paragraph."


def test_lines_of_rst_with_roles_go_on() -> None:
    text = (
        "The :class:`~mail.policy.Policy.Compat32` Policy provides backward\n"
        "compatibility with version 5.1 of the package. It is old.\n"
    )
    said = pieces(lay_out(text, "a.rst"), text)
    assert said[0].endswith("of the package. ")


@pytest.mark.parametrize("mark", '~^*"')
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_underlines_that_only_rst_has_tell_it(mark: str, line_break: str) -> None:
    text = (
        "News\n====\n\nVersion 3.2\n-----------\n\nFeatures\n@@@@@@@@\n\n  * It is fast.\n\nFixes\n"
        "@@@@@\n\n  * No more crashes.\n\nVersion 3.1\n-----------\n\n  * Runs on Windows.\n"
    ).replace("@", mark).replace("\n", line_break)  # fmt: skip
    layout = lay_out(text)
    assert layout.kind == "rst"
    title = f"Fixes\n{mark * 5}\n\n".replace("\n", line_break)
    assert around(layout, text, "crashes").endswith(f"{title}  * No more crashes.{line_break * 2}")
    assert "3.2" not in around(layout, text, "Windows")
    fenced = "Features:\n~~~~\ncode()\n~~~~\n\nText:\n~~~~~~~\nmore()\n~~~~~~~\n\nThat is all.\n"
    assert lay_out(fenced).kind == "markdown"


POD = """=head1 NAME

Ferry - tells when boats leave

=head2 Options

=over 4

=item night

Only boats that leave at night.

=item late

Only boats that are late.

=back

Boats are counted once.

From that comes:

    use Ferry;

    print leaves();

=cut
"""


@pytest.mark.parametrize("name", [None, "ferry.pod"])
def test_pod(name: str | None) -> None:
    layout = lay_out(POD, name)
    assert layout.kind == "pod"
    said = pieces(layout, POD)

    def left(what: str) -> list[str]:
        chosen = next(n for n in units(layout) if what in said[n])
        return kept(layout, POD, [chosen]).split("\n\n")

    late = [line for line in left("are late") if not line.startswith(("=over", "=back"))]
    assert late[:4] == ["=head1 NAME", "=head2 Options", "=item late", "Only boats that are late."]
    assert not any(line.startswith("=item") for line in left("counted once"))
    code = "\n\n".join(left("print leaves"))
    assert "From that comes:\n\n    use Ferry;\n\n    print leaves();" in code


def test_a_definition_of_a_wiki_comes_with_its_term() -> None:
    text = (
        "== Ship ==\n\nThe '''Aurelia''' is a [[steamer]].\n\n; Length\n: 61 m\n; Beam\n"
        ": 8 m, without paddles\n\n* Engines:\n** two cylinders\n\nShe sank.\n"
    )
    assert keep(text, "8 m") == "== Ship ==\n\n; Beam\n: 8 m, without paddles\n\n"
    assert keep(text, "two cylinders") == "== Ship ==\n\n* Engines:\n** two cylinders\n\n"
    assert keep(text, "She sank") == "== Ship ==\n\nShe sank.\n"


TICKET = """h1. Fares doubled after the update

*Environment:* production, build 2026.11.2

h2. Steps to reproduce
# Log in as [test user|https://ferry.example/test].
# Look at the total.

h2. Analysis
{panel:title=Root cause}
The cache key lacks the currency. The fares are added.
{panel}

* Affects only users who are logged in
** Those with a voucher
* Reload the page

||Port||Expected||Shown||
|Orrisay|12.40 EUR for two adults|24.80 EUR for two adults|
|Skelmore|9.10 EUR for two adults|18.20 EUR for two adults|
|Vang|22.00 EUR for two adults|44.00 EUR for two adults|
"""


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            "Look at",
            "h1. Fares doubled after the update\n\nh2. Steps to reproduce\n"
            "# Look at the total.\n\n",
        ),
        (
            "lacks",
            "h1. Fares doubled after the update\n\nh2. Analysis\n{panel:title=Root cause}\n"
            "The cache key lacks the currency. \n{panel}\n\n",
        ),
        (
            "voucher",
            "h1. Fares doubled after the update\n\nh2. Analysis\n"
            "* Affects only users who are logged in\n** Those with a voucher\n",
        ),
        (
            "|Vang",
            "h1. Fares doubled after the update\n\nh2. Analysis\n||Port||Expected||Shown||\n"
            "|Vang|22.00 EUR for two adults|44.00 EUR for two adults|\n",
        ),
    ],
)
def test_tickets_of_jira(what: str, expected: str) -> None:
    layout = lay_out(TICKET)
    assert layout.kind == "wiki"
    assert around(layout, TICKET, what) == expected
    # Items with numbers are no headings where others are.
    markdown = "# Ferries\n\nh2. is a heading of Jira.\n\n# More\n\n* It is so.\n"
    assert lay_out(markdown).kind != "wiki"


def test_rst_is_told_by_its_directives() -> None:
    text = (
        "Fares\n=====\n\nThey rise. Not at night.\n\n.. warning::\n\n   Never call it twice.\n"
        "   Bookings are lost.\n\n.. math::\n\n   f = a + b\n\n   g = a\n\n"
        ".. note:: Dogs do not pay.\n"
    )
    layout = lay_out(text)
    assert layout.kind == "rst"
    assert around(layout, text, "Never") == (
        "Fares\n=====\n\n.. warning::\n\n   Never call it twice.\n"
    )
    assert "f = a + b\n\n   g = a" in around(layout, text, "g = a")
    code = f'import os\n\n\ndef fare():\n    """Fares.\n\n{text}\n    """\n    return 1\n'
    assert lay_out(code).kind != "rst"


def test_what_goes_on_with_an_item_of_asciidoc_comes_with_it() -> None:
    text = (
        "= Manual\n\nEngine::\n  Diesel.\nRange::\n  120 miles. Less in winter.\n\n"
        ". Open the gate.\n.. Check the chain.\n. Close the gate.\n+\n--\n"
        "Never do so under load.\n--\n"
    )
    layout = lay_out(text, "a.adoc")
    title = "= Manual\n\n"
    range_ = f"{title}Range::\n  120 miles. Less in winter.\n\n"
    assert around(layout, text, "Less in") == range_
    chain = f"{title}. Open the gate.\n.. Check the chain.\n"
    assert around(layout, text, "chain") == chain
    load = f"{title}. Close the gate.\n--\nNever do so under load.\n--\n"
    assert around(layout, text, "under load") == load


def test_fields_of_rst_do_not_head_one_another() -> None:
    text = "Fares\n-----\n\n:Author: Ann Bell\n:Status: not approved\n\nText. More.\n"
    assert "Author" not in around(lay_out(text, "a.rst"), text, "Status")


def test_prose_that_begins_a_line_like_python_is_rst() -> None:
    text = (
        "export\n------\n\nExport targets. Outside projects may use them to\n"
        "import targets of the build tree.\n\n.. code-block:: cmake\n\n  export(a)\n\n"
        ".. note::\n\n  It is so.\n\nSee :ref:`targets` and ``install``.\n"
    )
    assert lay_out(text).kind == "rst"
