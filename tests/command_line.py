"""The command line with all of its commands, to be run in the tests' own process."""

from specpc_cli.main import make_app

app = make_app()
