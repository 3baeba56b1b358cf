"""``specpc eval``: how much of what questions need each method keeps, at equal tokens."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from specpc.errors import UsageError
from specpc.evaluation.names import FULL, TRIMMED, check_methods, has_ratio, levels_of, split_name
from specpc.evaluation.targets import ANSWER_TOKENS
from specpc.kv.settings import KV_BUDGET
from specpc.options import DEFAULT_DRAFT, SCORERS, check_budget
from specpc.version import __version__
from specpc_cli.console import Console
from specpc_cli.inputs import check_file
from specpc_cli.options import DeviceOption, DraftOption, DtypeOption, OfflineOption, QuietOption

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.evaluation.data import Collection
    from specpc.evaluation.methods import DraftOptions
    from specpc.evaluation.records import Record
    from specpc.evaluation.statistics import Difference, Row
    from specpc.evaluation.targets import Target

_METHODS = ["auto", "specpc", "bm25", "random"]
_RATIOS = [0.1, 0.2, 0.3]


def evaluate(  # noqa: PLR0913, PLR0917 - one parameter an option
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Data sets: JSONL files.", show_default=False),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            help=f"{', '.join(SCORERS)}, random, stopwords, truncate, full, bm25, minilm, "
            "llmlingua, longllmlingua or selective-context; NAME:UNIT for other units than "
            f"sentences; with --target also {', '.join(TRIMMED)}. Repeatable "
            f"[default: {', '.join(_METHODS)}]"
        ),
    ] = None,
    ratio: Annotated[
        list[float] | None,
        typer.Option(
            help="Fraction of the tokens kept. Repeatable "
            f"[default: {', '.join(map(str, _RATIOS))}]"
        ),
    ] = None,
    kv_budget: Annotated[
        list[int] | None,
        typer.Option(
            help=f"{', '.join(TRIMMED)}: entries of the prompt kept in every head of the target's "
            f"KV cache. Repeatable [default: {KV_BUDGET}]"
        ),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(help="Method that the others are compared with, item by item.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to keep every measurement in.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the file named by -o.")
    ] = False,
    results: Annotated[
        Path | None, typer.Option("--from", help="Report a results file; run nothing.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Most items taken of each file, spread over it.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw recall against ratio: a .svg, .png or .pdf file.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
    draft: DraftOption = DEFAULT_DRAFT,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    offline: OfflineOption = False,
    target: Annotated[
        str | None,
        typer.Option(help="Model that answers the questions here: a name as for --draft."),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            help="Server that answers them instead, such as http://127.0.0.1:8000/v1: any that "
            "is OpenAI-compatible. The key is taken from OPENAI_API_KEY."
        ),
    ] = None,
    endpoint_model: Annotated[
        str | None, typer.Option(help="Name of the model on that server.")
    ] = None,
    answer_tokens: Annotated[
        int,
        typer.Option(min=1, help="Most tokens of an answer; summaries need some 500."),
    ] = ANSWER_TOKENS,
    no_question: Annotated[
        bool, typer.Option("--no-question", help="Withhold the questions from the methods.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of 'random' and of the intervals.")] = 0,
    peer_python: Annotated[
        Path | None,
        typer.Option(help="Python of the environment that LLMLingua and the like are in."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Add a table of every data set.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Measure how much of what questions need each method keeps.

    \b
      specpc eval data/*.jsonl --limit 20
      specpc eval data/*.jsonl --method specpc --method bm25 --baseline bm25 -o results.jsonl
      specpc eval data/*.jsonl --method specpc --method bm25 -o results.jsonl --resume
      specpc eval --from results.jsonl --baseline bm25 -v --plot recall.svg

    Every line of a data set is a JSON object with context, question and evidence (strings of
    the context that the answer rests on) or answers; RULER's and LongBench's files work as they
    are. All methods are cut to the same number of tokens. With --target or --endpoint a model
    answers every question from the full context and from each compressed one:

    \b
      specpc eval data/*.jsonl --limit 5 --target smollm2-135m --baseline full
      specpc eval data/*.jsonl --endpoint http://127.0.0.1:8000/v1 --endpoint-model NAME
      specpc eval data/*.jsonl --target ./my-model --method speckv --method snapkv
    """
    console = Console(verbose=verbose, quiet=quiet)
    asked = _target(target, endpoint, endpoint_model)
    _check_options(
        files, results, output, run=bool(method or ratio or kv_budget or asked), resume=resume
    )
    for value in ratio or []:
        check_budget(ratio=value, target_tokens=None)
    if plot is not None:
        from specpc.evaluation.plot import check_plot

        check_plot(plot)
    if results is not None:
        records, seed = _read(results)
        methods = list(dict.fromkeys(record.method for record in records))
        _check_baseline(baseline, methods)
    else:
        # First, so that a target that cannot answer is found out before anything is compressed.
        methods = list(dict.fromkeys([*([FULL] if asked else []), *(method or _METHODS)]))
        check_methods(methods, kv_budget, local_target=target is not None)
        _check_baseline(baseline, methods)
        _check_idle(methods, with_ratio=bool(ratio), no_question=no_question)
        made_with = {"draft": draft, "device": device, "dtype": dtype, "seed": seed}
        made_with |= {"version": __version__}
        if asked:
            made_with |= {**asked, "answer_tokens": answer_tokens}
        if no_question:
            made_with |= {"question": "withheld"}
        ratios, budgets = dict.fromkeys(ratio or _RATIOS), dict.fromkeys(kv_budget or [KV_BUDGET])
        job = _Job(methods, list(ratios), list(budgets), output, resume, made_with)
        records = job.run(files or [], limit, console, offline=offline, peer_python=peer_python)
    _report(records, baseline, seed, plot, as_json=as_json, verbose=verbose)


def _check_options(
    files: list[Path] | None,
    results: Path | None,
    output: Path | None,
    *,
    run: bool,
    resume: bool,
) -> None:
    if results is not None and (files or output or resume or run):
        raise UsageError("--from reports what was measured: leave out files, -o and what to run")
    if results is None and not files:
        raise UsageError("name the data sets: specpc eval data/*.jsonl")
    if resume and output is None:
        raise UsageError("--resume needs -o FILE: what was printed cannot be gone on with")
    if output is not None and not output.parent.is_dir():
        raise UsageError(f"there is no folder {output.parent} to write {output.name} into")
    for file in files or []:
        check_file(str(file))


def _check_idle(methods: Sequence[str], *, with_ratio: bool, no_question: bool) -> None:
    """Refuse what would change nothing."""
    if with_ratio and not any(map(has_ratio, methods)):
        raise UsageError(f"--ratio does nothing with {', '.join(methods)}: leave it out")
    trimmed = [name for name in methods if split_name(name)[0] in TRIMMED]
    if no_question and trimmed:
        raise UsageError(
            f"--no-question does not go with {trimmed[0]}: the target reads the question before "
            "its cache is cut"
        )


def _target(model: str | None, endpoint: str | None, served: str | None) -> dict[str, str | None]:
    """What a results file says of the target; empty if there is none."""
    if model is not None and (endpoint is not None or served is not None):
        raise UsageError("--target runs a model here, --endpoint asks a server: choose one")
    if (endpoint is None) != (served is None):
        raise UsageError("--endpoint URL and --endpoint-model NAME belong together")
    if endpoint is not None:
        from specpc.evaluation.endpoint import check_address

        return {"target": served, "endpoint": check_address(endpoint)}
    return {} if model is None else {"target": model}


def _check_baseline(baseline: str | None, methods: Sequence[str]) -> None:
    if baseline is not None and baseline not in methods:
        raise UsageError(f"the baseline {baseline!r} is none of the methods: {', '.join(methods)}")


def _read(path: Path) -> tuple[tuple[Record, ...], int]:
    from specpc.errors import InputError
    from specpc.evaluation.records import read_results

    found = read_results(path)
    if not found.records:
        raise InputError(f"{path} holds no measurements yet")
    return found.records, int(found.settings.get("seed", 0))


@dataclass(frozen=True)
class _Job:
    """What is measured, and where it is kept."""

    methods: list[str]
    ratios: list[float]
    kv_budgets: list[int]
    output: Path | None
    resume: bool
    made_with: dict[str, Any]

    def run(
        self,
        files: Sequence[Path],
        limit: int | None,
        console: Console,
        *,
        offline: bool,
        peer_python: Path | None,
    ) -> tuple[Record, ...]:
        """Measure what is missing; gives the records that were asked for, old and new."""
        from specpc.evaluation.data import read_collection
        from specpc.evaluation.records import open_results

        collection = read_collection(files, limit, with_target="target" in self.made_with)
        _tell_skipped(collection, console)
        with open_results(self.output, self.made_with, resume=self.resume) as (done, write):
            records = [
                *done,
                *self._measure(collection, done, write, console, offline, peer_python),
            ]
        wanted = {(item.dataset, item.id) for item in collection.items}
        return tuple(
            record
            for record in records
            if record.method in self.methods
            and record.level in levels_of(record.method, self.ratios, self.kv_budgets)
            and (record.dataset, record.id) in wanted
        )

    def _measure(
        self,
        collection: Collection,
        done: Sequence[Record],
        write: Callable[[Record], None],
        console: Console,
        offline: bool,
        peer_python: Path | None,
    ) -> list[Record]:
        from specpc.evaluation.local_target import LocalTarget
        from specpc.evaluation.methods import DraftOptions, WithoutQuestion, build_methods
        from specpc.evaluation.runner import run

        options = DraftOptions(
            self.made_with["draft"], self.made_with["device"], self.made_with["dtype"], offline
        )
        target = self._load_target(options, console)
        methods = build_methods(
            self.methods,
            options,
            seed=self.made_with["seed"],
            peer_python=str(peer_python) if peer_python else None,
            target=target if isinstance(target, LocalTarget) else None,
            report=console.tell,
        )
        if "question" in self.made_with:
            methods = [WithoutQuestion(method) for method in methods]
        records = []
        with console.progress("Evaluating") as progress:
            for record in run(
                collection.items,
                methods,
                self.ratios,
                kv_budgets=self.kv_budgets,
                target=target,
                done=done,
                progress=progress,
            ):
                write(record)
                records.append(record)
        return records

    def _load_target(self, options: DraftOptions, console: Console) -> Target | None:
        if "target" not in self.made_with:
            return None
        from specpc.evaluation.targets import TargetOptions, build_target

        named = TargetOptions(
            self.made_with["target"],
            self.made_with.get("endpoint"),
            self.made_with["answer_tokens"],
        )
        return build_target(named, options, console.tell)


def _tell_skipped(collection: Collection, console: Console) -> None:
    skipped = sum(collection.skipped.values())
    if skipped:
        sets = ", ".join(f"{name} {count}" for name, count in collection.skipped.items())
        console.tell(
            f"{skipped} items left out, without a question or anything to look for: {sets}"
        )


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
        found: dict[str, Sequence[Row] | Sequence[Difference]]
        found = {"summary": rows, "differences": differences, "datasets": per_dataset}
        shown = {name: [asdict(entry) for entry in entries] for name, entries in found.items()}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        from specpc_cli.eval_tables import print_tables

        print_tables(rows, differences, per_dataset)
    if plot is not None:
        from specpc.evaluation.plot import plot_recall

        plot_recall(rows, plot)
