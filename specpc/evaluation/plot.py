"""Draws evidence recall against the ratio, with confidence intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from specpc.errors import SpecPCError, UsageError, missing
from specpc.evaluation.methods import row_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from specpc.evaluation.correlation import Correlation
    from specpc.evaluation.statistics import SummaryRow

FORMATS: Final = (".svg", ".png", ".pdf")
# Okabe and Ito's colours, told apart with any colour vision; markers tell them apart in print.
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MARKERS: Final = "osD^vPX"
_BESIDE: Final = 0.003


def check_plot(path: Path) -> None:
    """Raise before a long run what would fail after it."""
    if path.suffix not in FORMATS:
        raise UsageError(f"a plot is one of {', '.join(FORMATS)}, not {path.name!r}")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent} to write {path.name} into")
    figure_class()


def figure_class() -> Any:
    """Matplotlib's ``Figure``; raises `MissingPackageError` if that is not installed."""
    # The class alone: matplotlib.pyplot would keep state for the whole process.
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise missing("a plot", "matplotlib", "eval") from error
    return Figure


def plot_recall(rows: Sequence[SummaryRow], path: Path) -> None:
    """Write a figure with a panel for each group of data sets and a line for each method.

    Raises:
        SpecPCError: matplotlib is not installed, or no item has evidence.
    """
    # The full context keeps everything, and would squeeze all others to the left.
    measured = [row for row in rows if row.estimates["recall"] and row_of(row.method).shortens]
    if not measured:
        raise SpecPCError("there is no plot to draw: no item has evidence")
    groups = list(dict.fromkeys(row.group for row in measured))
    methods = list(dict.fromkeys(row.method for row in measured))
    figure = figure_class()(figsize=(1 + 4.5 * len(groups), 4), layout="constrained")
    panels = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for panel, group in zip(panels, groups, strict=True):
        for number, method in enumerate(methods):
            own = [row for row in measured if (row.group, row.method) == (group, method)]
            # Side by side, so that no interval hides another.
            shift = _BESIDE * (number - (len(methods) - 1) / 2)
            _draw_line(panel, sorted(own, key=lambda row: row.ratio), number, shift)
        panel.set(title=group, xlabel="tokens kept (ratio)", ylim=(-0.02, 1.02))
        panel.set_xticks(sorted({row.ratio for row in measured}))
        _tidy(panel)
    panels[0].set_ylabel("evidence recall (95% interval)")
    panels[-1].legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(path)


def _draw_line(panel: Any, rows: Sequence[SummaryRow], number: int, shift: float) -> None:
    estimates = [found for row in rows if (found := row.estimates["recall"]) is not None]
    if not estimates:
        return
    panel.errorbar(
        [row.ratio + shift for row in rows],
        [estimate.mean for estimate in estimates],
        yerr=[
            [max(0.0, estimate.mean - estimate.low) for estimate in estimates],
            [max(0.0, estimate.high - estimate.mean) for estimate in estimates],
        ],
        label=rows[0].method,
        color=_COLOURS[number % len(_COLOURS)],
        marker=_MARKERS[number % len(_MARKERS)],
        capsize=3,
    )


def plot_correlation(found: Correlation, path: Path) -> None:
    """Write a figure of a draft's agreement with each layer of a target, and with all of them."""
    panel = figure_class()(figsize=(6.5, 4), layout="constrained").subplots()
    layers = [layer.layer for layer in found.layers]
    measures = {
        "Spearman's rank correlation": "spearman",
        f"overlap of the top {found.top:.0%}": "overlap",
    }
    for number, (name, field) in enumerate(measures.items()):
        values, colour = [getattr(layer, field) for layer in found.layers], _COLOURS[number]
        panel.plot(layers, values, marker=_MARKERS[number], color=colour, label=name)
        overall = getattr(found.overall, field)
        panel.axhline(overall, linestyle="--", color=colour, label=f"{name}, overall")
    panel.set(
        title=f"{found.draft} as a predictor of {found.target}",
        xlabel="layer of the target",
        ylim=(min(-0.02, *(layer.spearman for layer in found.layers)) - 0.02, 1.02),
    )
    _tidy(panel)
    panel.legend(frameon=False)
    panel.figure.savefig(path)


def _tidy(panel: Any) -> None:
    panel.grid(axis="y", color="#dddddd")
    panel.spines[["top", "right"]].set_visible(False)
