"""What the guards look at: our packages, their files, what git keeps."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("node", "federation", "vocab", "web", "workers", "schemas")
CODE = PACKAGES[:-1]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """The Python files of these folders of the project, without samples and packages of others."""
    found = (p for folder in folders for p in sorted((ROOT / folder).rglob("*.py")))
    return [p for p in found if not {"node_modules", ".venv"} & set(p.parts)]


def name(path: Path) -> str:
    """A file's place in the project, for messages."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def functions(module: ast.AST) -> Iterator[Function]:
    """Every function and method, the inner ones too."""
    yield from (n for n in ast.walk(module) if isinstance(n, Function))


def tracked() -> list[Path]:
    """The files that git keeps; without git, those of our folders."""
    said = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if said.returncode == 0:
        return [p for n in said.stdout.decode().split("\0") if n and (p := ROOT / n).is_file()]
    folders = (*PACKAGES, "tests", "docs", "deploy", "changes.d")
    inside = [p for f in folders for p in (ROOT / f).rglob("*") if p.is_file()]
    kept = [p for p in inside if not {"node_modules", "__pycache__"} & set(p.parts)]
    return [*(p for p in ROOT.iterdir() if p.is_file()), *kept]
