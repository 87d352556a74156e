"""Serves one GGUF file over loopback with llama.cpp's own HTTP server, which xllamacpp carries.

    python serve.py GGUF ALIAS PORT

Prints `ready` once it answers, and ends with its parent: when standard input closes.
"""

import os
import sys

import xllamacpp

CONTEXT_TOKENS_PER_SLOT = 4096
SLOTS = 2


def parameters(gguf, alias, port):
    wanted = xllamacpp.CommonParams()
    wanted.model.path = gguf
    wanted.model_alias = {alias}
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = port
    wanted.n_parallel = SLOTS
    wanted.n_ctx = CONTEXT_TOKENS_PER_SLOT * SLOTS
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = min(2, os.cpu_count() or 1)
    return wanted


def main():
    gguf, alias, port = sys.argv[1:]
    server = xllamacpp.Server(parameters(gguf, alias, int(port)))
    print("ready", server.listening_address, flush=True)
    sys.stdin.read()
    # The native server's threads have no quick join, and nothing here is worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    main()
