"""The event loop's selector: few sockets a turn, and none forgotten."""

from __future__ import annotations

import selectors
import socket
from contextlib import ExitStack

from harness.models.api.sender import FEW, FewAtATime


def test_every_ready_socket_has_its_turn_a_few_at_a_time() -> None:
    with ExitStack() as stack:
        selector = stack.enter_context(FewAtATime())
        for number in range(10):
            near, far = socket.socketpair()
            stack.enter_context(near)
            stack.enter_context(far)
            far.sendall(bytes([number]))
            selector.register(near, selectors.EVENT_READ)
        turns = []
        while ready := selector.select(0):
            turns.append([key.fileobj.recv(1)[0] for key, _ in ready])  # type: ignore[union-attr]
    assert max(map(len, turns)) <= FEW
    assert sorted(number for turn in turns for number in turn) == list(range(10))
