"""What a machine's speed is worth: the line through what was measured, and where it pays."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from specpc import Compressor
from specpc.evaluation.speed import TimedLength, find_payoff, fit_line, text_of, time_length


def timed(fixed: float, per_token: float, *lengths: int) -> list[TimedLength]:
    return [TimedLength(tokens, fixed + per_token * tokens) for tokens in lengths]


def test_a_line_is_found_again() -> None:
    assert fit_line(timed(0.2, 0.001, 250, 1000, 4000)) == pytest.approx((0.2, 0.001))
    assert fit_line(timed(0.0, 0.002, 100, 900)) == pytest.approx((0, 0.002), abs=1e-9)


def test_every_length_counts_alike() -> None:
    """A long text's noise of a second must not drown what short ones tell."""
    noisy = [*timed(0.2, 0.001, 250, 1000), TimedLength(100_000, 101.2)]
    fixed, per_token = fit_line(noisy)
    assert fixed == pytest.approx(0.2, abs=0.01)
    assert per_token == pytest.approx(0.001, rel=0.02)


@pytest.mark.parametrize(
    "measured",
    [
        timed(0.0, 0.003, 500),  # one length
        [TimedLength(100, 0.1), TimedLength(1000, 3.0)],  # begins below zero
        [TimedLength(100, 0.5), TimedLength(1000, 0.4)],  # falls
    ],
)
def test_all_goes_by_the_token_where_there_is_no_such_line(measured: list[TimedLength]) -> None:
    fixed, per_token = fit_line(measured)
    assert fixed == 0
    paces = [entry.seconds / entry.tokens for entry in measured]
    assert min(paces) * 0.999 <= per_token <= max(paces) * 1.001


def test_what_is_saved() -> None:
    # 1 ms a token and 0.2 s; at a fifth, a target of 500 tokens a second saves 1.6 ms a token.
    found = find_payoff(timed(0.2, 0.001, 100, 1000), 0.2, target_speed=500, price=2.5)
    assert [entry.saved_seconds for entry in found.lengths] == pytest.approx([-0.14, 0.4])
    assert [entry.saved_money for entry in found.lengths] == pytest.approx([0.0002, 0.002])
    assert (found.fixed_seconds, found.seconds_per_token) == pytest.approx((0.2, 0.001))
    assert found.pays_below_speed == pytest.approx(800)
    first = found.pays_from_tokens
    assert first is not None
    for tokens, pays in ((first, True), (first - 1, False)):
        [length] = find_payoff(timed(0.2, 0.001, tokens), 0.2, target_speed=500).lengths
        assert length.saved_seconds is not None
        assert (length.saved_seconds > 1e-9) == pays


def test_fast_targets_never_save_time() -> None:
    measured = timed(0.2, 0.001, 100, 1000)
    assert find_payoff(measured, 0.2, target_speed=801).pays_from_tokens is None
    assert find_payoff(measured, 0.2, target_speed=790).pays_from_tokens is not None
    assert find_payoff(measured, 1.0, target_speed=1).pays_from_tokens is None


def test_nothing_is_told_of_a_target_that_is_not_known() -> None:
    found = find_payoff(timed(0.2, 0.001, 100, 1000), 0.2)
    assert found.pays_from_tokens is None
    assert found.lengths == tuple(timed(0.2, 0.001, 100, 1000))


@pytest.mark.parametrize("tokens", [64, 1000])
def test_texts_have_the_length_asked_for(tiny: Compressor, tokens: int) -> None:
    assert tiny.reader.encoder.count(text_of(tiny.reader, tokens)) == tokens


def test_a_length_is_compressed_so_often_and_once_more(
    tiny: Compressor, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 9.0, 10.0, 11.0, 20.0, 23.0, 30.0, 32.0])  # 9 s to warm up, then 1, 3, 2
    fake = SimpleNamespace(perf_counter=lambda: next(clock))
    monkeypatch.setattr("specpc.evaluation.speed.time", fake)
    monkeypatch.setattr(Compressor, "compress", lambda *_, **__: None)
    found = time_length(tiny, 300, 0.5, 3)
    assert (found.tokens, found.seconds) == (300, 2.0)
    assert next(clock, None) is None
