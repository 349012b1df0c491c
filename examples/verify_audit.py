#!/usr/bin/env python3
"""Verifies an export or shipped file of the audit, from the documented form alone (deploy/AUDIT.md).

    verify_audit.py AUDIT.jsonl [--checkpoints FILE.jsonl --public-key HEX]

Needs nothing but Python 3.8. Ends with 0 if the audit is whole, 1 if not, 2 if it cannot tell.
"""
import argparse
import datetime
import hashlib
import json
import sys

# Ed25519 as RFC 8032 describes it; slow, and quick enough for checkpoints.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    try:
        r, a = point(signature[:32]), point(key)
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = multiply(s, BASE), add(r, multiply(h, a))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def milliseconds(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)


def read(name):
    """The rows and the checkpoints of a file; a row that was shipped twice counts once if it is the same."""
    rows, checkpoints = [], []
    with open(name, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            try:
                item = json.loads(line)
            except json.JSONDecodeError:
                continue  # cut short by a crash, and written again whole; if not, a row is missing
            if "signature" in item:
                checkpoints.append(item)
            elif not (rows and item == rows[-1]) and not (len(rows) >= item["sequence"] > 0 and rows[item["sequence"] - 1] == item):
                rows.append(item)
    return rows, checkpoints


def check(rows, checkpoints, key):
    previous, hashes = "0" * 64, {0: "0" * 64}
    for number, row in enumerate(rows, 1):
        pairs = sorted(row["detail"].items(), key=lambda pair: pair[0].encode())
        form = [row["sequence"], milliseconds(row["at"]), row["kind"], row["subject"], row["actor"],
                [list(pair) for pair in pairs], row["previous_hash"]]
        if row["sequence"] != number:
            return f"row {number} is missing"
        if row["previous_hash"] != previous:
            return f"row {number} does not follow the row before"
        if hashlib.sha256(canonical(form)).hexdigest() != row["hash"]:
            return f"row {number} was changed"
        previous = hashes[number] = row["hash"]
    for mark in checkpoints:
        form = ["bascule-audit-checkpoint-1", mark["sequence"], mark["hash"], milliseconds(mark["at"]), mark["key"]]
        if key is not None and not is_signed(key, canonical(form), bytes.fromhex(mark["signature"])):
            return f"the checkpoint of {mark['at']} is not signed by this key"
        if mark["sequence"] not in hashes:
            return f"rows were cut: the checkpoint of {mark['at']} has seen row {mark['sequence']}"
        if hashes[mark["sequence"]] != mark["hash"]:
            return f"row {mark['sequence']} is another than the checkpoint of {mark['at']} says"
    return None


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("audit")
    arguments.add_argument("--checkpoints")
    arguments.add_argument("--public-key")
    chosen = arguments.parse_args()
    try:
        rows, own = read(chosen.audit)
        checkpoints = read(chosen.checkpoints)[1] if chosen.checkpoints else own
        key = bytes.fromhex(chosen.public_key) if chosen.public_key else None
        if chosen.checkpoints and not checkpoints:
            problem = "there is no checkpoint to compare with"
        else:
            problem = check(rows, checkpoints, key)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"unreadable: {error!r}", file=sys.stderr)
        return 2
    print(problem and f"broken: {problem}" or f"intact: {len(rows)} rows, {len(checkpoints)} checkpoints")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
