"""Whether a node can listen: its port and its certificate are tried before anything else."""

import asyncio
import errno
import ssl
from pathlib import Path

from node.kernel.errors import Refused

_WHY = {
    errno.EADDRINUSE: "Another program is at port {port} of {host} already. Stop it, or choose "
    "another port: --port 8081, or make run PORT=8081.",
    errno.EACCES: "Port {port} is not open to this user. Choose one from 1024 on, and let a web "
    "server in front have the other.",
}
_NO_ADDRESS = (
    "This machine has no address {host}. Write --host 127.0.0.1 for this machine alone, "
    "--host 0.0.0.0 for everybody who reaches it."
)


async def can_listen(host: str, port: int) -> None:
    """Try the address and let it go again; who serves takes it in the next moment.

    Raises:
        Refused: another program has the port, we may not, or this machine has no such address.
    """
    try:
        tried = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, host, port, start_serving=False
        )
    except OSError as error:
        why = _WHY.get(error.errno or 0, _NO_ADDRESS).format(host=host, port=port)
        raise Refused("E_LISTEN", str(error), safe=why) from error
    tried.close()
    await tried.wait_closed()


def can_speak_tls(cert: Path | None, key: Path | None) -> None:
    """Look whether certificate and key can be used, if any are given.

    Raises:
        Refused: one of them cannot be read, or they do not belong together.
    """
    if cert is None and key is None:
        return
    try:
        if cert is None:
            raise FileNotFoundError(errno.ENOENT, "there is no certificate with it")
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as error:
        what = f"{cert or '--tls-cert'} and {key or '--tls-key'}"
        safe = (
            f"{what} cannot be used for TLS: {error.strerror or error}. Give the certificate "
            "chain and its private key, each as a PEM file that this user may read."
        )
        raise Refused("E_CERTIFICATE", str(error), safe=safe) from error
