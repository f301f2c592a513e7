# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's process: how it dies, what is no engine, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from partwise.backend.contract.requests import Ping
from partwise.blender_addon.engine import client as client_module

from tests.blender_addon.engine.children import (
    ACTOR,
    FRAME,
    HELLO,
    ROOT,
    Act,
    error,
    in_the_middle_of_a_job,
    is_alive,
    posix_only,
    program,
    result,
    running,
    settle,
    until,
)


@posix_only
def test_a_crash_is_reported_with_what_the_engine_said(actor):
    result(actor, Act("print"))
    call = in_the_middle_of_a_job(actor)
    os.kill(actor.pid, signal.SIGSEGV)
    found = settle(actor, call).error
    assert "SIGSEGV" in found.message
    assert "a print that must not reach the frames" in found.detail
    assert "Segmentation fault" in found.detail, "the fault handler's words"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FRAME + "send(type='hello', protocol=1, version='99.0')\nsys.stdin.read()", "(99.0)"),
        (FRAME + "send(type='hello', protocol=2)\nsys.stdin.read()", "none of this version"),
        ("print('I am a login banner', flush=True)\ninput()", "none of this version"),
        ("raise SystemExit(3)", "could not start: it ended with status 3"),
        ("import sys; sys.exit(2)", "could not start: it ended with status 2"),
        ("import sys; print('No luck. Buy more.', file=sys.stderr); sys.exit(2)", "No luck."),
        ("pass", "could not start: it ended with status 0"),
        (FRAME + HELLO + "print('garbage ' * 99, flush=True)\nsys.stdin.read()", "cannot be read"),
        (FRAME + HELLO + "import os, time; os.close(1); time.sleep(99)", "cannot be read"),
        (FRAME + HELLO + "sys.stdin.buffer.read(1); sys.exit(7)", "ended with status 7"),
    ],
)
def test_programs_that_are_no_engine(text, says):
    starts = []

    def command() -> list[str]:
        starts.append(text)
        return program(text)

    with running(command) as client:
        found = error(client, Ping())
        assert says in found.message
        assert found.hint
        time.sleep(2 * client_module.RESTART_DELAY)
        client.poll()
        assert len(starts) == (2 if HELLO in text else 1), "again only what once was an engine"


def test_a_python_that_is_not_there(tmp_path):
    with running(lambda: [str(tmp_path / "python"), "x.py"]) as client:
        found = error(client, Ping())
        assert "could not be started (No such file or directory)" in found.message
        assert "Install" in found.hint
        assert client.pid is None


def test_stop_ends_it_also_in_the_middle_of_a_job(actor):
    call = in_the_middle_of_a_job(actor)
    pid = actor.pid
    actor.stop()
    assert not is_alive(pid)
    assert "stopped" in call.error.message
    result(actor, Act("nothing"))  # and it can be used again


@posix_only
def test_an_engine_that_does_not_listen_is_killed():
    deaf = FRAME + HELLO + "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    deaf += "send(type='progress', id=1, stage='deaf', done=1, total=2)\ntime.sleep(99)"
    with running(lambda: program(deaf)) as client:
        call = client.submit(Ping())
        until(lambda: client.poll() and call.stage == "deaf")
        pid = client.pid
        client.stop(patience=0.2)
        assert not is_alive(pid)


def test_stop_before_it_has_started(client):
    call = client.submit(Ping())
    client.stop()
    assert call.error
    assert client.pid is None


@posix_only
@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "raise SystemExit"])
def test_it_ends_with_the_program_that_started_it(end):
    text = f"""
import os, signal, sys, types
package = types.ModuleType("partwise")
package.__path__ = [{str(ROOT)!r}]
sys.modules["partwise"] = package
from partwise.backend.contract.requests import Ping
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.engine.client import Client
client = Client(engine_command.command)
assert client.wait(client.submit(Ping()), 30)
print(client.pid, flush=True)
{end}
"""
    output = subprocess.run(program(text), capture_output=True, text=True, timeout=60)
    pid = int(output.stdout)
    until(lambda: not is_alive(pid))


def test_two_at_once_do_not_know_of_each_other(actor):
    call = in_the_middle_of_a_job(actor)
    with running(lambda: ACTOR) as other:
        result(other, Act("nothing"))
        assert other.pid != actor.pid
    actor.poll()
    assert not call.done
    assert is_alive(actor.pid)


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="reads sockets from /proc")
def test_it_listens_nowhere(client):
    result(client, Ping())
    links = [os.readlink(entry) for entry in Path(f"/proc/{client.pid}/fd").iterdir()]
    assert len(links) >= 3
    assert not [link for link in links if link.startswith("socket")]
