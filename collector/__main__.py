"""`python -m collector` is the command `sikdatne`."""

from collector.cli import main

main()
