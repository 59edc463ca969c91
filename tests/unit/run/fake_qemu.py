#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for QEMU: the same channels, and a script instead of a machine.

The script is a JSON list in the file that -kernel names. Each step is a list:
["print", text], ["sleep", seconds], ["clock", seconds], ["echo"] (prints a line that was typed),
["complain", text], ["exit", status], ["die", signal], ["pid"], ["hang"] (answers no more), ["off"]
(powers off, but finds no way out: the next question is answered by that event alone).
"""

import json
import os
import re
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

BASE = 1_767_225_600


def option(name: str) -> str:
    """The value of an option."""
    return sys.argv[sys.argv.index(name) + 1]


class Machine:
    """A machine whose program is a script."""

    def __init__(self) -> None:
        """Stand still, as -S says."""
        self.running = threading.Event()
        self.clock = 0
        self.hung = False
        self.off = False
        self.steps = json.loads(Path(option("-kernel")).read_text())

    def run(self) -> None:
        """Play the script."""
        for name, *values in self.steps:
            self.running.wait()
            getattr(self, f"do_{name}")(*values)
        signal.pause()

    def do_print(self, text: str) -> None:
        """Print on the console."""
        os.write(1, text.encode("latin-1"))

    def do_pid(self) -> None:
        """Print who this is."""
        self.do_print(f"[work] pid {os.getpid()}\r\n")

    def do_sleep(self, seconds: float) -> None:
        """Let the host's time pass."""
        time.sleep(seconds)

    def do_clock(self, seconds: int) -> None:
        """Let virtual time pass."""
        self.clock += seconds

    def do_echo(self) -> None:
        """Print what is typed, up to the end of the line."""
        self.do_print(sys.stdin.readline())

    def do_complain(self, text: str) -> None:
        """Print on stderr."""
        os.write(2, text.encode())

    def do_exit(self, status: int) -> None:
        """End."""
        os._exit(status)

    def do_die(self, number: int) -> None:
        """Be killed."""
        os.kill(os.getpid(), number)
        time.sleep(10)

    def do_hang(self) -> None:
        """Answer no more."""
        self.hung = True

    def do_off(self) -> None:
        """Power off, and hang."""
        self.off = self.hung = True

    def answer(self, request: dict[str, Any]) -> object:
        """Do a command of the machine protocol."""
        arguments = request.get("arguments", {})
        match request["execute"]:
            case "cont":
                self.running.set()
            case "stop":
                self.running.clear()
            case "quit":
                return None
            case "pmemsave":
                data = bytes(byte % 251 for byte in range(arguments["size"]))
                Path(arguments["filename"]).write_bytes(data)
            case "human-monitor-command":
                return self.monitor(arguments["command-line"])
            case "query-nothing":
                raise ValueError("there is nothing")
        return {}

    def monitor(self, line: str) -> str:
        """Do a command of the human monitor."""
        found = re.fullmatch(r"xp /1xw (0x[0-9a-f]+)", line)
        if not found or int(found.group(1), 16) != 0x901_0000:
            return "Cannot access memory\r\n"
        return f"0000000009010000: {BASE + self.clock:#010x}\r\n"


def serve(machine: Machine, connection: socket.socket) -> None:
    """Speak the machine protocol."""
    stream = connection.makefile("rw")

    def say(message: object) -> None:
        stream.write(json.dumps(message) + "\n")
        stream.flush()

    say({"QMP": {"version": {}, "capabilities": []}})
    for line in stream:
        if machine.off:
            say({"event": "SHUTDOWN", "data": {"guest": True, "reason": "guest-shutdown"}})
        if machine.hung:
            continue
        request = json.loads(line)
        say({"event": "SOMETHING", "data": {}})
        try:
            result = machine.answer(request)
        except ValueError as error:
            say({"error": {"class": "GenericError", "desc": str(error)}})
            continue
        say({"return": result or {}})
        if result is None:
            os._exit(0)


def main() -> None:
    """Be QEMU."""
    if "--version" in sys.argv:
        sys.stdout.write("QEMU emulator version 7.2.0\n")
        return
    if "bad" in sys.argv:
        sys.stderr.write("fake-qemu: unsupported machine type\n")
        sys.exit(1)
    if "mute" in " ".join(sys.argv):
        time.sleep(60)
    machine = Machine()
    threading.Thread(target=machine.run, daemon=True).start()
    descriptor = re.search(r"fd=(\d+)", " ".join(sys.argv))
    assert descriptor
    serve(machine, socket.socket(fileno=int(descriptor.group(1))))


main()
