"""What a command says where something outside of it went wrong."""

import pytest

from node import cli


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (TimeoutError(), "took too long"),
        (PermissionError(13, "Permission denied", "/data"), "/data cannot be used: Permission"),
    ],
)
def test_trouble_is_told_in_words(
    trouble: OSError, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(cli, "load", load)

    assert cli.main(["version"]) == 1
    assert said in capsys.readouterr().err
