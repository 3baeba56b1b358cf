"""Does at once what an agent does later with the command of ``claude mcp add NAME -- COMMAND``."""

from __future__ import annotations

import asyncio
import os
import sys

from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client


async def start(command: str, *args: str) -> None:
    """Start the server and look at its tools."""
    server = StdioServerParameters(command=command, args=list(args), env=dict(os.environ))
    async with Client(stdio_client(server)) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert names == ["compress", "show", "locate"], names


if __name__ == "__main__":
    asyncio.run(start(*sys.argv[sys.argv.index("--") + 1 :]))
