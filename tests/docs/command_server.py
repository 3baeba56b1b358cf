"""Runs commands in forks of one process that has imported everything: ``specpc`` in no time.

Every fork is a process with the caller's folder, environment and open files, and runs what the
console script runs. Its first answer is its number, to which the caller passes SIGTERM on; its
second is the exit code.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import socket
import sys
import traceback
from importlib import import_module

PRELOADED = (
    "matplotlib.pyplot",
    "rich.progress",
    "sentencex",
    "specpc.pipeline.compressor",
    "specpc.pipeline.documents",
    "specpc.evaluation.runner",
    "specpc.kv.answering",
    "specpc.models.lean.load",
    "specpc.serving.app",
    "specpc.structure",
    "specpc_cli.compress",
    "specpc_cli.main",
    "transformers.models.llama.modeling_llama",
    "uvicorn",
)
"""What several commands import; nothing here starts a thread, which forks would lose."""

CLIENT = """#!{python} -IS
import json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    argv = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
    call = {{"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ)}}
    socket.send_fds(server, [json.dumps(call).encode()], [0, 1, 2])
    server.shutdown(socket.SHUT_WR)
    answers = server.makefile()
    number = int(answers.readline())
    signal.signal(signal.SIGTERM, lambda *_: os.kill(number, signal.SIGTERM))
    sys.exit(int(answers.readline() or 255))
"""


def serve(address: str) -> None:
    """Answer calls until killed; says ``ready`` first."""
    for name in PRELOADED:
        import_module(name)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
        while True:
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _answer(caller)
            caller.close()


def _answer(caller: socket.socket) -> None:
    """Run one command as its caller would, send the exit code, and end this process."""
    code = 255
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        caller.sendall(b"%d\n" % os.getpid())
        data, files, _, _ = socket.recv_fds(caller, 1 << 20, 3)
        while more := caller.recv(1 << 20):
            data += more
        call = json.loads(data)
        for target, file in enumerate(files):
            os.dup2(file, target)
            os.close(file)
        os.chdir(call["cwd"])
        os.environ.clear()
        os.environ.update(call["env"])
        sys.argv = call["argv"]
        code = _run()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        caller.sendall(str(code).encode())
        os._exit(0)


def _run() -> int:
    """``specpc ...``, or ``python-script FILE``."""
    from specpc_cli import main as command_line

    command_line.leave = lambda code: None  # the caller is told first
    try:
        if sys.argv[0] == "python-script":
            sys.argv = sys.argv[1:]
            runpy.run_path(sys.argv[0], run_name="__main__")
        else:
            command_line.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
