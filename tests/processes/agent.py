"""Asks over HTTPS from inside a network of its own: one JSON line in, one JSON line out.

Each `jar` is a browser of its own that keeps its cookies.
"""

import json
import sys

import httpx


def main() -> None:
    jars: dict[str, httpx.Client] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        jar = asked.get("jar", "")
        client = jars.get(jar) or httpx.Client(timeout=10, trust_env=True)
        jars[jar] = client
        try:
            answer = client.request(
                asked["method"],
                asked["url"],
                headers=asked.get("headers"),
                content=asked.get("body", "").encode(),
            )
        except httpx.HTTPError as error:
            said = {"status": 0, "headers": {}, "body": repr(error)}
        else:
            headers = dict(answer.headers)
            said = {"status": answer.status_code, "headers": headers, "body": answer.text}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
