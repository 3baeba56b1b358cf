"""``python -m specpc``: the same as the ``specpc`` script."""

from specpc_cli.main import main

main()
