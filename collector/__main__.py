"""The command `sikdatne`, also as `python -m collector`. Web processes count with compiled modules where they are."""

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == ["web"] and "--interpreted" not in sys.argv:
        from collector.compiled import prefer  # noqa: PLC0415 before the modules that may be compiled are imported

        prefer()
    from collector.cli import main as command_line  # noqa: PLC0415 the same

    command_line()


if __name__ == "__main__":
    main()
