#!/usr/bin/env python3
"""A Raft peer in Python that joins a cluster of Whitewater, follows its leaders and votes.

    python3 peer.py --id p3 --peers p1,p2,p3 --relay http://127.0.0.1:7070 --data data/p3

Python 3.9 or later on Linux or macOS, and nothing besides. See README.md next to this file.
"""

import argparse
import asyncio
import logging
import os
import platform
import random
import re
import signal
import sys
import uuid
from pathlib import Path
from time import monotonic
from urllib.parse import urlencode, urlsplit, urlunsplit

from frames import RELAY, Dropped, Frames, check_secret
from store import Store, StoreError
from voter import Voter
from websocket import Closed, Refused, WebSocket

PROTOCOL_VERSION = 2
FRAME_BYTES_MAX = 1024 * 1024
# Of what waits to be sent. Beyond it frames are dropped: Raft repeats what matters.
WAITING_BYTES_MAX = 4 * 1024 * 1024
WELCOME_S_MAX = 3
# Between two statuses, while things change, and while nothing does.
STATUS_S_MIN, STATUS_S_MAX = 0.05, 1
# The relay pings every 0.6 s. Without a sign of life for so long, ask; then so long for an answer.
SILENT_S, PATIENCE_S = 1, 2
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.05, 2
# Between two lines about frames that are dropped for one cause.
WARN_S_MIN = 10
# To connect again would not help, or do harm.
FINAL_CODES = {
    "REQUEST_INVALID",
    "TOKEN_WRONG",
    "HOST_REFUSED",
    "PROTOCOL_VERSION_UNSUPPORTED",
    "IDENTITY_REPLACED",
}

log = logging.getLogger("peer")


class Fatal(Exception):
    """A reason to end, told to people."""


class Peer:
    """Carries frames between the relay and the voter, and comes back when a connection ends."""

    def __init__(self, options, store):
        minimum, maximum = options.election_timeout
        self._options = options
        self._store = store
        self._instance = uuid.uuid4().hex
        self._voter = Voter(options.id, self._instance, options.peers, store, minimum)
        self._settings = {
            "heartbeatMs": options.heartbeat,
            "electionTimeoutMsMin": minimum,
            "electionTimeoutMsMax": maximum,
            "preVote": True,
            "checkQuorum": True,
            "storage": "disk",
            "pid": os.getpid(),
        }
        self._started_at = monotonic()
        self._frames = Frames(options.cluster, options.id, options.secret)
        # By cause: when it was warned of, and how often not since.
        self._warned = {}
        self._next_id = 1
        self._changed = asyncio.Event()
        self._told = None

    async def run(self):
        """Connects again and again. Raises Fatal or StoreError when there is no point in it."""
        backoff_s = BACKOFF_S_MIN
        while True:
            connected_at = monotonic()
            try:
                await self._connection()
            except (Refused, Closed) as ending:
                code = ending.code if isinstance(ending, Refused) else ending.reason
                if code in FINAL_CODES:
                    raise Fatal(str(ending)) from ending
                log.warning("the relay: %s", ending)
            except (OSError, asyncio.TimeoutError) as error:
                log.warning("the relay cannot be reached: %s", error or "no answer in time")
            if monotonic() - connected_at > BACKOFF_S_MAX:
                backoff_s = BACKOFF_S_MIN
            # Jittered: peers that lost one relay should not come back at one moment.
            await asyncio.sleep(backoff_s * random.uniform(0.5, 1))
            backoff_s = min(2 * backoff_s, BACKOFF_S_MAX)

    async def _connection(self):
        """From the upgrade to the end of one connection."""
        socket = await asyncio.wait_for(self._dial(), WELCOME_S_MAX)
        tasks = [asyncio.create_task(work) for work in (self._receive(socket), self._tell(socket))]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            socket.close()

    async def _dial(self):
        """Opens the socket, says Hello, and waits for Welcome."""
        options = self._options
        query = urlencode({"cluster": options.cluster, "id": options.id})
        headers = {"Authorization": f"Bearer {options.token}"} if options.token else {}
        socket = await WebSocket.connect(f"{options.relay}/peer?{query}", headers, FRAME_BYTES_MAX)
        try:
            hello = {
                "protocolVersion": PROTOCOL_VERSION,
                "application": "raft",
                "instance": self._instance,
                **({"signs": True} if self._frames.signs else {}),
                "software": f"whitewater-example/1 python/{platform.python_version()}",
            }
            self._send(socket, "Hello", RELAY, hello)
            while True:
                frame = self._read(await socket.receive())
                if frame is not None and frame.kind == "Welcome" and frame.sender == RELAY:
                    break
            # The relay takes and forwards frames up to this size.
            socket.message_bytes_max = frame.body["frameBytesMax"]
            log.info("connected as %s to %s", options.id, options.relay)
            return socket
        except BaseException:
            socket.abort()
            raise

    async def _receive(self, socket):
        while True:
            frame = self._read(await socket.receive())
            if frame is None or frame.sender == RELAY:
                continue
            # What the store writes in here is on the disk before the answer is sent.
            answer = self._voter.handle(frame.sender, frame.id, frame.kind, frame.body)
            if answer is not None:
                self._send(socket, answer[0], frame.sender, answer[1])
            self._changed.set()

    async def _tell(self, socket):
        """Tells the relay the status, at changes and regularly, and watches over its silence."""
        asked_at = 0
        while True:
            self._changed.clear()
            status = {
                **self._voter.status(),
                **self._settings,
                "uptimeMs": (monotonic() - self._started_at) * 1000,
            }
            self._send(socket, "Status", RELAY, status)
            self._log_news(status)
            await asyncio.sleep(STATUS_S_MIN)
            try:
                await asyncio.wait_for(self._changed.wait(), STATUS_S_MAX)
            except asyncio.TimeoutError:
                pass
            now = monotonic()
            if asked_at > socket.heard_at:
                if now - asked_at > PATIENCE_S:
                    socket.abort()
                    raise Closed(reason=f"silent for {now - socket.heard_at:.1f} s")
            elif now - socket.heard_at > SILENT_S:
                # Ask first: perhaps it was this process that stood still for a while.
                asked_at = now
                self._send(socket, "Ping", RELAY, {})

    def _read(self, text):
        """The frame; None when it is not to be used."""
        try:
            frame = self._frames.decode(text)
        except Dropped as error:
            self._warn(error.cause, f"dropped a frame, {error.cause}: {error}")
            return None
        if frame.is_signed and frame.sender != RELAY and not self._frames.signs:
            why = f"{frame.sender} signs what it says, and takes nothing that is not signed"
            self._warn("does not sign", f"{why}; start this peer with --secret-file")
        if frame.kind == "Refused" and frame.sender == RELAY:
            log.warning("the relay refused a frame: %s", frame.body)
        return frame

    def _warn(self, cause, text):
        """At most so often: whoever sends nonsense should not fill a disk."""
        now = monotonic()
        warned_at, left_out = self._warned.get(cause, (now - WARN_S_MIN, 0))
        if now - warned_at < WARN_S_MIN:
            self._warned[cause] = (warned_at, left_out + 1)
            return
        self._warned[cause] = (now, 0)
        more = f" (and {left_out} more since the last such line)" if left_out else ""
        log.warning("%s%s", text, more)

    def _send(self, socket, kind, receiver, body):
        if socket.waiting_bytes > WAITING_BYTES_MAX:
            return
        socket.send_text(self._frames.encode(kind, receiver, self._next_id, body))
        self._next_id += 1

    def _log_news(self, status):
        news = {name: status[name] for name in ("term", "votedFor", "leader")}
        if news != self._told:
            log.info("term %(term)s, voted for %(votedFor)s, leader %(leader)s", news)
            self._told = news


def parse(words=None):
    """The command line. Its flags are those of `whitewater peer`, as far as there are any."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--id", required=True, help="this peer's id, such as p3")
    parser.add_argument(
        "--peers",
        required=True,
        type=lambda text: text.split(","),
        help="the ids of all voters at the cluster's beginning, the same for each",
    )
    parser.add_argument("--cluster", default="demo", help="name of the cluster; demo by default")
    parser.add_argument(
        "--relay",
        type=_relay,
        default=_relay("http://127.0.0.1:7070"),
        help="where the relay answers; http://127.0.0.1:7070 by default",
    )
    parser.add_argument("--data", help="directory of term, vote and log; data/ID by default")
    parser.add_argument("--token-file", help="a file that holds the relay's token")
    parser.add_argument(
        "--secret-file",
        default=os.environ.get("WHITEWATER_SECRET_FILE"),
        help="a file with the secret by which the endpoints of the cluster sign what they say",
    )
    parser.add_argument(
        "--election-timeout",
        type=_range,
        default=(250, 400),
        metavar="MIN..MAX",
        help="milliseconds, as the other peers have them; 250..400 by default",
    )
    parser.add_argument("--heartbeat", type=int, default=100, help="milliseconds; 100 by default")
    options = parser.parse_args(words)
    name = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
    for text in [options.id, options.cluster, *options.peers]:
        if name.fullmatch(text) is None:
            parser.error(f"{text!r} is not a legal name")
    if options.id not in options.peers:
        parser.error(f"--peers {','.join(options.peers)} does not name {options.id}: it lists all voters, this one too")
    options.data = options.data or f"data/{options.id}"
    options.token = os.environ.get("WHITEWATER_TOKEN", "")
    if options.token_file:
        options.token = Path(options.token_file).read_text(encoding="ascii").strip()
    options.secret = None
    if options.secret_file:
        try:
            options.secret = check_secret(Path(options.secret_file).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            parser.error(f"--secret-file {options.secret_file}: {error}")
    return options


def _relay(text):
    parts = urlsplit(text)
    schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
    if parts.scheme not in schemes or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text} is not an address like http://127.0.0.1:7070")
    return urlunsplit((schemes[parts.scheme], parts.netloc, parts.path.rstrip("/"), "", ""))


def _range(text):
    match = re.fullmatch(r"(\d+)\.\.(\d+)", text)
    if match is None or not 0 < int(match[1]) < int(match[2]):
        raise argparse.ArgumentTypeError(f"{text} is not a range of milliseconds like 250..400")
    return int(match[1]), int(match[2])


async def _main(options):
    store = Store(options.data)
    log.info("term %s, %s entries in %s", store.term, store.last_index, options.data)
    try:
        running = asyncio.ensure_future(Peer(options, store).run())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        await running
    except asyncio.CancelledError:
        log.info("ends")
    finally:
        store.close()


def main():
    options = parse()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        asyncio.run(_main(options))
    except (Fatal, StoreError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
