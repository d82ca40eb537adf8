"""Other servers, all in one process: each address takes letters and does nothing with them."""

import asyncio
import sys


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := (await reader.readuntil(b"\r\n\r\n")).lower():
            at = head.find(b"content-length:")
            if at >= 0:
                await reader.readexactly(int(head[at + 15 : head.index(b"\r", at)]))
            writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(port: int, hosts: int) -> None:
    """Listen on 127.0.0.1, and on so many addresses of 127.0.9.0/24, at one port."""
    names = ["127.0.0.1", *(f"127.0.9.{n}" for n in range(1, hosts + 1))]
    door = await asyncio.start_server(_serve, names, port, backlog=1024)
    async with door:
        await door.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
