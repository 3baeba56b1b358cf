"""Tests, types, linters, packages and documentation of Python."""

from __future__ import annotations

from typing import Final

from tests.benchmarks.tool_outputs.recipe import Recipe, port
from tests.benchmarks.tool_outputs.rules import both, each

FARES: Final = '''
"""Fares of the ferry."""

BASE = {"day": 38, "night": 41, "winter": 52}


def fare(kind, people=1):
    """What so many people pay."""
    return BASE[kind] * people


def discount(amount, age):
    """What is left for children and the old."""
    if age < 0:
        raise ValueError(f"nobody is {age} years old")
    return amount // 2 if age < 16 or age > 66 else amount
'''

DEEP: Final = '''
import json


class Gate:
    """Lets cars aboard, deck by deck."""

    def __init__(self, deck, plan):
        self.deck = deck
        self.plan = plan

    def admit(self, car):
        return self._weigh(car, self.plan.get(self.deck, {}))

    def _weigh(self, car, limits):
        # The scale under the ramp is read twice, as lorries roll over it.
        first = self._read(car, limits)
        second = self._read(car, limits)
        return self._place(car, (first + second) / 2, limits)

    def _read(self, car, limits):
        return float(json.loads(car["scale"])["kilos"])

    def _place(self, car, weight, limits):
        lane = self._lane(car, weight, limits)
        limits["free"][lane] -= weight
        return lane

    def _lane(self, car, weight, limits):
        for lane, free in sorted(limits["free"].items()):
            if free >= weight:
                return lane
        raise OverflowError(f"no lane of deck {self.deck} takes {weight:.0f} kg")


def board(cars, plan, deck=1):
    """Board all cars of a queue."""
    gate = Gate(deck, plan)
    return [gate.admit(car) for car in cars]
'''

_NONE: Final = each(r"\A\Z")
# The first line of what went wrong, and the place below it.
FAILED: Final = both(
    each(r"(?s)^(E {2,}\S[^\n]*)(?:(?!^_{3,} |^={3,}).)*?^(\S+\.py:\d+: \w+)$"),
    each(r"^(?:FAILED|ERROR) \S.*"),
)
SHORT: Final = both(
    each(
        r"(?s)^(\S+\.py:\d+: in \w+)$(?:(?!^_{3,} |^={3,}|^\S+\.py:\d+: in ).)*?^(E {2,}\S[^\n]*)"
    ),
    each(r"^(?:FAILED|ERROR) \S.*"),
)
PYTEST_END: Final = each(r"^=+ .*\b(?:passed|failed|errors?)\b.* =+$", r"^\d+ failed, .*")
UNITTEST: Final = each(
    r"(?s)^((?:FAIL|ERROR): \S+ \(.*?\))$(?:(?!^={20,}).)*?^([\w.]*(?:Error|Exception)\b[^\n]*)",
    r"(?s)^(  File \"[^\n]*)\n(?:(?!^={20,}|^  File ).)*?^([\w.]*(?:Error|Exception)\b[^\n]*)",
)
UNITTEST_END: Final = each(r"^FAILED \(.*", r"^Ran \d+ tests? in .*")


def _tests(count: int, **other: str) -> dict[str, str]:
    files = {"fares.py": FARES, "boarding.py": DEEP}
    for number in range(1, 9):
        cases = ", ".join(f'("{port(n)}", {n})' for n in range(number, number + count // 8))
        files[f"tests/test_{port(number).lower()}.py"] = (
            "import pytest\n\nfrom fares import discount, fare\n\n\n"
            f'@pytest.mark.parametrize("port,zone", [{cases}])\n'
            "def test_fare_of_zone(port, zone):\n    assert fare('day', zone) == 38 * zone\n"
        )
    return {**files, **other}


_WRONG: Final = """
from fares import BASE, discount, fare


def test_night_fare_for_two():
    assert fare("night", 2) == 76


def test_children_pay_half():
    assert discount(fare("winter"), 9) == 26


def test_summer_is_known():
    assert fare("summer") == 60


def test_timetable():
    assert sorted(BASE) == ["day", "night", "summer", "winter"]
"""
_CARS: Final = """
import logging

import pytest

from boarding import board

log = logging.getLogger("gate")


def queue(count, kilos):
    log.info("queue of %d cars", count)
    for number in range(count):
        print(f"car {number} waits at the gate, plate VL {1000 + number}, {kilos} kg")
    return [{"scale": '{"kilos": %d}' % kilos} for _ in range(count)]


def plan():
    return {1: {"free": {"port": 9000, "middle": 12000, "starboard": 9000}}}


@pytest.mark.parametrize("count", range(24))
def test_small_cars(count):
    board(queue(count, 900), plan())


def test_lorries():
    log.warning("lorries are weighed twice")
    board(queue(30, 1400), plan())


def test_broken_scale():
    board([*queue(20, 400), {"scale": "{"}], plan())
"""
_FIXTURES: Final = """
import pytest


@pytest.fixture
def harbour(tmp_path):
    chart = tmp_path / "chart.txt"
    return chart.read_text()


@pytest.mark.parametrize("berth", range(120))
def test_berth_is_free(berth):
    assert berth >= 0


def test_depth(harbour):
    assert harbour


def test_width():
    assert len("berth") == 7, "a berth is as wide as its name"
"""
_UNIT: Final = (
    """
import unittest

from boarding import board
from fares import discount, fare


class Zones(unittest.TestCase):
"""
    + "".join(
        f"    def test_fare_of_zone_{n:03}_is_{n}_times_the_base(self):\n"
        f"        self.assertEqual(fare('day', {n}), {38 * n})\n\n"
        for n in range(130)
    )
    + """
    def test_nobody_is_unborn(self):
        self.assertEqual(discount(40, -1), 20)

    def test_night(self):
        print("reading the table of the night boats")
        self.assertEqual(fare("night"), 44, "the night boat costs 44 since May")

    def test_no_lane(self):
        board([{"scale": '{"kilos": 90000}'}], {1: {"free": {"port": 10}}})
"""
)

TYPED: Final = {
    "kiosk/__init__.py": "",
    **{
        f"kiosk/{port(n).lower()}.py": (
            f'"""The kiosk at {port(n)}."""\n\nfrom __future__ import annotations\n\n'
            "from kiosk.money import Price, total\n\n\n"
            f"def takings(sold: dict[str, int]) -> Price:\n"
            f'    """What was taken at {port(n)}."""\n'
            "    return total(Price(38 * count) for count in sold.values())\n\n\n"
            f"def queue(people: list[str]) -> str:\n    return people[{n}]\n"
        )
        for n in range(44)
    },
    "kiosk/money.py": (
        "from __future__ import annotations\n\nfrom collections.abc import Iterable\n"
        "from dataclasses import dataclass\nfrom typing import Protocol\n\n\n"
        "@dataclass\nclass Price:\n    cents: int\n\n\n"
        "class Till(Protocol):\n    def open(self, key: str) -> bool: ...\n"
        "    def count(self) -> int: ...\n    def close(self) -> None: ...\n\n\n"
        "def total(prices: Iterable[Price]) -> Price:\n"
        "    return Price(sum(price.cents for price in prices))\n"
    ),
    "kiosk/ledger.py": (
        "from __future__ import annotations\n\nfrom kiosk.money import Price, Till, total\n\n\n"
        "class Drawer:\n    def open(self, key: int) -> bool:\n        return key > 0\n\n"
        "    def count(self) -> str:\n        return '3'\n\n\n"
        "def audit(till: Till) -> int:\n    return till.count()\n\n\n"
        "def night(prices: list[Price]) -> int:\n"
        "    audit(Drawer())\n    return total(prices)\n\n\n"
        "def day(prices: list[Price]) -> Price:\n    return totl(prices)\n"
    ),
}
# Without its notes: those are the next lines.
MYPY: Final = each(r"^\S+\.py:\d+(?::\d+)?: error: .*")
MYPY_END: Final = each(r"^Found \d+ errors? in .*")

UNTIDY: Final = {
    f"shed/{port(n).lower()}.py": (
        f'"""The shed at {port(n)}."""\n\nimport os, sys\nimport json\n\n\n'
        f"def goods(crates):\n    l = [crate for crate in crates if crate != None]\n"
        f"    unused = {n}\n    try:\n        print('%s crates' % len(l))\n"
        "    except:\n        pass\n    return l\n"
    )
    for n in range(22)
}
RUFF: Final = each(
    r"^([A-Z]+\d+ .*|invalid-syntax: .*)\n +(--> \S+:\d+:\d+)", r"^\S+\.py:\d+:\d+: .*"
)
RUFF_END: Final = each(r"^Found \d+ errors?.*")

PYPROJECT: Final = '[project]\nname = "ferry"\nversion = "1.0"\n'
_SETUP: Final = """
import setuptools
from setuptools.command.build_py import build_py


class Build(build_py):
    def run(self):
        super().run()
        self.compile_charts()

    def compile_charts(self):
        with open("charts/velmar.bin", "rb") as file:
            file.read()


setuptools.setup(
    name="ferry", version="1.0", packages=["ferry"], cmdclass={"build_py": Build}
)
"""
_PAGES: Final = {
    "conf.py": "project = 'Kiosk'\nextensions = ['sphinx.ext.autodoc']\n",
    "index.rst": "Kiosk\n=====\n\n.. toctree::\n\n"
    + "".join(f"   {port(n).lower()}\n" for n in range(90))
    + "   lost\n",
    **{
        f"{port(n).lower()}.rst": f"{port(n)}\n{'=' * len(port(n))}\n\nThe boat calls at noon.\n"
        for n in range(90)
    },
    "velmar.rst": "Velmar\n===\n\nSee :ref:`berths` and :doc:`nowhere`.\n\n.. nosuch:: directive\n",
}
_LOGGED: Final = """
import logging
import time

from boarding import board

logging.basicConfig(format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", level="DEBUG")
log = logging.getLogger("kiosk.boarding")
for number in range(160):
    log.info("car %d of 160 passed the gate, plate VL %d", number, 1000 + 7 * number)
    if number % 40 == 7:
        log.debug("the scale under the ramp was reset")
    if number == 90:
        log.warning("ramp 2 is slow: 41 s")
    if number == 120:
        try:
            board([{"scale": '{"kilos": 90000}'}], {1: {"free": {"port": 10}}})
        except OverflowError:
            log.exception("car %d was turned back", number)
log.critical("the gate stays closed")
board([{"scale": "{"}], {1: {"free": {}}})
"""

RECIPES: Final = [
    Recipe("pytest -v", "pytest", _tests(200, **{"tests/test_wrong.py": _WRONG}),
           "python -m pytest -v -p no:cacheprovider", FAILED, PYTEST_END),
    Recipe("pytest, captured output", "pytest", {"boarding.py": DEEP, "test_cars.py": _CARS},
           "python -m pytest -p no:cacheprovider --log-level=INFO", FAILED, PYTEST_END),
    Recipe("pytest -rA", "pytest", _tests(96, **{"tests/test_wrong.py": _WRONG}),
           "python -m pytest -rA -p no:cacheprovider --durations=8", FAILED, PYTEST_END),
    Recipe("pytest, broken fixture", "pytest", {"test_berths.py": _FIXTURES},
           "python -m pytest -v -p no:cacheprovider", FAILED, PYTEST_END),
    Recipe("pytest --tb=short", "pytest", _tests(160, **{"test_cars.py": _CARS}),
           "python -m pytest -v --tb=short --show-capture=no -p no:cacheprovider",
           SHORT, PYTEST_END),
    Recipe("pytest --showlocals", "pytest", {"boarding.py": DEEP, "test_cars.py": _CARS},
           "python -m pytest -l -v -p no:cacheprovider", FAILED, PYTEST_END),
    Recipe("pytest, import error", "pytest",
           _tests(160, **{"tests/test_crew.py": "from crew import mate\n\ndef test_mate():\n"
                          "    mate()\n"}),
           "python -m pytest -v --continue-on-collection-errors -p no:cacheprovider",
           both(each(r"(?s)^(tests/test_crew.py:1: in <module>)\n.*?^(E  .*?)$"),
                each(r"^ERROR tests\S+.*")), PYTEST_END),
    Recipe("unittest -v", "python",
           {"fares.py": FARES, "boarding.py": DEEP, "test_zones.py": _UNIT},
           "python -m unittest -v", UNITTEST, UNITTEST_END),
    Recipe("unittest -b -v", "python",
           {"fares.py": FARES, "boarding.py": DEEP, "test_zones.py": _UNIT},
           "python -m unittest -b -v -f test_zones.Zones", UNITTEST, UNITTEST_END),
    Recipe("mypy --verbose", "mypy", TYPED, "mypy --verbose --cache-dir=/dev/null -p kiosk 2>&1"
           " | grep -v 'Could not find\\|Metadata\\|No fresh' | head -c 40000; mypy -p kiosk"
           " --cache-dir=/dev/null", MYPY, MYPY_END),
    Recipe("mypy, many modules", "mypy",
           {**TYPED, "Makefile": "all:\n" + "".join(
               f"\tmypy --cache-dir=.mypy --show-column-numbers kiosk/{port(n).lower()}.py\n"
               for n in range(44)) + "\tmypy --cache-dir=.mypy kiosk/ledger.py\n"},
           "make -k",
           both(MYPY, each(r"^make: \*\*\* .*")), MYPY_END),
    Recipe("ruff check --verbose", "ruff",
           {**{path: f'"""A shed."""\n\nGOODS = {n}\n' for n, path in enumerate(UNTIDY)},
            "shed/velmar.py": UNTIDY["shed/velmar.py"]},
           "ruff check --verbose --no-cache --isolated --select E,F shed", RUFF, RUFF_END),
    Recipe("ruff check", "ruff", UNTIDY, "ruff check --no-cache --isolated --select E,F shed",
           RUFF, RUFF_END, kind=r"[A-Z]+\d+"),
    Recipe("ruff check, concise", "ruff", UNTIDY,
           "ruff check --no-cache --isolated --output-format concise --select E,F shed",
           RUFF, RUFF_END, kind=r"[A-Z]+\d+"),
    Recipe("pylint", "pylint",
           {**UNTIDY, "shed/__init__.py": "",
            "shed/pier.py": "def pier():\n    return missing + bad()\n"},
           "pylint --reports=y shed", each(r"^\S+\.py:\d+:\d+: E\d+: .*"),
           each(r"^Your code has been rated at .*")),
    Recipe("coverage report", "coverage",
           {**{f"{path.removesuffix('.py')}{tail}.py": text for tail in ("", "_again", "_more")
               for path, text in TYPED.items()},
            "run.py": "import kiosk.velmar\nimport kiosk.ledger\n"},
           "coverage run --source=kiosk run.py; coverage report -m --fail-under=90",
           each(r"^Coverage failure: .*"), each(r"^TOTAL .*")),
    Recipe("compileall", "python",
           {**{f"{path.removesuffix('.py')}_{n}.py": text for n in range(3)
               for path, text in TYPED.items()},
            "kiosk/broken.py": "def fare(:\n    return 3\n", "kiosk/tide.py": "x = (1,\ny = 2\n"},
           "python -m compileall -f kiosk",
           each(r"(?s)^(\*\*\* +File \"[^\n]*)\n.*?^(\w*Error: [^\n]*)"), _NONE),
    Recipe("logged exceptions", "python", {"boarding.py": DEEP, "run.py": _LOGGED},
           "python run.py",
           each(r"^.* (?:ERROR|CRITICAL) .*",
                r"(?s)^(  File \"[^\n]*)\n(?:(?!^  File ).)*?^([\w.]*(?:Error|Exception)\b[^\n]*)"),
           _NONE),
    Recipe("sphinx-build", "sphinx-build", _PAGES, "sphinx-build -v -W --keep-going . site",
           each(r"^\S+\.rst.*: (?:WARNING|ERROR|CRITICAL): .*"),
           each(r"^build (?:finished|succeeded).*")),
    Recipe("pip install -v, broken build", "pip",
           {"setup.py": _SETUP, "ferry/__init__.py": "",
            **{f"ferry/{port(n).lower()}.py": "" for n in range(60)}},
           "pip install -v --no-build-isolation --no-deps --target out .",
           each(r"^ *error: .*", r"^.*(?:FileNotFound)Error: .*", r"^ERROR: .*",
                r"^ *File \"\S*setup.py\", line \d+, in compile_charts"), _NONE),
    Recipe("pip install, conflict", "pip",
           {f"p{n}/setup.py": f"import setuptools\nsetuptools.setup(name='p{n}', version='1.0', "
            f"install_requires=['idna{'==3.4' if n < 24 else '==3.6'}'])\n" for n in range(25)},
           "pip install -v --no-build-isolation --dry-run --target out " +
           " ".join(f"./p{n}" for n in range(25)),
           each(r"^ERROR: .*"), _NONE),
]  # fmt: skip
