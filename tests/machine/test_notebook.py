"""What a real kernel is told to show while a text is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

from specpc.machine.notebook import notebook_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.blocking.client import BlockingKernelClient

READ = """
import specpc.machine.notebook as notebook
from specpc import Compressor
notebook._SHOWN_AFTER = {after}
lines = (f"Pump {{n}} moves {{n * 7 % 91}} litres a second when it is warm." for n in range(150))
kept = Compressor.from_pretrained().compress("\\n".join(lines), "What moves pump 77?", ratio=.1)
print(kept.text)
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def shown(kernel: BlockingKernelClient, code: str) -> list[tuple[str, Any]]:
    """What a cell has the notebook show."""
    told: list[tuple[str, Any]] = []

    def hear(message: dict[str, Any]) -> None:
        told.append((message["msg_type"], message["content"]))

    reply = kernel.execute_interactive(code, output_hook=hear, timeout=300)
    assert reply["content"]["status"] == "ok", reply["content"]
    return [one for one in told if one[0] != "status" and one[0] != "execute_input"]


def test_a_bar_comes_and_goes(kernel: BlockingKernelClient) -> None:
    told = shown(kernel, READ.format(after=-1))
    bars = [content for kind, content in told if kind in {"display_data", "update_display_data"}]
    assert "<progress max=" in bars[0]["data"]["text/html"]
    assert "tokens read" in bars[0]["data"]["text/plain"]
    assert bars[-1]["data"]["text/html"] == ""
    assert len({content["transient"]["display_id"] for content in bars}) == 1
    assert told[-1][0] == "stream"
    assert "Pump 77 moves" in told[-1][1]["text"]


def test_what_is_soon_done_shows_none(kernel: BlockingKernelClient) -> None:
    assert [kind for kind, _ in shown(kernel, READ.format(after=600))] == ["stream"]


def test_there_is_none_outside_of_notebooks() -> None:
    assert notebook_bar() is None
