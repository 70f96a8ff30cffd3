"""A Raft peer that follows and votes, and never stands for election itself.

The algorithm alone: a frame goes in, its answer comes out, and what the answer claims is on the
disk by then. Written after docs/PROTOCOL.md, to which the words in quotation marks belong.
"""

import base64
import binascii
import re
from time import monotonic

_TERM_MAX = 2**48
_INTEGER_MAX = 2**53 - 1
_TERM_JUMP_MAX = 2**32
_ENTRIES_MAX = 65536
_MEMBERS_MAX = 128
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


def _is_integer(value, maximum=_INTEGER_MAX):
    # To Python, true and false are numbers; to JSON they are not.
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= maximum


def _is_term(value):
    return _is_integer(value, _TERM_MAX)


def _is_flag(value):
    return isinstance(value, bool)


def _is_id(value):
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_ids(value):
    return isinstance(value, list) and len(value) <= _MEMBERS_MAX and all(map(_is_id, value))


def _is_base64(value):
    try:
        base64.b64decode(value, validate=True)
        return isinstance(value, str)
    except (binascii.Error, ValueError, TypeError):
        return False


def _is_configuration(value):
    fields = {"voters": _is_ids, "votersOutgoing": _is_ids, "learners": _is_ids}
    return _has_shape(value, fields)


def _is_entry(value):
    kinds = {
        "command": {"command": lambda command: isinstance(command, str)},
        "noOp": {},
        "configuration": {"configuration": _is_configuration},
    }
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        return False
    return _has_shape(value, {"term": _is_term, "type": _is_id, **kinds[kind]})


def _is_entries(value):
    return isinstance(value, list) and len(value) <= _ENTRIES_MAX and all(map(_is_entry, value))


def _has_shape(value, fields):
    """Bodies are strict: exactly these fields, each as its check wants it."""
    return (
        isinstance(value, dict)
        and value.keys() == fields.keys()
        and all(check(value[name]) for name, check in fields.items())
    )


_LOG_POSITION = {"lastLogIndex": _is_integer, "lastLogTerm": _is_term}

# The requests that a voter gets. Replies it gets none, since it asks for nothing.
REQUESTS = {
    "PreVote": {"term": _is_term, **_LOG_POSITION},
    "RequestVote": {"term": _is_term, **_LOG_POSITION, "leadershipTransfer": _is_flag},
    "AppendEntries": {
        "term": _is_term,
        "prevLogIndex": _is_integer,
        "prevLogTerm": _is_term,
        "leaderCommit": _is_integer,
        "round": _is_integer,
        "entries": _is_entries,
    },
    "InstallSnapshot": {
        "term": _is_term,
        "lastIncludedIndex": _is_integer,
        "lastIncludedTerm": _is_term,
        "configuration": _is_configuration,
        "offset": _is_integer,
        "data": _is_base64,
        "done": _is_flag,
    },
    "ReadIndex": {"term": _is_term, "readId": _is_integer},
    "TimeoutNow": {"term": _is_term},
}


class Voter:
    """One peer's part in elections and replication. All state that lasts is in its store."""

    def __init__(self, peer_id, instance, voters, store, election_timeout_ms_min):
        self.peer_id = peer_id
        self.leader = None
        self.leader_heard_at = None
        self.commit_index = store.snapshot_index
        self._instance = instance
        self._store = store
        self._initial = {"voters": voters, "votersOutgoing": [], "learners": []}
        self._promise_s = election_timeout_ms_min / 1000
        # Before a restart it may have promised a leader not to elect another one.
        self._promised_until = monotonic() + (self._promise_s if store.term > 0 else 0)
        self._snapshot_under_way = None
        self._snapshot_bytes = 0

    def handle(self, sender, frame_id, kind, body):
        """The answer to a request, as (type, body); None if there is none to give."""
        if kind == "ClientRequest":
            return self._on_ClientRequest(body)
        if kind not in REQUESTS or not _has_shape(body, REQUESTS[kind]):
            return None
        if body["term"] > self._store.term + _TERM_JUMP_MAX:
            return None
        if kind == "TimeoutNow":
            return None  # A voter that never stands lets the leader's transfer run out.
        answer = getattr(self, f"_on_{kind}")(sender, body)
        if answer is None:
            return None
        head = {"term": self._store.term, "requestTerm": body["term"], "inReplyTo": frame_id}
        return f"{kind}Reply", {**head, **answer}

    def _on_PreVote(self, _sender, body):
        refusal = None
        if body["term"] <= self._store.term:
            refusal = "staleTerm"
        elif self._is_promised():
            refusal = "leaderAlive"
        elif not self._is_up_to_date(body):
            refusal = "logBehind"
        return _vote(refusal)

    def _on_RequestVote(self, sender, body):
        store = self._store
        if body["term"] < store.term:
            return _vote("staleTerm")
        voted_for = store.voted_for if body["term"] == store.term else None
        refusal = None
        if voted_for not in (None, sender):
            refusal = "alreadyVoted"
        elif voted_for is None and self._is_promised() and not body["leadershipTransfer"]:
            return _vote("leaderAlive")  # And the term is not adopted.
        elif not self._is_up_to_date(body):
            refusal = "logBehind"
        self._enter(body["term"], sender if refusal is None else voted_for)
        return _vote(refusal)

    def _on_AppendEntries(self, sender, body):
        store = self._store
        previous, entries = body["prevLogIndex"], body["entries"]
        # Priority 0 tells the leader that this peer does not want to lead.
        head = {"round": body["round"], "prevLogIndex": previous, "priority": 0, "neverLeads": True}
        if body["term"] < store.term:
            return {**head, "success": False, "matchIndex": 0}
        terms = [body["prevLogTerm"], *(entry["term"] for entry in entries), body["term"]]
        if terms != sorted(terms) or not self._follow(sender, body["term"]):
            return None
        # What the snapshot covers is committed, so it agrees, and needs no comparing.
        if previous >= store.snapshot_index:
            held = store.term_at(previous)
            if held != body["prevLogTerm"]:
                return {**head, "success": False, "matchIndex": 0, **self._conflict(previous)}
        for index, entry in enumerate(entries, previous + 1):
            if index > store.snapshot_index and store.term_at(index) != entry["term"]:
                if index <= self.commit_index:
                    return None  # No correct leader can have sent this.
                # Only a conflict truncates: the frame may be older than what is there.
                store.replace_from(index, entries[index - previous - 1 :])
                break
        match_index = previous + len(entries)
        self.commit_index = max(self.commit_index, min(body["leaderCommit"], match_index))
        return {**head, "success": True, "matchIndex": match_index}

    def _on_InstallSnapshot(self, sender, body):
        store = self._store
        index, term = body["lastIncludedIndex"], body["lastIncludedTerm"]
        if body["term"] < store.term:
            return {"lastIncludedIndex": index, "nextOffset": 0, "done": False}
        if not self._follow(sender, body["term"]):
            return None
        data = base64.b64decode(body["data"])
        if index <= self.commit_index:
            return {"lastIncludedIndex": index, "nextOffset": 0, "done": True}
        # Pieces of two leaders' snapshots must not be mixed: their bytes may differ.
        snapshot = (sender, body["term"], index, term)
        if self._snapshot_under_way != snapshot:
            self._snapshot_under_way, self._snapshot_bytes = snapshot, 0
        name = f"snapshot-{index}-{term}"
        is_next = body["offset"] == self._snapshot_bytes
        if is_next:
            store.add_snapshot_piece(name, self._snapshot_bytes, data)
            self._snapshot_bytes += len(data)
        is_done = is_next and body["done"]
        if is_done:
            store.keep_snapshot(name, index, term, body["configuration"])
            self.commit_index = index
            self._snapshot_under_way = None
        return {
            "lastIncludedIndex": index,
            "nextOffset": self._snapshot_bytes,
            "done": is_done,
        }

    def _on_ReadIndex(self, _sender, body):
        if body["term"] > self._store.term:
            self._enter(body["term"], None)
        # Without a readIndex, which only a leader can know.
        return {"readId": body["readId"]}

    def _on_ClientRequest(self, body):
        """Clients talk to the leader: to each of their requests, the name of that."""
        answer = {"ok": False, "code": "NOT_LEADER", "message": "this peer never leads"}
        try:
            if body["instance"] != self._instance:
                # Nobody can say for certain what an earlier process under this id, perhaps of another program, did with it.
                answer = {"ok": False, "code": "PEER_RESTARTED", "message": "this was meant for an earlier process"}
            numbers = [request["requestId"] for request in body["requests"]]
        except (KeyError, TypeError):
            return None
        if not all(map(_is_integer, numbers)):
            return None
        replies = [{"requestId": number, **answer, "leader": self.leader} for number in numbers]
        return "ClientReply", {"replies": replies}

    def _is_promised(self):
        return monotonic() < self._promised_until

    def _is_up_to_date(self, body):
        theirs = (body["lastLogTerm"], body["lastLogIndex"])
        return theirs >= (self._store.last_term, self._store.last_index)

    def _enter(self, term, voted_for):
        """Writes term and vote down, if they changed."""
        if term > self._store.term:
            self.leader = self.leader_heard_at = None
        if (term, voted_for) != (self._store.term, self._store.voted_for):
            self._store.set_term(term, voted_for)

    def _follow(self, sender, term):
        """Takes the sender for the leader of that term. False if another one is."""
        if term > self._store.term:
            self._enter(term, None)
        if self.leader not in (None, sender) or sender == self.peer_id:
            return False
        self.leader = sender
        self.leader_heard_at = monotonic()
        self._promised_until = self.leader_heard_at + self._promise_s
        return True

    def _conflict(self, previous):
        """Where the leader should look next, so that it needs one round for each term."""
        store = self._store
        term = store.term_at(previous)
        if term is None:
            return {"conflictIndex": store.last_index + 1}
        first = previous
        while first - 1 > store.snapshot_index and store.term_at(first - 1) == term:
            first -= 1
        return {"conflictTerm": term, "conflictIndex": first}

    def configuration(self):
        """The members: the newest in the log count, committed or not. And where they stand."""
        configurations = self._store.configurations
        return configurations[-1] if configurations else (self._initial, 0)

    def status(self):
        """The fields of a Status that the algorithm knows."""
        store = self._store
        configuration, configuration_index = self.configuration()
        voters = configuration["voters"] + configuration["votersOutgoing"]
        status = {
            "role": "follower" if self.peer_id in voters else "learner",
            "term": store.term,
            "votedFor": store.voted_for,
            "leader": self.leader,
            "lastLogIndex": store.last_index,
            "lastLogTerm": store.last_term,
            "commitIndex": self.commit_index,
            # It has no state machine: nothing that is committed is left to be applied.
            "lastApplied": self.commit_index,
            "firstLogIndex": store.snapshot_index + 1,
            "durableIndex": store.last_index,
            "snapshotIndex": store.snapshot_index,
            **configuration,
            "configurationIndex": configuration_index,
            "canCommit": False,
        }
        if self.leader_heard_at is not None:
            status["leaderHeardMsAgo"] = (monotonic() - self.leader_heard_at) * 1000
        return status


def _vote(refusal):
    return {"voteGranted": True} if refusal is None else {"voteGranted": False, "refusal": refusal}
