"""What an agent does with `specpc mcp`: it compresses a report, and finds a quote again.

pip install "specpc[mcp]"
"""

import asyncio
import sys
from pathlib import Path

from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client

FOLDER = Path(__file__).parent
QUESTION = "Why did construction of the Berth 4 extension come to a halt?"


async def main() -> None:
    """Start the server, call its two tools, stop it."""
    command = [sys.executable, "-m", "specpc_cli", "mcp", str(FOLDER)]
    server = StdioServerParameters(command=command[0], args=command[1:])
    async with Client(stdio_client(server)) as client:
        made = await client.call_tool(
            "compress",
            {"paths": ["harbour-report.md"], "question": QUESTION, "target_tokens": 250},
        )
        print(made.structured_content["text"])
        found = await client.call_tool(
            "locate", {"id": made.structured_content["id"], "quote": "212 steel piles"}
        )
        for place in found.structured_content["result"]:
            print(f"{place['file']}:{place['line']}:{place['column']}: {place['text']}")


asyncio.run(main())
