# ruff: noqa: E501 - texts as tools write them
"""SQL, Dockerfiles and Makefiles: whole statements, under what they belong to."""

from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.code.sql import lay_out_sql
from specpc.structure.config.statements import lay_out_dockerfile, lay_out_makefile
from specpc.text.layout import Layout
from tests.structure.kept import around, choices, fitted, kept, pieces, read, units

NAMES = st.sampled_from(["id", "name", "mail", "total", "note"])
TYPES = st.sampled_from(["integer", "text DEFAULT 'a;b(,'", "numeric(10, 2)", "text -- one, two\n"])
CELLS = st.sampled_from(["1", "NULL", "'a'", "'b;c'", "'d,(e'", "'it''s'"])


@st.composite
def scripts(draw: st.DrawFn) -> str:
    statements: list[str] = []
    for number in range(draw(st.integers(1, 3))):
        remarked = draw(st.booleans())
        columns = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
        lines = [f"  {name} {draw(TYPES).split('--')[0].strip()}" for name in columns]
        joint = ", -- why, so\n" if remarked else ",\n"
        statements.append(
            f"-- table {number};\nCREATE TABLE t{number} (\n{joint.join(lines)}\n);\n"
        )
        rows = [
            "(" + ", ".join(draw(CELLS) for _ in columns) + ")"
            for _ in range(draw(st.integers(1, 4)))
        ]
        joint = draw(st.sampled_from([",\n  ", ",", ", "]))
        names = ", ".join(columns)
        statements.append(f"INSERT INTO t{number} ({names}) VALUES {joint.join(rows)};\n")
    return draw(st.sampled_from(["", "\n"])).join(statements)


def run(script: str) -> None:
    """Have SQLite read each statement; tables that were cut out may be missing."""
    base = sqlite3.connect(":memory:")
    for statement in statements(script):
        try:
            base.execute(statement)
        except sqlite3.OperationalError as error:
            assert "no such table" in str(error) or "no column named" in str(error), script


def statements(script: str) -> list[str]:
    found, own = [], ""
    for part in script.split(";"):
        own += part + ";"
        if sqlite3.complete_statement(own):
            found.append(own)
            own = ""
    assert not own.replace(";", "").strip(), script
    return found


@settings(deadline=None)
@given(scripts(), st.floats(0.1, 0.9), st.integers(0, 9), st.data())
def test_any_script_runs(script: str, ratio: float, seed: int, data: st.DataObject) -> None:
    layout = lay_out_sql(script)
    assert layout is not None
    pieces(layout, script)
    assert kept(layout, script, units(layout)) == script
    chosen = data.draw(st.sets(st.sampled_from(units(layout)), min_size=1))
    for result in (
        kept(layout, script, chosen, "[...]"),
        fitted(layout, script, ratio, seed) or "",
    ):
        run(result)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("mail varchar", "-- who buys\nCREATE TABLE customers (\n    mail varchar(80) DEFAULT 'a;b(,'\n);\n\n"),
        ("who\n", "CREATE TABLE orders (\n    customer integer REFERENCES customers(id), -- who\n    total numeric(10, 2) -- in euros\n);\n"),
        ("Brandt", "INSERT INTO customers (id, name, mail) VALUES\n    (2, 'Lars; Brandt', 'lars@example.org');\n"),
        ("sum(o.total)", "SELECT c.name, sum(o.total)\nFROM customers c JOIN orders o ON o.customer = c.id\nWHERE o.total > 10\nGROUP BY c.name;\n"),
    ],
)  # fmt: skip
def test_a_part_comes_with_its_statement(part: str, expected: str) -> None:
    text = read("schema.sql")
    layout = lay_out(text)
    assert layout.kind == "sql"
    assert around(layout, text, part) == expected


def test_rows_of_copy_come_with_their_columns() -> None:
    text = read("schema.sql").replace("lamp\t12\n", "".join(f"item {n}\t{n}\n" for n in range(99)))
    made = around(lay_out(text), text, "table\t3")
    assert made.startswith("COPY stock (item, left) FROM stdin;\ntable\t3\n\\.\n")


def test_an_instruction_comes_with_its_stage() -> None:
    text = read("Dockerfile")
    layout = lay_out(text, "Dockerfile")
    assert layout.kind == "dockerfile"
    assert around(layout, text, "gcc") == (
        "FROM python:${V}-slim AS build\n# the compiler\nRUN apt-get update \\\n"
        "    && apt-get install -y gcc\n"
    )
    assert around(layout, text, "TIMEOUT") == "FROM python:${V}-slim\nENV TIMEOUT=30\n"


def test_a_line_of_a_recipe_comes_with_its_target() -> None:
    text = read("recipes.mk")
    layout = lay_out(text)
    assert layout.kind == "makefile"
    assert around(layout, text, "pytest") == (
        "# runs all tests\ntest: build\n\t$(PY) -m pytest \\\n\t  -q\n"
    )


@pytest.mark.parametrize("name", ["schema.sql", "Dockerfile", "recipes.mk"])
@pytest.mark.parametrize("seed", range(5))
def test_no_line_is_half_a_line(name: str, seed: int) -> None:
    text = read(name)
    whole = {line.strip(" ,;") for line in text.splitlines()}
    made = fitted(lay_out(text), text, 0.4, seed) or ""
    assert {line.strip(" ,;") for line in made.splitlines()} <= whole


def test_sql_in_prose_is_known() -> None:
    text = f"These are the tables:\n\n{read('schema.sql')}\nWhich holds the mail?\n"
    assert "CREATE TABLE customers (\n    name text NOT NULL\n);" in around(
        lay_out(text), text, "name text"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Select the option; then use it; create a table.\n",
        "Set the table. Use the fork.\n",
        "From here on: run.\nRun to the hills.\nAdd salt.\n",
        "test: one\nbuild: two\n",
        "Update the row;\nDelete the other;\n",
    ],
)
def test_what_is_none_of_them_is_left_to_others(text: str) -> None:
    assert lay_out_sql(text) is None
    assert lay_out_dockerfile(text) is None
    assert lay_out_makefile(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1;" * 9000, "CREATE TABLE a (" * 3000, "INSERT INTO a VALUES " + "(1)," * 9000 + "(2);",
        "SELECT '" * 5000, "SELECT $a$" * 5000, "-- a\n" * 9000 + "SELECT 1;", "COPY a FROM stdin;\n" * 3000,
    ],
)  # fmt: skip
def test_it_is_linear(text: str) -> None:
    lay_out_sql(text, named=True)


CONDITIONS = """\
DEBUG ?= 0
ifeq ($(DEBUG),1)
  CFLAGS += -O0 -g
else ifdef PROFILE
  CFLAGS += -pg
else
  # what is shipped
  CFLAGS += -O2
endif

all: berthd
\t@echo built
ifdef STRIP
\tstrip berthd
endif
\t@echo done

ifneq ($(wildcard local.mk),)
install: all
\tcp berthd $(PREFIX)/bin
\tcp berthd.1 $(PREFIX)/man
endif

define HELP
all: is no target here
ifeq is no condition
endef
ifdef OPEN
x = 1
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("-O0", "ifeq ($(DEBUG),1)\n  CFLAGS += -O0 -g\nendif\n\n"),
        (
            "-O2",
            "ifeq ($(DEBUG),1)\nelse ifdef PROFILE\nelse\n  # what is shipped\n  CFLAGS += -O2\n"
            "endif\n\n",
        ),
        ("strip", "all: berthd\nifdef STRIP\n\tstrip berthd\nendif\n"),
        ("echo done", "all: berthd\n\t@echo done\n\n"),
        (
            "berthd.1",
            "ifneq ($(wildcard local.mk),)\ninstall: all\n\tcp berthd.1 $(PREFIX)/man\nendif\n\n",
        ),
        (
            "is no target",
            "define HELP\nall: is no target here\nifeq is no condition\nendef\n",
        ),
        ("x = 1", "x = 1\n"),
    ],
)
def test_what_is_conditional_comes_with_its_condition(
    part: str, expected: str, line_end: str
) -> None:
    text = CONDITIONS.replace("\n", line_end)
    layout = lay_out(text, "Makefile.mk")
    assert layout.kind == "makefile"
    assert kept(layout, text, units(layout)) == text
    assert around(layout, text, part) == expected.replace("\n", line_end)


@pytest.mark.parametrize("line", ["ifdef A\n", "else\n", "endif\n", "define A\n", "a:\n"])
def test_conditions_may_be_open_or_deep(line: str) -> None:
    text = "ifdef A\n" + line * 3000 + "b: c\n\td\n" + "endif\n" * 3000
    layout = lay_out_makefile(text)
    assert layout is None or kept(layout, text, units(layout)) == text


MYSQL = """\
-- MySQL dump 10.13
/*!40101 SET NAMES utf8mb4 */;

DROP TABLE IF EXISTS `moves`;
INSERT INTO `moves` VALUES (1,'Solveig; ex Cork'),(2,'Tide');
DELIMITER ;;
CREATE PROCEDURE `close_berth`(IN b INT)
BEGIN
  DECLARE n INT DEFAULT 0;
  SELECT COUNT(*) INTO n FROM moves WHERE berth = b AND paid = 0;
  IF n > 0 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'unpaid moves';
  END IF;
  UPDATE berths SET closed = CASE WHEN b = 9 THEN 0 ELSE 1 END WHERE id = b;
END ;;
CREATE TRIGGER `t` BEFORE INSERT ON `moves` FOR EACH ROW BEGIN SET NEW.at = now(); END ;;
DELIMITER ;
DROP VIEW `paid`;
-- Dump completed
"""
TSQL = """\
USE [harbour]
GO
CREATE OR ALTER PROCEDURE [dbo].[CloseBerth]
    @berth INT
AS
BEGIN
    SET NOCOUNT ON;
    IF @berth = 9
    BEGIN
        RAISERROR('not this one', 16, 1);
        RETURN 1;
    END
    UPDATE berths SET closed = 1 WHERE id = @berth;
END
GO
EXEC dbo.CloseBerth @berth = 4;
"""
ORACLE = """\
CREATE OR REPLACE PACKAGE BODY fees AS
  g_vat CONSTANT NUMBER := 0.25;

  FUNCTION net(p_berth NUMBER, p_hours NUMBER) RETURN NUMBER IS
    v_rate NUMBER;
  BEGIN
    SELECT nok INTO v_rate FROM rates WHERE berth = p_berth;
    IF p_hours < 1 THEN
      RETURN 0; -- tugs
    END IF;
    RETURN v_rate * p_hours;
  END net;
END fees;
/
COMMIT;
"""
SQLITE = """\
CREATE TRIGGER no_negative BEFORE INSERT ON orders BEGIN
  SELECT raise(abort, 'negative') WHERE NEW.total < 0;
  DELETE FROM log;
END;
BEGIN;
DELETE FROM orders;
COMMIT;
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["dump.sql", None])
@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (
            MYSQL,
            "SIGNAL",
            "CREATE PROCEDURE `close_berth`(IN b INT)\nBEGIN\n  IF n > 0 THEN\n"
            "    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'unpaid moves';\n  END IF;\nEND ;;\n",
        ),
        (MYSQL, "CREATE TRIGGER", MYSQL.splitlines(keepends=True)[-4]),
        (MYSQL, "paid`", "DROP VIEW `paid`;\n"),
        (
            TSQL,
            "RETURN 1",
            "CREATE OR ALTER PROCEDURE [dbo].[CloseBerth]\n    @berth INT\nAS\nBEGIN\n"
            "    IF @berth = 9\n    BEGIN\n        RETURN 1;\n    END\nEND\nGO\n",
        ),
        (TSQL, "EXEC", "EXEC dbo.CloseBerth @berth = 4;\n"),
        (
            ORACLE,
            "tugs",
            "CREATE OR REPLACE PACKAGE BODY fees AS\n"
            "  FUNCTION net(p_berth NUMBER, p_hours NUMBER) RETURN NUMBER IS\n    v_rate NUMBER;\n"
            "  BEGIN\n    IF p_hours < 1 THEN\n      RETURN 0; -- tugs\n    END IF;\n  END net;\n"
            "END fees;\n/\n",
        ),
        (SQLITE, "DELETE FROM orders", "DELETE FROM orders;\n"),
        (
            SQLITE,
            "DELETE FROM log",
            SQLITE[: SQLITE.index("BEGIN;")],  # so short that it is whole
        ),
    ],
)
def test_a_routine_is_one_statement(
    text: str, part: str, expected: str, name: str | None, line_end: str
) -> None:
    text = text.replace("\n", line_end)
    layout = lay_out(text, name)
    assert layout.kind == "sql"
    assert kept(layout, text, units(layout)) == text
    assert _finest(layout, text, part) == expected.replace("\n", line_end)


def _finest(layout: Layout, text: str, part: str) -> str:
    """What is left of what holds some words, cut as far as it can be."""
    made = around(layout, text, part)
    unit = next(n for n in units(layout) if part in pieces(layout, text)[n])
    if unit not in layout.finer:
        return made
    finer = layout.finer[unit](pieces(layout, text)[unit])
    return around(finer, made, part)


@pytest.mark.parametrize(
    "text", ["DELIMITER ;;\n" * 3000, "CREATE TRIGGER a BEGIN\n" * 3000 + ";", "GO\n" * 3000]
)
def test_routines_are_read_in_one_pass(text: str) -> None:
    lay_out_sql(text, named=True)


def test_a_part_of_a_statement_that_cannot_be_cut_is_whole() -> None:
    said = "COPY stock (item, left) FROM stdin;"
    others = "INSERT INTO a VALUES (1);\n" * 40
    layout = lay_out(f"{said}\nrope\t4\n\\.\n{others}", "dump.sql")
    assert layout.finer
    for lay in list(layout.finer.values())[:1]:
        assert lay(said).edges.tolist() == [0, len(said)]


def test_a_remark_may_take_the_last_element_of_a_list() -> None:
    text = (
        "CREATE TABLE orders (\r    id integer PRIMARY KEY, -- counted\r"
        "    customer integer, --    total numeric -- in euros\r);\r"
    )
    layout = lay_out_sql(text, named=True)
    assert layout is not None
    assert layout.edges.tolist()[-1] == len(text)


MODEL = """\
{{ config(materialized='incremental', unique_key='order_id') }}

-- Orders that were paid
with orders as (

    select * from {{ ref('stg_orders') }}
    where status <> 'test'

),

payments as (

    select
        order_id,
        sum(case when payment_method = 'card' then amount else 0 end) as card_amount
    from {{ ref('stg_payments') }}
    group by 1

)

select orders.order_id, coalesce(payments.card_amount, 0) as amount
from orders
left join payments on orders.order_id = payments.order_id
{% if is_incremental() %}
where orders.updated_at > (select max(updated_at) from {{ this }})
{% endif %}
"""
QUERY = """\
WITH RECURSIVE late(no, "to") AS (
    SELECT no, "to" FROM trips WHERE NOT cancelled AND delay > 20
), ports AS MATERIALIZED (
    SELECT name, berth FROM ports WHERE open IN (1, 2)
), boats (name) AS (SELECT name FROM fleet)
SELECT no, berth, boats.name
FROM late JOIN ports ON late."to" = ports.name, boats
ORDER BY no
"""


@pytest.mark.parametrize("name", ["orders.sql", None])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_query_comes_with_what_it_is_a_part_of(name: str | None, line_end: str) -> None:
    text = MODEL.replace("\n", line_end)
    layout = lay_out(text, name)
    assert layout.kind == "sql"
    left = around(layout, text, "stg_payments")
    assert "stg_orders" not in left
    begun = re.sub(r"\s+", " ", left)
    assert "-- Orders that were paid with payments as ( select" in begun
    assert begun.endswith("{% endif %} ")
    assert around(layout, text, "stg_orders", "stg_payments") == text


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_queries_with_names_are_read_by_sqlite(data: st.DataObject) -> None:
    layout = lay_out(QUERY)
    assert layout.kind == "sql"
    left = kept(layout, QUERY, data.draw(choices(layout)))
    if left:
        with pytest.raises(sqlite3.OperationalError, match="no such"):
            sqlite3.connect(":memory:").execute(left)


@pytest.mark.parametrize("named", [True, False])
def test_queries_with_names_take_one_pass(named: bool) -> None:
    lay_out_sql(f"WITH a AS (SELECT 1)\nSELECT {'b, ' * 100_000}c;\n", named=named)
    lay_out_sql(f"WITH {'a AS (SELECT 1), ' * 30_000}b AS (SELECT 2) SELECT 1", named=named)
    chain = ", ".join(f"q{n} AS (SELECT 1 FROM q{n - 1}, q{n // 2})" for n in range(20_000))
    layout = lay_out_sql(f"WITH {chain} SELECT 1", named=named)
    assert layout is not None
    assert sum(map(len, layout.all_needs.values())) < 20 * len(layout)


RECURSIVE = """\
WITH RECURSIVE roots AS (
  SELECT id FROM parts WHERE parent IS NULL
), tree AS (
  SELECT id FROM roots
  UNION ALL
  SELECT p.id FROM parts p JOIN tree t ON p.parent = t.id
), other AS (
  SELECT id FROM boats
)
SELECT count(*) FROM tree;
"""


def test_queries_bring_the_short_ones_they_read_and_how_all_are_read() -> None:
    layout = lay_out(RECURSIVE)
    left = around(layout, RECURSIVE, "FROM boats")
    assert left.split()[:4] == ["WITH", "RECURSIVE", "other", "AS"]
    assert "roots" not in left
    left = around(layout, RECURSIVE, "UNION ALL")
    assert left == RECURSIVE.replace(", other AS (\n  SELECT id FROM boats\n)", "")
    # The last query says nothing without those that it reads.
    assert not any("count" in pieces(layout, RECURSIVE)[unit] for unit in units(layout))
    for chosen in units(layout):
        connection = sqlite3.connect(":memory:")
        connection.execute("CREATE TABLE parts (id, parent)")
        connection.execute("CREATE TABLE boats (id)")
        if "tree AS" in (left := kept(layout, RECURSIVE, [chosen])):
            connection.execute(left)
        else:
            with pytest.raises(sqlite3.OperationalError, match="no such table: tree"):
                connection.execute(left)


@pytest.mark.parametrize(
    "text",
    [
        "WITH a AS (\n  SELECT id, total FROM orders\n),\n-- paid ones (see ticket 5)\nb AS (\n"
        "  SELECT id FROM a\n  WHERE total > 5\n)\nSELECT id FROM b;\n",
        "WITH a (\n  id,\n  total\n) AS (\n  SELECT id\n  FROM orders\n  WHERE total > 5\n)\n"
        "SELECT id FROM a;\n",
    ],
)
def test_the_lines_of_a_query_stand_between_its_own_brackets(text: str) -> None:
    layout = lay_out(text)
    unit = next(n for n in units(layout) if "total > 5" in pieces(layout, text)[n])
    said = pieces(layout, text)[unit]
    inside = layout.finer[unit](said)
    left = around(inside, said, "total > 5")
    assert "SELECT" not in left
    assert left.startswith(said[: said.index("AS (") + len("AS (")])
    assert layout.finer[unit](said[5:]).units.all()


@pytest.mark.parametrize(("few", "kind"), [(True, "one piece"), (False, "parts")])
def test_a_query_with_a_name_comes_with_the_statement_however_long(few: bool, kind: str) -> None:
    columns = ",\n".join(f"  column_{n}" for n in range(60))
    named = ", ".join(
        f"a{n} AS (\n  SELECT id, total FROM orders\n)" for n in range(1 if few else 30)
    )
    text = f"WITH {named}\nSELECT\n{columns}\nFROM a0;\n"
    layout = lay_out(text)
    assert (len(units(layout)) == 1) == few, kind
    for unit in units(layout):
        left = kept(layout, text, [unit])
        assert "column_59" in left
        assert "a0 AS" in left or not few
