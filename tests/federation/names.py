"""Names of servers as people and programs write them, honest and not."""

KEPT_OUT = "xn--bcher-kva.test"
SPELLINGS = (
    "xn--bcher-kva.test", "bücher.test", "BÜCHER.test", "Xn--Bcher-Kva.TEST", "bücher.test:443",
    "bücher.test:8443", "xn--bcher-kva.test:80", "www.bücher.test", "a.b.c.d.e.f.g.bücher.test",
    "a.bücher.test:9443",
)  # fmt: skip
"""One server as it may be written, and what lies under it."""
NO_NAMES = (
    "bücher.test.", "xn--bcher-kva.test.", "\uff42ücher.test", "bücher。test", "bu\u0308cher.test",
    "b\u00adücher.test", "xn--bcher-kva%2etest", "xn--bcher-kva.test..", ".bücher.test",
    "ana@bücher.test", "bücher\\.test", "",
)  # fmt: skip
"""What looks like it, and that no server may be called."""
OTHERS = (
    "ücher.test",
    "xn--bcher-kva.test.example",
    "notxn--bcher-kva.test",
    "bucher.test",
    "test",
)
