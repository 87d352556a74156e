"""Rows of the compatibility table. Each tries one thing as the client's documentation shows it.

A row that comes to its end works; one that gives back `Refused` was refused before anything was
sent, by a message that names what cannot be carried over; one that raises fails.
"""

import json
import sys
import traceback

PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Refused:
    def __init__(self, what):
        self.what = what


class Works:
    def __init__(self, how):
        self.how = how


class Rows:
    def __init__(self):
        self.rows = []

    def __call__(self, feature):
        def add(attempt):
            self.rows.append((feature, attempt))
            return attempt

        return add

    def of(self, upstream):
        """All of them; where only the Responses API is translated, its own."""
        return [row for row in self.rows if upstream != "chat" or row[0].startswith("Responses")]

    def run(self, sdk, version, stage):
        print(json.dumps({"sdk": sdk, "version": version}))
        for feature, attempt in self.of(stage.upstream):
            outcome, note = tried(attempt, stage)
            print(json.dumps({"feature": feature, "upstream": stage.upstream, "outcome": outcome, "note": note}))


def tried(attempt, stage):
    try:
        seen = attempt(stage)
    except Exception:  # Whatever a client throws is a row that fails; the others still count.
        return "fails", traceback.format_exc()
    match seen:
        case Refused(what=what):
            return "refused", what
        case Works(how=how):
            return "works", how
        case _:
            return "works", ""


def expect(seen, wanted):
    if seen != wanted:
        raise AssertionError(f"saw {seen!r}, wanted {wanted!r}")


def refused(error, attempt):
    """What is raised, which must be of this class."""
    try:
        attempt()
    except error as raised:
        return raised
    raise AssertionError(f"no {error.__name__}")


def upstream_of_arguments():
    """`own`, `chat` or `other`: whose dialect the upstream speaks, and whether only its chat."""
    (upstream,) = sys.argv[1:]
    return upstream


class Attempts:
    """Counts the requests that really go out, the client's own retries among them."""

    def __init__(self):
        self.count = 0

    def __call__(self, _request):
        self.count += 1

    def taken(self):
        count, self.count = self.count, 0
        return count


def in_requests(count, stage, attempt):
    """The row of something for which the client really sends so many requests."""
    stage.attempts.taken()
    attempt()
    expect(stage.attempts.taken(), count)
    return Works("1 request" if count == 1 else f"{count} requests")
