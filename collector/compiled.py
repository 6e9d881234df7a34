"""The counting path compiled to machine code, for web processes: the same sources, a fifth less work for each beacon.

`make compiled` makes it where a C compiler is (`python -m collector.compiled`), with mypyc, which comes with mypy. It
lies in `.compiled/`, under a fingerprint of all sources it was made from: after any change of them it is not found, and
the sources are interpreted again. Nothing depends on it. docs/decisions/0013-compiled-counting.md tells more.
"""

import shutil
import subprocess
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path

import collector

PACKAGE = Path(__file__).parent
HOME = PACKAGE.parent / ".compiled"
MODULES = (  # none that makes a msgspec.Struct with options: mypyc forgets them (a test looks)
    "beacon", "body", "bot", "channel", "clock", "endpoint", "extras", "gate", "hit", "joining", "location", "network",
    "open_segment", "origin", "page", "progress", "screen", "segment", "source", "spool", "text", "tokens", "turns",
    "visit",
)  # fmt: skip
SETUP = """
import sys
from mypyc.build import mypycify
from setuptools import setup
modules = mypycify([*sys.argv[1:], "--config-file", "mypy.ini"], opt_level="2", debug_level="0")
setup(name="compiled", packages=[], ext_modules=modules, script_args=["-q", "build_ext", "--inplace"])
"""


class CompileError(Exception):
    """The sources were not compiled; the message says why."""


def fingerprint() -> str:
    """What stands for these sources and this Python; a few milliseconds."""
    digest = blake2b(sys.implementation.cache_tag.encode(), digest_size=8)
    for path in sorted(PACKAGE.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def folder() -> Path:
    """Where the compiled modules of these sources lie, if they were made."""
    return HOME / fingerprint()


def prefer() -> bool:
    """Let imports find the compiled modules first, where there are any. To be called before anything is imported."""
    found = folder()
    if not (found / "collector").is_dir():
        return False
    collector.__path__.insert(0, str(found / "collector"))
    sys.path.append(str(found))  # what the modules have in common
    return True


def make() -> Path:
    """Compile, unless it is done already, and take older ones away. Takes about a minute. Raises CompileError."""
    target = folder()
    if target.is_dir():
        return target
    if shutil.which("cc") is None:
        raise CompileError("there is no C compiler; install one (Debian: apt install gcc python3-dev)")
    with tempfile.TemporaryDirectory(prefix="sikdatne-") as name:
        work = Path(name)
        shutil.copytree(PACKAGE, work / "collector", ignore=shutil.ignore_patterns("static", "__pycache__"))
        (work / "mypy.ini").write_text("[mypy]\nignore_missing_imports = True\n", "utf-8")
        sources = [f"collector/{module}.py" for module in MODULES]
        done = subprocess.run(  # noqa: S603 of our own sources
            (sys.executable, "-c", SETUP, *sources), cwd=work, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CompileError("mypyc could not compile the sources:\n" + (done.stdout + done.stderr)[-2000:])
        keep(work, target)
    return target


def keep(work: Path, target: Path) -> None:
    """Move what was compiled in `work` to its place at once, so that nobody finds half of it."""
    HOME.mkdir(exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=HOME))
    (new / "collector").mkdir()
    for path in (*work.glob("*.so"), *work.glob("collector/*.so")):
        shutil.move(path, new / path.relative_to(work))
    new.chmod(0o755)
    try:
        new.rename(target)
    except OSError:  # made by somebody else meanwhile, from the same sources
        if not target.is_dir():
            raise
    for other in HOME.iterdir():
        if other != target:
            shutil.rmtree(other, ignore_errors=True)


def main() -> None:
    """Compile, and say how it went."""
    try:
        print(f"The counting path is compiled: {make()}")  # noqa: T201 a command
    except CompileError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
