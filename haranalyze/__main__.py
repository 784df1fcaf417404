"""``python -m haranalyze``."""

from haranalyze.cli import main

main(prog_name="haranalyze")
