"""Fair scheduling of blocking calls on a few threads, one lane per tenant.

A thread that waits for one tenant's statement serves no other tenant. So no lane may occupy every thread, lanes with
waiting calls take turns, and a call that cannot begin soon is refused instead of keeping its client waiting.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Hashable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

Disconnect = Callable[[], Coroutine[Any, Any, Any]]
SHORT_WAIT = 0.05  # seconds
SLOW = 0.1  # seconds; after a call that took longer, its lane may use only one thread


class Busy(Exception):
    """The lane is full, or the call waited too long for its turn. The call has not begun."""


class Gone(Exception):
    """The client disconnected before its call began."""


class Lane:
    """One tenant's requests: `present` counts all, `running` those on a thread; `waiting` holds the queued calls."""

    def __init__(self) -> None:
        self.present = self.running = 0
        self.is_slow = False
        self.waiting: deque[_Call] = deque()


class _Call:
    def __init__(self, lane: Lane, function: Callable[[], Any]) -> None:
        self.lane, self.function = lane, function
        self.loop = asyncio.get_running_loop()
        self.begun_at = 0.0
        self.result: asyncio.Future[Any] = self.loop.create_future()
        self.stops: list[Callable[[], object]] = []  # cancel the timers and tasks that watch it while it waits


class Lanes:
    """All lanes, sharing a pool of `threads`. Only the event loop's thread may touch their state.

    At most `share` calls of one lane run at once, or one if its last call was slow. At most `room` requests of a lane
    are present (receiving a body, waiting or running). A call that has not begun after `patience` seconds is refused.
    """

    def __init__(self, *, threads: int, share: int, room: int, patience: float) -> None:
        self._idle, self._share, self._room, self._patience = threads, share, room, patience
        self._lanes: dict[Hashable, Lane] = {}
        self._turns: deque[Lane] = deque()  # lanes that may begin a waiting call, in order of their turns
        self._begun: SimpleQueue[_Call] = SimpleQueue()
        for _ in range(threads):
            threading.Thread(target=self._work, daemon=True).start()

    @contextmanager
    def enter(self, key: Hashable) -> Iterator[Lane]:
        """Count a request as present in the lane of `key` inside the block. Raises Busy when the lane is full."""
        lane = self._lanes.setdefault(key, Lane())
        if lane.present >= self._room:
            raise Busy
        lane.present += 1
        try:
            yield lane
        finally:
            lane.present -= 1
            if not lane.present:
                del self._lanes[key]

    async def run(
        self,
        lane: Lane,
        function: Callable[[], Any],
        disconnect: Disconnect | None = None,
    ) -> Any:
        """Run `function` on a thread and return its result. Raises its exception, or Busy or Gone if it never began.

        `disconnect` returns once the client has disconnected; it is awaited only for calls that wait long.
        """
        call = _Call(lane, function)
        if self._idle and self._has_turn(lane) and not lane.waiting:
            self._begin(call)
            return await call.result
        call.lane.waiting.append(call)
        self._take_turn(call.lane)
        # Most calls wait for milliseconds; only longer waits are worth a task that watches for a disconnect.
        timer = call.loop.call_later(SHORT_WAIT, self._watch, call, disconnect)
        try:
            return await call.result
        finally:
            timer.cancel()
            for stop in call.stops:
                stop()
            if call.result.cancelled() and call in lane.waiting:
                lane.waiting.remove(call)

    def _watch(self, call: _Call, disconnect: Disconnect | None) -> None:
        """Refuse the call when its patience ends or its client disconnects."""
        timer = call.loop.call_later(self._patience - SHORT_WAIT, self._refuse, call, Busy)
        call.stops.append(timer.cancel)
        if disconnect:
            watcher = call.loop.create_task(disconnect())
            watcher.add_done_callback(lambda done: None if done.cancelled() else self._refuse(call, Gone))
            call.stops.append(watcher.cancel)

    def _take_turn(self, lane: Lane) -> None:
        if lane.waiting and self._has_turn(lane) and lane not in self._turns:
            self._turns.append(lane)

    def _has_turn(self, lane: Lane) -> bool:
        # Slow calls load the database: two of them at once would slow the other lanes twice as much.
        return lane.running < (1 if lane.is_slow else self._share)

    def _begin(self, call: _Call) -> None:
        self._idle -= 1
        call.lane.running += 1
        call.begun_at = call.loop.time()
        self._begun.put(call)

    def _refuse(self, call: _Call, reason: type[Exception]) -> None:
        if call in call.lane.waiting:
            call.lane.waiting.remove(call)
            call.result.set_exception(reason())

    def _finish(self, call: _Call, result: Any, error: BaseException | None) -> None:
        self._idle += 1
        call.lane.running -= 1
        call.lane.is_slow = call.loop.time() - call.begun_at > SLOW
        if call.result.cancelled():  # The server has abandoned the request.
            pass
        elif error is None:
            call.result.set_result(result)
        else:
            call.result.set_exception(error)
        self._take_turn(call.lane)
        while self._idle and self._turns:
            lane = self._turns.popleft()
            if lane.waiting and self._has_turn(lane):  # Otherwise its last waiting call was refused meanwhile.
                self._begin(lane.waiting.popleft())
                self._take_turn(lane)

    def _work(self) -> None:
        while True:
            call = self._begun.get()
            result, error = None, None
            try:
                result = call.function()
            except BaseException as exception:
                error = exception
            call.loop.call_soon_threadsafe(self._finish, call, result, error)
            del call, result, error  # Otherwise an idle thread would keep the last request in memory.
