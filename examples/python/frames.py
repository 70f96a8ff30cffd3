"""Frames as they stand on the wire, and the signatures of a cluster that has a secret."""

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64encode
from collections import namedtuple

RELAY = "@relay"
SECRET_LENGTH_MIN, SECRET_LENGTH_MAX = 16, 1024

_NAME = r"@relay|[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
# The keys in the order in which a relay writes every frame that it forwards.
_HEAD = re.compile(
    rf'\{{"type":"([A-Za-z][A-Za-z0-9]{{0,63}})","from":"({_NAME})","to":"({_NAME})",'
    r'"id":(0|[1-9][0-9]{0,15})(?:,"mac":"([A-Za-z0-9_-]{43})")?,"body":'
)

Frame = namedtuple("Frame", "kind sender id body is_signed")


class Dropped(Exception):
    """A frame that must not be used. `cause` is one of a few words, `str()` says more."""

    def __init__(self, cause, problem):
        super().__init__(problem)
        self.cause = cause


class Frames:
    """Writes and reads the frames of one endpoint; with a secret, signs and checks them."""

    def __init__(self, cluster, endpoint, secret=None):
        self._cluster = cluster
        self._endpoint = endpoint
        self._key = None
        if secret is not None:
            self._key = _hmac(secret.encode("utf-8"), "whitewater frame key 1")

    @property
    def signs(self):
        return self._key is not None

    def encode(self, kind, receiver, frame_id, body):
        """The text of a frame to another endpoint, or to the relay, which is never signed."""
        # The keys in this order and without blanks, which lets the relay forward without parsing.
        head = {"type": kind, "from": self._endpoint, "to": receiver, "id": frame_id}
        text = _json(body)
        if self._key is not None and receiver != RELAY:
            head["mac"] = self._mac(kind, self._endpoint, receiver, str(frame_id), text)
        return f'{_json(head)[:-1]},"body":{text}}}'

    def decode(self, text):
        """The frame that stands there. Raises Dropped for one that is not to be used."""
        head = _HEAD.match(text)
        if head is None or not text.endswith("}"):
            raise Dropped("malformed", "its head is malformed")
        kind, sender, receiver, frame_id, mac = head.groups()
        # What is signed is the body's very text, and that alone is read: nothing behind it counts.
        body = text[head.end() : -1]
        if self._key is not None and sender != RELAY:
            self._check(mac, kind, sender, receiver, frame_id, body)
        # The signature of a frame for somebody else is as good.
        if receiver != self._endpoint:
            raise Dropped("misaddressed", f"a {kind} for {receiver}")
        try:
            return Frame(kind, sender, int(frame_id), json.loads(body), mac is not None)
        except (ValueError, RecursionError) as error:
            raise Dropped("malformed", f"a {kind} from {sender}: {error}") from error

    def _check(self, mac, kind, sender, receiver, frame_id, body):
        if mac is None:
            advice = f"start {sender} with the secret of this cluster (--secret-file)"
            raise Dropped("unsigned", f"a {kind} from {sender}; {advice}")
        if not hmac.compare_digest(mac, self._mac(kind, sender, receiver, frame_id, body)):
            why = "it has another secret, or the frame was changed on its way"
            advice = "give all peers and clients the same --secret-file"
            raise Dropped("wronglySigned", f"a {kind} from {sender}: {why}; {advice}")

    def _mac(self, kind, sender, receiver, frame_id, body):
        head = ("whitewater frame 1", self._cluster, kind, sender, receiver, frame_id)
        mac = _hmac(self._key, "".join(f"{part}\n" for part in head) + body)
        return urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")


def check_secret(secret):
    """The secret of a file, without the blanks around it. Raises ValueError if it is none."""
    secret = secret.strip()
    if not SECRET_LENGTH_MIN <= len(secret) <= SECRET_LENGTH_MAX:
        legal = f"{SECRET_LENGTH_MIN} to {SECRET_LENGTH_MAX}"
        advice = '"openssl rand -hex 32" makes one'
        raise ValueError(f"it has {len(secret)} characters, not {legal}: {advice}")
    return secret


def _hmac(key, text):
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()


def _json(value):
    return json.dumps(value, separators=(",", ":"))
