"""Lanes: fair queueing of the tenants' requests onto a limited number of threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from apps.api.edge.lanes import SLOW, Busy, Gone, Lanes


class Gate:
    """Calls that block until they are let through; `begun` lists their names in the order in which they began."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._open = threading.Semaphore(0)

    def call(self, name: str) -> Callable[[], str]:
        def wait() -> str:
            self.begun.append(name)
            assert self._open.acquire(timeout=30)
            return name

        return wait

    async def let_through(self, count: int, begun: int) -> None:
        """Let `count` calls end, and wait until `begun` have begun in all."""
        for _ in range(count):
            self._open.release()
        for _ in range(3_000):
            if len(self.begun) >= begun:
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"{self.begun} have begun")


async def request(lanes: Lanes, key: str, call: Callable[[], Any], **options: Any) -> Any:
    with lanes.enter(key) as lane:
        return await lanes.run(lane, call, **options)


def lanes(threads: int = 3, share: int = 2, room: int = 100, patience: float = 30) -> Lanes:
    return Lanes(threads=threads, share=share, room=room, patience=patience)


def run(test: Callable[[Gate], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(test(Gate()))


def test_lane_is_limited_to_its_share_of_threads():
    async def test(gate: Gate) -> None:
        ours = lanes()
        expensive = [asyncio.create_task(request(ours, "acme", gate.call(f"acme {n}"))) for n in range(4)]
        await gate.let_through(0, begun=2)

        other = asyncio.create_task(request(ours, "globex", gate.call("globex")))
        await gate.let_through(0, begun=3)

        assert gate.begun[2] == "globex"
        await gate.let_through(5, begun=5)
        assert await asyncio.gather(*expensive, other) == ["acme 0", "acme 1", "acme 2", "acme 3", "globex"]

    run(test)


def test_slow_lane_is_limited_to_one_thread():
    async def test(gate: Gate) -> None:
        ours = lanes()
        slow = [asyncio.create_task(request(ours, "acme", gate.call(f"acme {n}"))) for n in range(4)]
        await gate.let_through(0, begun=2)
        await asyncio.sleep(2 * SLOW)

        await gate.let_through(2, begun=3)  # two end, one begins
        await asyncio.sleep(2 * SLOW)

        assert gate.begun[2:] == ["acme 2"]
        await gate.let_through(2, begun=4)
        await asyncio.gather(*slow)

    run(test)


def test_waiting_lanes_take_turns():
    async def test(gate: Gate) -> None:
        ours = lanes(threads=1, share=1)
        tasks = [asyncio.create_task(request(ours, "acme", gate.call(f"acme {n}"))) for n in range(4)]
        await asyncio.sleep(0)
        tasks += [asyncio.create_task(request(ours, name, gate.call(name))) for name in ("globex", "initech")]
        await asyncio.sleep(0)

        await gate.let_through(6, begun=6)
        await asyncio.gather(*tasks)

        assert gate.begun == ["acme 0", "globex", "initech", "acme 1", "acme 2", "acme 3"]

    run(test)


def test_call_over_the_queue_timeout_is_refused_and_never_begins():
    async def test(gate: Gate) -> None:
        ours = lanes(threads=1, share=1, patience=0.05)
        first = asyncio.create_task(request(ours, "acme", gate.call("first")))
        await gate.let_through(0, begun=1)

        with pytest.raises(Busy):
            await request(ours, "acme", gate.call("second"))
        await gate.let_through(1, begun=1)

        assert (await first, gate.begun) == ("first", ["first"])
        third = asyncio.create_task(request(ours, "acme", gate.call("third")))
        await gate.let_through(1, begun=2)
        assert await third == "third"

    run(test)


def test_call_of_a_disconnected_client_never_begins():
    async def test(gate: Gate) -> None:
        ours, gone = lanes(threads=1, share=1), asyncio.Event()
        first = asyncio.create_task(request(ours, "acme", gate.call("first")))
        await gate.let_through(0, begun=1)
        second = asyncio.create_task(request(ours, "acme", gate.call("second"), disconnect=gone.wait))
        await asyncio.sleep(0)

        gone.set()
        with pytest.raises(Gone):
            await second
        await gate.let_through(1, begun=1)

        assert (await first, gate.begun) == ("first", ["first"])

    run(test)


def test_full_lane_refuses_while_others_have_room():
    async def test(gate: Gate) -> None:
        ours = lanes(room=2)
        tasks = [asyncio.create_task(request(ours, "acme", gate.call("acme"))) for _ in range(2)]
        await gate.let_through(0, begun=2)

        with pytest.raises(Busy), ours.enter("acme"):
            pass
        with ours.enter("globex"):
            pass
        await gate.let_through(2, begun=2)
        await asyncio.gather(*tasks)

        with ours.enter("acme"):
            pass

    run(test)


def test_exception_of_a_call_propagates_and_frees_its_thread():
    async def test(gate: Gate) -> None:
        ours = lanes(threads=1, share=1)

        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await request(ours, "acme", lambda: 1 / 0)

        assert await request(ours, "acme", lambda: threading.current_thread() is not threading.main_thread())

    run(test)


def test_cancelled_request_frees_its_thread_when_its_call_ends():
    async def test(gate: Gate) -> None:
        ours = lanes(threads=1, share=1)
        abandoned = asyncio.create_task(request(ours, "acme", gate.call("abandoned")))
        await gate.let_through(0, begun=1)

        abandoned.cancel()
        following = asyncio.create_task(request(ours, "acme", gate.call("following")))
        await gate.let_through(2, begun=2)

        assert await following == "following"

    run(test)
