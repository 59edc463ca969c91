# SPDX-License-Identifier: Apache-2.0
"""QEMU's machine protocol (docs/interop/qmp-spec): commands and answers as JSON lines."""

from __future__ import annotations

import json
from select import select
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import TimeoutError_, ToolFailedError

if TYPE_CHECKING:
    import socket

__all__ = ["Gone", "Qmp"]

_ANSWER = 60.0  # seconds after which QEMU counts as hung; a guest that polls can starve it long


class Gone(ToolFailedError):  # noqa: N818 - a state rather than an error
    """QEMU ended before it answered; its exit status says more."""


class Qmp:
    """A connection to a QEMU that listens."""

    def __init__(self, connection: socket.socket) -> None:
        """Greet QEMU. Raises Gone if it has ended, TimeoutError_ if it says nothing."""
        self._socket = connection
        self._socket.settimeout(_ANSWER)
        self._buffer = b""
        self._asked = False
        self.powered_off = False  # QEMU said that the machine has
        self._receive()  # QEMU speaks first
        self.command("qmp_capabilities")

    def command(self, name: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        """Give a command and return its result.

        Raises ToolFailedError if QEMU refuses it (Gone if it has ended), TimeoutError_ if it
        doesn't answer.
        """
        if self._asked:
            self._answer()  # to the earlier question; nobody waits for it any more
        self.ask(name, **arguments)
        return self._answer()

    def ask(self, name: str, **arguments: object) -> None:
        """Give a command without waiting for its result: `answered` tells it later.

        Does nothing while an earlier answer is still due.
        """
        if self._asked:
            return
        if self.powered_off:
            raise Gone("the machine has powered off")
        request: dict[str, object] = {"execute": name}
        if arguments:
            request["arguments"] = arguments
        self._send(json.dumps(request).encode() + b"\n")
        self._asked = True

    def answered(self, patience: float) -> Any | None:  # noqa: ANN401 - JSON
        """The result of what was asked, if it comes within some seconds; else None."""
        ready = b"\n" in self._buffer or select([self._socket], [], [], patience)[0]
        return self._answer() if ready else None

    def _answer(self) -> Any:  # noqa: ANN401 - JSON
        self._asked = False
        answer = self._receive()
        while "event" in answer:  # what has happened shows on the console and in QEMU's end
            self._note(answer["event"])
            answer = self._receive()
        if "error" in answer:
            raise ToolFailedError(
                f"QEMU refused: {answer['error'].get('desc', answer)}",
                hint="see which QEMU this is: mvpsdk doctor",
            )
        return answer["return"]

    def _note(self, event: str) -> None:
        """A question that meets the power-off may hang QEMU 7.2 for ever, the answer unsaid."""
        if event == "SHUTDOWN":
            self.powered_off = True
            raise Gone("the machine has powered off")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Gone("QEMU has ended") from error

    def _receive(self) -> dict[str, Any]:
        while b"\n" not in self._buffer:
            self._buffer += self._more()
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _more(self) -> bytes:
        try:
            data = self._socket.recv(65536)
        except TimeoutError as error:
            hint = "try again when this machine is less busy"
            raise TimeoutError_(f"QEMU did not answer for {_ANSWER:g} s", hint=hint) from error
        except OSError as error:
            raise Gone("QEMU has ended") from error
        if not data:
            raise Gone("QEMU has ended")
        return data
