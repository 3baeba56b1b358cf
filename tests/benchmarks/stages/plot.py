"""Draws milliseconds a token against the length, beside the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.evaluation.plot import check_plot, figure_class

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.stages.measure import Report

__all__ = ["check_plot", "plot_report"]


def plot_report(report: Report, path: Path) -> None:
    """Write a figure with compression, plain forward and the machine's peak for each batch size.

    Raises:
        SpecPCError: matplotlib is not installed.
    """
    batches = sorted({row.batch for row in report.rows})
    figure = figure_class()(figsize=(1 + 4.5 * len(batches), 4), layout="constrained")
    panels = figure.subplots(1, len(batches), sharey=True, squeeze=False)[0]
    for panel, batch in zip(panels, batches, strict=True):
        rows = sorted((row for row in report.rows if row.batch == batch), key=lambda r: r.tokens)
        lines = {
            "compression": [(row.tokens, row.total) for row in rows],
            "plain forward": [(row.tokens, row.plain) for row in rows if row.plain is not None],
            "its work at the peak": [(row.tokens, row.least) for row in rows],
        }
        for (name, points), marker in zip(lines.items(), "osD", strict=True):
            lengths = [tokens for tokens, _ in points]
            costs = [1000 * seconds / (tokens * batch) for tokens, seconds in points]
            panel.plot(lengths, costs, marker=marker, label=name)
        panel.set(title=f"batch {batch}", xlabel="tokens", xscale="log", ylim=(0, None))
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("ms a token")
    panels[-1].legend(frameon=False)
    figure.savefig(path)
