"""Version control, searches, packages and scripts of a shell."""

from __future__ import annotations

from typing import Final

from tests.benchmarks.tool_outputs.recipe import Recipe, port
from tests.benchmarks.tool_outputs.rules import both, each

_NONE: Final = each(r"\A\Z")
_GIT: Final = """\
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@velmar.example
export GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@velmar.example
export GIT_AUTHOR_DATE='2025-03-01 12:00 +0000' GIT_COMMITTER_DATE='2025-03-01 12:00 +0000'
export GIT_CONFIG_GLOBAL=/dev/null GIT_PAGER=cat
"""
_PORTS: Final = " ".join(port(n).lower() for n in range(180))
_SAME: Final = "lysne askvik eldra hovden"
# Two branches that change all files, four of them in the same place.
_BRANCHES: Final = (
    _GIT
    + f"""\
git init -q -b main . && git config merge.renames false
mkdir -p harbours/berths
for port in {_PORTS}; do
  seq 1 20 | sed "s/^/$port berth /" > harbours/berths/$port.txt
done
git add . && git commit -qm 'List all berths'
cd harbours/berths
git checkout -qb deep
sed -i 's/berth 3$/berth 3, 9 m deep/' *.txt
for port in {_SAME}; do sed -i 's/berth 17$/berth 17, closed/' $port.txt; done
git commit -qam 'Say how deep berth 3 is'
git checkout -q main
sed -i 's/berth 9$/berth 9, for tugs/' *.txt
for port in {_SAME}; do sed -i 's/berth 17$/berth 17, free/' $port.txt; done
git commit -qam 'Give berth 9 to the tugs'
"""
)
_LOG: Final = (
    _GIT
    + f"""\
git init -q -b main .
for port in {_PORTS}; do
  echo "$port berth" > $port.txt
  git add . && git commit -qm "List the berths of $port" -m "The harbour master asked for them."
done
"""
)
CONFLICTS: Final = each(r"^CONFLICT .*")

_SHEDS: Final = {
    f"sheds/{port(n).lower()}/goods.py": "".join(
        f"def take_{k}(crates):\n    # TODO: weigh crate {k} of {port(n)}\n"
        f"    return crates[{k}]\n\n"
        for k in range(4)
    )
    for n in range(36)
}
_INSTALL: Final = """\
set -e
cd "$(dirname "$0")"
mkdir -p charts
for port in PORTS; do
  depth=$(( ${#port} * 3 ))
  echo "$port $depth" > charts/$port.txt
done
for port in PORTS; do
  test -s charts/$port.txt
done
cp charts/nowhere.txt charts/all.txt
""".replace("PORTS", " ".join(port(n).lower() for n in range(90)))
_PROVE: Final = (
    "use Test::More;\n"
    + "".join(f"is({n} * 38, {n * 38}, 'the fare for {n} people is right');\n" for n in range(180))
    + "is(2 * 38, 82, 'the night boat costs 82');\nlike('Velmar', qr/x/, 'the port is named');\n"
    + "done_testing();\n"
)

RECIPES: Final = [
    Recipe("git merge", "git", {"make.sh": _BRANCHES}, "sh make.sh; git merge deep",
           CONFLICTS, each(r"^Automatic merge failed.*")),
    Recipe("git rebase", "git", {"make.sh": _BRANCHES},
           "sh make.sh; git checkout -q deep; git rebase main",
           both(CONFLICTS, each(r"^error: could not apply .*")), each(r"^Could not apply .*")),
    Recipe("git cherry-pick and status", "git", {"make.sh": _BRANCHES},
           "sh make.sh; git cherry-pick deep; git status",
           both(CONFLICTS, each(r"^error: could not apply .*", r"^\s+both modified: .*")), _NONE),
    Recipe("git push", "git", {"make.sh": _LOG},
           "sh make.sh; git init -q --bare ../far.git; for n in $(seq 1 130); do"
           " git branch side-$n HEAD~$n; done; git push -q ../far.git --all;"
           " git branch -f side-7 HEAD~90; git branch -f side-31 HEAD~80;"
           " git push -v ../far.git --all; rm -rf ../far.git",
           each(r"^ ! \[rejected\] .*"), each(r"^error: failed to push .*")),
    Recipe("git apply --check", "git", {"make.sh": _BRANCHES},
           "sh make.sh; git diff main~1 deep > deep.patch; cd harbours/berths;"
           " sed -i 's/berth 19$/berth XIX/' tollan.txt; sed -i '1,9d' brenna.txt; cd ../..;"
           " git apply --check -v deep.patch",
           each(r"^error: (?:patch failed: |\S+: patch).*"), _NONE),
    Recipe("git stash pop",
           "git",
           {"make.sh": _BRANCHES},
           "sh make.sh; git checkout -q deep; cd harbours/berths;"
           " sed -i 's/berth 9$/berth 9, for yachts/' o*8.txt;"
           " sed -i 's/berth 13$/berth 13b/' *.txt;"
           " git stash -q; git checkout -q main; git stash pop",
           both(CONFLICTS, each(r"^\s+both modified: .*")),
           each(r"^The stash entry is kept.*")),
    Recipe("git log, then a rejected push", "git", {"make.sh": _LOG},
           "sh make.sh; git log --stat -60; git init -q --bare ../far.git;"
           " git push -q ../far.git main; git reset -q --hard HEAD~2;"
           " git commit -q --amend -m 'Forget some'; git push ../far.git main;"
           " rm -rf ../far.git",
           each(r"^ ! \[rejected\] .*"), each(r"^error: failed to push .*")),
    Recipe("grep -rn", "grep", _SHEDS,
           "ln -s nowhere sheds/pier.py; ln -s gone sheds/quay.py;"
           " grep -rn TODO sheds/ sheds/*.py lost.py",
           each(r"^grep: .*"), _NONE),
    Recipe("grep -rn -C1", "grep", _SHEDS,
           "ln -s nowhere sheds/pier.py;"
           " grep -rn -C1 'TODO: weigh crate [12]' sheds/ sheds/*.py lost.py",
           each(r"^grep: .*"), _NONE),
    Recipe("sh -x", "sh", {"install.sh": _INSTALL}, "sh -x ./install.sh; echo exit code $?",
           each(r"^cp: .*"), each(r"^exit code .*")),
    Recipe("prove -v", "prove", {"t/fares.t": _PROVE}, "prove -v",
           each(r"(?s)^(#   Failed test '[^\n]*)\n(#   at [^\n]*)", r"^not ok .*"),
           each(r"^Failed \d+/\d+ .*", r"^Result: .*")),
    Recipe("apt-get install", "apt-get", {},
           "apt-get -s install build-essential gfortran libboost-all-dev >sim.txt 2>&1;"
           " cat sim.txt;"
           " apt-get -s install harbour-chart-viewer",
           each(r"^E: .*"), _NONE),
    Recipe("tar -cv", "tar", {f"charts/{port(n).lower()}.txt": "9 m\n" for n in range(300)},
           "tar -cvf charts.tar charts/ lost.txt", each(r"^tar: .*: .*"),
           each(r"^tar: Exiting .*")),
    Recipe("rsync or cp -v", "cp", {f"charts/{port(n).lower()}.txt": "9 m\n" for n in range(160)},
           "ln -s gone charts/quay.txt; mkdir out; cp -vL charts/* lost.txt out/",
           each(r"^cp: .*"), _NONE),
    Recipe("find", "find", {f"charts/{port(n).lower()}.txt": "9 m\n" for n in range(250)},
           "find charts lost -type f", each(r"^find: .*"), _NONE),
]  # fmt: skip
