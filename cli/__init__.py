"""The command line of specpc, installed as ``specpc_cli``."""
