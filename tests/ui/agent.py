"""What an agent does: speak to the app by the MCP protocol."""

from concurrent.futures import ThreadPoolExecutor

import anyio
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


def ask_as_agent(address, ask):
    """What ``ask(session)`` returns in a session of the MCP protocol."""

    async def asking():
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, *_),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await ask(session)

    with ThreadPoolExecutor(1) as thread:  # in this one a browser of other tests may have left a loop running
        return thread.submit(anyio.run, asking).result()
