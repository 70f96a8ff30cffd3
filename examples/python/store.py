"""What a peer must not forget: its term, its vote, its log, and the snapshot under the log.

A directory with a file `journal`, to which every change is appended as a line and flushed to the
disk before the call returns, and with the files of snapshots. A line is a checksum and JSON.
"""

import fcntl
import json
import os
import zlib
from contextlib import contextmanager
from pathlib import Path


class StoreError(Exception):
    """The directory is in use, damaged, or cannot be written: the peer must not go on."""


class Store:
    """Term, vote and log of one peer: in memory to be read, and on disk.

    Every method that changes something returns once that is durable. Whatever a peer says
    afterwards, a crash does not take it back.
    """

    def __init__(self, directory):
        self.term = 0
        self.voted_for = None
        self.entries = []
        """Those after the snapshot: the entry of index i is `entries[i - snapshot_index - 1]`."""
        self.snapshot_index = 0
        self.snapshot_term = 0
        self.snapshot_name = None
        self.configurations = []
        """Those that the log and the snapshot hold, as (configuration, index), the newest last."""
        self._directory = Path(directory)
        self._directory.mkdir(parents=True, exist_ok=True)
        self._lock = open(self._directory / "lock", "w", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"{directory} is in use by another process") from error
        self._journal = None
        self._read()
        self._rewrite()

    @property
    def last_index(self):
        return self.snapshot_index + len(self.entries)

    @property
    def last_term(self):
        return self.term_at(self.last_index)

    def term_at(self, index):
        """The term of the entry of that index, 0 before the first, None where there is none."""
        if index == self.snapshot_index:
            return self.snapshot_term
        if self.snapshot_index < index <= self.last_index:
            return self.entries[index - self.snapshot_index - 1]["term"]
        return None

    def set_term(self, term, voted_for):
        """Both at once, so that no crash leaves the vote of one term in another."""
        self._append({"term": term, "votedFor": voted_for})

    def replace_from(self, index, entries):
        """Drops what stands at `index` and after it, and puts these entries there."""
        self._append({"index": index, "entries": entries})

    def add_snapshot_piece(self, name, offset, data):
        """Writes a piece of a snapshot that is under way. Not durable before `keep_snapshot`."""
        path = self._directory / f"{name}.part"
        with _failing(path), open(path, "r+b" if offset > 0 else "wb") as file:
            file.seek(offset)
            file.truncate()
            file.write(data)

    def keep_snapshot(self, name, index, term, configuration):
        """Puts the snapshot, whole now, in the place of all entries up to `index`."""
        path = self._directory / f"{name}.part"
        with _failing(path):
            with open(path, "r+b") as file:
                os.fsync(file.fileno())
            # The journal names the snapshot only after the file is there for good.
            path.rename(self._directory / name)
            _flush_directory(self._directory)
        self._append(
            {"snapshot": name, "index": index, "term": term, "configuration": configuration}
        )
        self._rewrite()

    def close(self):
        self._journal.close()
        self._lock.close()

    def _append(self, record):
        with _failing(self._directory):
            self._journal.write(_line_of(record))
            self._journal.flush()
            os.fsync(self._journal.fileno())
        self._apply(record)

    def _apply(self, record):
        """Does to the memory what a record says, when it is written and when it is read again."""
        if "votedFor" in record:
            self.term, self.voted_for = record["term"], record["votedFor"]
        elif "entries" in record:
            index, entries = record["index"], record["entries"]
            del self.entries[index - self.snapshot_index - 1 :]
            self.entries.extend(entries)
            self.configurations = [known for known in self.configurations if known[1] < index]
            for at, entry in enumerate(entries, index):
                if entry["type"] == "configuration":
                    self.configurations.append((entry["configuration"], at))
        else:
            # What follows the snapshot stays if it belongs to the same history (Figure 13).
            index, term = record["index"], record["term"]
            fits = self.term_at(index) == term
            self.entries = self.entries[index - self.snapshot_index :] if fits else []
            newer = [known for known in self.configurations if fits and known[1] > index]
            self.configurations = [(record["configuration"], index), *newer]
            self.snapshot_name = record["snapshot"]
            self.snapshot_index, self.snapshot_term = index, term

    def _read(self):
        path = self._directory / "journal"
        if not path.exists():
            return
        *lines, torn = path.read_bytes().split(b"\n")
        # A line without its end was being written at a crash: nobody was told what it says.
        del torn
        for number, line in enumerate(lines, 1):
            try:
                checksum, text = line.split(b" ", 1)
                if int(checksum, 16) != zlib.crc32(text):
                    raise ValueError("wrong checksum")
                self._apply(json.loads(text))
            except (ValueError, KeyError, TypeError) as error:
                # To go on could mean to vote twice in a term. Nobody but a person may decide that.
                raise StoreError(f"{path}, line {number}: {error}") from error
        if self.snapshot_name and not (self._directory / self.snapshot_name).exists():
            raise StoreError(f"{path}: {self.snapshot_name} is missing")

    def _rewrite(self):
        """Writes a journal that holds only what counts, and puts it in the old one's place."""
        records = [{"term": self.term, "votedFor": self.voted_for}]
        if self.snapshot_name:
            records.append(
                {
                    "snapshot": self.snapshot_name,
                    "index": self.snapshot_index,
                    "term": self.snapshot_term,
                    # The snapshot's own: it stands first, and older ones are not kept.
                    "configuration": self.configurations[0][0],
                }
            )
        records.append({"index": self.snapshot_index + 1, "entries": self.entries})
        path = self._directory / "journal.new"
        with _failing(path):
            with open(path, "wb") as file:
                file.writelines(_line_of(record) for record in records)
                file.flush()
                os.fsync(file.fileno())
            path.replace(self._directory / "journal")
            _flush_directory(self._directory)
            for old in self._directory.glob("snapshot-*"):
                if old.name != self.snapshot_name:
                    old.unlink()
            if self._journal is not None:
                self._journal.close()
            self._journal = open(self._directory / "journal", "ab")


@contextmanager
def _failing(path):
    """After a write that failed nobody knows what the disk holds (fsync(2)): that is final."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}") from error


def _line_of(record):
    text = json.dumps(record, separators=(",", ":")).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _flush_directory(path):
    """A file that is new or renamed survives a crash only if its directory was flushed too."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
