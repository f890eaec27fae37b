"""gunicorn as docs tell operators to start it, and what its workers use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from app.config import ROOT
from tests import servers

NANOSECONDS = 1_000_000


@dataclass(frozen=True)
class Server:
    """A running gunicorn: its port and its own process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, address: str, headers: Mapping[str, str], count: int) -> float:
        """Ask so many times over one connection; the CPU of the workers for one request in ms."""
        before = cpu_of_children_ms(self.process.pid)
        connection = HTTPConnection("127.0.0.1", self.port)
        for _ in range(count):
            connection.request("GET", address, headers=dict(headers))
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(f"{address} answered {response.status}")
        connection.close()
        return (cpu_of_children_ms(self.process.pid) - before) / count


def cpu_of_children_ms(parent: int) -> float:
    """CPU that the living children of a process have used so far."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
    return sum(cpu_ms(int(child)) for child in children.split())


def cpu_ms(process: int) -> float:
    """CPU that the threads of a process have used so far (see proc(5), schedstat)."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text("ascii").split()[0]) for task in tasks) / NANOSECONDS


@contextmanager
def served(module: str, environment: Mapping[str, str], workers: int = 1) -> Iterator[Server]:
    """Serve an application on a free port."""
    port = servers.free_port()
    command = [f"{Path(sys.executable).parent}/gunicorn", "--no-control-socket"]
    command += [f"--workers={workers}", "--threads=4", "--log-level=warning"]
    command += [f"--bind=127.0.0.1:{port}", module]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        servers.wait_for(port)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(timeout=20)
