"""``specpc eval``: how much of what questions need each method keeps, at equal tokens."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from specpc.errors import InputError, UsageError
from specpc.evaluation.methods import FULL, METHODS, TRIMMED, check_methods, row_of
from specpc.evaluation.targets import ANSWER_TOKENS
from specpc.kv.settings import KV_BUDGET, KVSettings
from specpc.options import check_budget
from specpc.version import __version__
from specpc_cli import options as opt
from specpc_cli.command import refuse
from specpc_cli.inputs import check_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.records import Record
    from specpc.evaluation.runner import RunPlan
    from specpc.evaluation.statistics import Difference, SummaryRow
    from specpc.kv.answering import AnsweringModel

_METHODS = ["auto", "paper", "bm25", "random"]
_RATIOS = [0.1, 0.2, 0.3]
_SETUP = ("draft", "device", "dtype")


@opt.asking(*opt.WHERE, "quiet")
def evaluate(  # noqa: PLR0913, PLR0917 - one parameter an option
    asked: opt.Asked,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Data sets: JSONL files.", show_default=False)
    ] = None,
    ratio: Annotated[
        list[float] | None,
        opt.budget(
            f"Fraction of the tokens kept. Repeatable [default: {', '.join(map(str, _RATIOS))}]"
        ),
    ] = None,
    kv_budget: Annotated[
        list[int] | None,
        opt.budget(
            f"{', '.join(TRIMMED)}: entries of the prompt kept in every head of the target's "
            f"KV cache. Repeatable [default: {KV_BUDGET}]"
        ),
    ] = None,
    method: Annotated[
        list[str] | None,
        opt.measured(
            f"{', '.join(name for name in METHODS if name not in TRIMMED)}; NAME:UNIT for "
            f"other units; with --target also {', '.join(TRIMMED)}; MODULE:NAME for a method of "
            f"your own. Repeatable [default: {', '.join(_METHODS)}]",
            autocompletion=opt.completing(METHODS),
        ),
    ] = None,
    baseline: Annotated[
        str | None, opt.measured("Method the others are compared with, item by item.")
    ] = None,
    limit: Annotated[
        int | None, opt.measured("Most items of each file, spread over it.", min=1)
    ] = None,
    no_question: Annotated[
        bool, opt.measured("Withhold the questions from the methods.", "--no-question")
    ] = False,
    seed: Annotated[int, opt.measured("Seed of 'random' and of the intervals.", min=0)] = 0,
    target: Annotated[
        str | None,
        opt.answers(
            "Model that answers the questions here: a name as for --draft.",
            autocompletion=opt.complete_drafts,
        ),
    ] = None,
    endpoint: Annotated[
        str | None,
        opt.answers(
            "Server that answers them instead, such as http://127.0.0.1:8000/v1: any that "
            "is OpenAI-compatible. The key is taken from OPENAI_API_KEY."
        ),
    ] = None,
    endpoint_model: Annotated[str | None, opt.answers("Name of the model on that server.")] = None,
    answer_tokens: Annotated[
        int, opt.answers("Most tokens of an answer; summaries need some 500.", min=1)
    ] = ANSWER_TOKENS,
    output: Annotated[Path | None, opt.output("File to keep every measurement in.")] = None,
    resume: Annotated[bool, opt.io("Go on with the file named by -o.", "--resume")] = False,
    results: Annotated[Path | None, opt.io("Report a results file; run nothing.", "--from")] = None,
    plot: Annotated[Path | None, opt.plot("Draw recall against ratio")] = None,
    as_json: opt.Json = False,
    verbose: Annotated[bool, opt.io("Add a table of every data set.", "-v", "--verbose")] = False,
) -> None:
    """Measure how much of what questions need each method keeps.

    \b
      specpc eval data/*.jsonl --method auto --method bm25 --baseline bm25
      specpc eval data/*.jsonl -o results.jsonl --resume
      specpc eval --from results.jsonl --baseline bm25 -v --plot recall.svg

    Every line of a data set is a JSON object with context, question and evidence (strings of
    the context that the answer rests on) or answers; RULER's and LongBench's files work as they
    are. All methods are cut to the same number of tokens. With --target or --endpoint a model
    answers every question from the full context and from each compressed one:

    \b
      specpc eval data/*.jsonl --limit 5 --target smollm2-135m --baseline full
      specpc eval *.jsonl --endpoint http://server:8000/v1 --endpoint-model NAME
    """
    served = endpoint is not None or endpoint_model is not None
    answered = target is not None or served
    running = bool(files or output or resume or method or ratio or kv_budget or answered)
    refuse({
        "--target runs a model here, --endpoint asks a server: choose one": (
            target is not None and served
        ),
        "--endpoint URL and --endpoint-model NAME belong together": (
            (endpoint is None) != (endpoint_model is None)
        ),
        "--from reports what was measured: leave out files, -o and what to run": (
            results is not None and running
        ),
        "name the data sets: specpc eval data/*.jsonl": results is None and not files,
        "--resume needs -o FILE, the one that the earlier run wrote to": (
            resume and output is None
        ),
    })  # fmt: skip
    for file in files or []:
        check_file(str(file))
    for value in ratio or []:
        check_budget(ratio=value, target_tokens=None)
    if results is not None:
        records, seed = _read(results)
        _check_baseline(baseline, list(dict.fromkeys(record.method for record in records)))
    else:
        # First, so that a target that cannot answer is found out before anything is compressed.
        methods = list(dict.fromkeys([*([FULL] if answered else []), *(method or _METHODS)]))
        _check_methods(methods, ratio, kv_budget, local=target is not None, withheld=no_question)
        _check_baseline(baseline, methods)
        made_with = {name: getattr(asked.setup, name) for name in _SETUP}
        made_with |= {"seed": seed, "version": __version__}
        if answered:
            made_with["target"] = target or endpoint_model
            if endpoint is not None:
                from specpc.evaluation.targets import check_address

                made_with["endpoint"] = check_address(endpoint)
            made_with["answer_tokens"] = answer_tokens
        if no_question:
            made_with["question"] = "withheld"
        from specpc.evaluation.runner import RunPlan

        ratios, budgets = dict.fromkeys(ratio or _RATIOS), dict.fromkeys(kv_budget or [KV_BUDGET])
        plan = RunPlan(list(ratios), list(budgets), no_question)
        measuring = _Measuring(asked, methods, plan, made_with)
        records = measuring.run(files or [], limit, output, resume=resume)
    _report(records, baseline, seed, plot, as_json=as_json, verbose=verbose)


def _check_methods(
    methods: list[str],
    ratios: list[float] | None,
    kv_budgets: list[int] | None,
    *,
    local: bool,
    withheld: bool,
) -> None:
    """Refuse methods that are none or cannot be run, and options that would change nothing."""
    if any(name.partition(":")[0] not in METHODS for name in methods):
        sys.path.insert(0, str(Path.cwd()))  # as `python -m` does, for methods of the user's own
    check_methods(methods)
    trimming = next((name.partition(":")[0] for name in methods if row_of(name).trims), None)
    cut, read = "the KV cache of a model on this machine", "the question before its cache is cut"
    refuse({
        f"the method {trimming} cuts {cut}: name one with --target": trimming and not local,
        f"--kv-budget does nothing without a method that has one ({', '.join(TRIMMED)})": (
            kv_budgets and not trimming
        ),
        f"--ratio does nothing with {', '.join(methods)}: leave it out": (
            ratios and all(row_of(name).whole for name in methods)
        ),
        f"--no-question does not go with {trimming}: the target reads {read}": (
            withheld and trimming
        ),
    })  # fmt: skip
    for budget in kv_budgets or ():
        KVSettings("snapkv", kv_budget=budget)  # which checks it


def _check_baseline(baseline: str | None, methods: Sequence[str]) -> None:
    if baseline is not None and baseline not in methods:
        raise UsageError(f"the baseline {baseline!r} is none of the methods: {', '.join(methods)}")


def _read(path: Path) -> tuple[list[Record], int]:
    from specpc.evaluation.records import read_results

    found = read_results(path)
    if not found.records:
        raise InputError(f"{path} holds no measurements yet")
    return [*found.records], int(found.settings.get("seed", 0))


@dataclass(frozen=True)
class _Measuring:
    """What is measured, and with what."""

    asked: opt.Asked
    methods: list[str]
    plan: RunPlan
    made_with: dict[str, Any]

    def run(
        self, files: Sequence[Path], limit: int | None, output: Path | None, *, resume: bool
    ) -> list[Record]:
        """Measure what is missing; gives the records that were asked for, old and new."""
        from specpc.evaluation.data import read_collection
        from specpc.evaluation.records import open_results

        answered, withheld = "target" in self.made_with, self.plan.withheld
        collection = read_collection(files, limit, with_target=answered, withheld=withheld)
        if skipped := sum(collection.skipped.values()):
            sets = ", ".join(f"{name} {count}" for name, count in collection.skipped.items())
            told = "without a question, or without evidence or answers in the context"
            self.asked.console.tell(f"{skipped} items left out, {told}: {sets}")
        with open_results(output, self.made_with, resume=resume) as (done, write):
            records = [*done]
            for record in self._measure(collection.items, done):
                write(record)
                records.append(record)
        wanted = {(item.dataset, item.id) for item in collection.items}
        return [
            record
            for record in records
            if record.method in self.methods
            and record.level in self.plan.levels(record.method)
            and (record.dataset, record.id) in wanted
        ]

    def _measure(self, items: Sequence[Item], done: Sequence[Record]) -> Iterator[Record]:
        from specpc.evaluation.methods import build_methods
        from specpc.evaluation.runner import run

        made_with, report = self.made_with, self.asked.console.tell
        endpoint: Endpoint | None = None
        local: AnsweringModel | None = None
        if "endpoint" in made_with:
            from specpc.evaluation.targets import Endpoint

            address = made_with["endpoint"]
            endpoint = Endpoint.at(address, made_with["target"], made_with["answer_tokens"])
        elif "target" in made_with:
            from specpc.drafts.load import load_target
            from specpc.evaluation.local_target import local_target

            model = load_target(made_with["target"], *self.asked.setup.where, report=report)
            local = local_target(model, made_with["answer_tokens"])
        seed, target = made_with["seed"], endpoint or local
        setup = self.asked.setup
        methods = build_methods(self.methods, setup, seed=seed, target=local, report=report)
        with self.asked.console.progress("Evaluating") as progress:
            yield from run(items, methods, self.plan, target=target, done=done, progress=progress)


def _report(
    records: Sequence[Record],
    baseline: str | None,
    seed: int,
    plot: Path | None,
    *,
    as_json: bool,
    verbose: bool,
) -> None:
    from specpc.evaluation.statistics import compare, summarise, summarise_datasets

    rows = summarise(records, seed)
    differences = [] if baseline is None else compare(records, baseline, seed)
    per_dataset = summarise_datasets(records, seed) if as_json or verbose else []
    if as_json:
        found: dict[str, Sequence[SummaryRow] | Sequence[Difference]]
        found = {"summary": rows, "differences": differences, "datasets": per_dataset}
        shown = {name: [_flat(entry) for entry in entries] for name, entries in found.items()}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        from specpc_cli.eval_tables import print_tables

        print_tables(rows, differences, per_dataset)
    if plot is not None:
        from specpc.evaluation.plot import plot_recall

        plot_recall(rows, plot)


def _flat(entry: SummaryRow | Difference) -> dict[str, Any]:
    """As fields, each estimate one of them."""
    shown: dict[str, Any] = {}
    for name, value in asdict(entry).items():
        shown |= value if name == "estimates" else {name: value}
    return shown
