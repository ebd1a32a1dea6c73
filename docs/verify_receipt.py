#!/usr/bin/env python3
"""Checks a receipt of Tresor with nothing of Tresor: this file and Python 3.8 or later, no library.

    verify_receipt.py receipt.json LOG_KEY [--answer answer.json] [--witness KEY]...

Keys are `name+hash+base64`, or files with that line; have them from people you trust, never from the receipt. Formats:
C2SP tlog-proof, tlog-checkpoint, signed-note, tlog-cosignature; RFC 6962, RFC 8032. Ends with 0 if everything holds.
"""
import argparse, base64, hashlib, json, os, sys
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ZERO = -121665 * pow(121666, P - 2, P) % P, (0, 1, 1, 0)
def demand(holds, what):
    if not holds:
        sys.exit("NOT PROVEN: " + what)

def add(a, b):  # points of the curve as (X, Y, Z, T): x = X/Z, y = Y/Z, T = XY/Z
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (n - m) * (d - c) % P, (d + c) * (n + m) % P, (d - c) * (d + c) % P, (n - m) * (n + m) % P

def times(s, a):
    b = ZERO
    while s:
        b, a, s = add(a, b) if s & 1 else b, add(a, a), s >> 1
    return b

def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 == (a[1] * b[2] - b[1] * a[2]) % P

def point(data):
    y, odd = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if x * x % P == xx else x * pow(2, (P - 1) // 4, P) % P
    demand(y < P and x * x % P == xx and (x or not odd) and len(data) == 32, "a key or signature is damaged")
    x = x if x % 2 == odd else P - x
    return x, y, 1, x * y % P

def signed(key, message, signature):  # Ed25519, strict
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    base, small = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")), same(times(8, a), ZERO)
    return len(signature) == 64 and s < L and not small and same(times(s, base), add(r, times(k, a)))

def signer(note, given, kind):  # name of the key that signed this note, and when a witness did
    name, mark, key = (open(given).read() if os.path.exists(given) else given).strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    own = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    demand(own.hex() == mark and key[0] == kind, "this key is damaged, or not of this kind: " + given)
    text, _, lines = note.rpartition("\n\n")
    for dash, who, signature in (line.split(" ") for line in lines.splitlines()):
        signature = base64.b64decode(signature, validate=True)
        if (dash, who, signature[:4]) == ("\u2014", name, own):
            at = int.from_bytes(signature[4:12], "big") if kind == 4 else 0
            message = ("cosignature/v1\ntime %d\n" % at if kind == 4 else "") + text + "\n"
            if signed(key[1:], message.encode(), signature[12 if kind == 4 else 4:]):
                return name, at
    demand(False, "the log as it is here was not signed by " + name)

def once(pairs):
    demand(len(dict(pairs)) == len(pairs), "something is said twice")
    return dict(pairs)

def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, how in (("receipt", {}), ("log_key", {}), ("--answer", {}), ("--witness", {"action": "append"})):
        options.add_argument(name, **how)
    given = options.parse_args()
    receipt = json.load(open(given.receipt, encoding="utf-8"), object_pairs_hook=once)
    head, _, note = receipt["proof"].partition("\n\n")
    magic, index, *path = [line for line in head.split("\n") if not line.startswith("extra ")]
    known = (receipt["format"], magic, index[:6]) == ("tresor-receipt/1", "c2sp.org/tlog-proof@v1", "index ")
    demand(known, "this is no receipt that this script knows")
    (origin, size, root), index = note.split("\n")[:3], int(index[6:])
    demand(signer(note, given.log_key, 1)[0] == origin, "this is another log than the one of the key")
    found, at, last = hashlib.sha256(b"\0" + receipt["entry"].encode()).digest(), index, int(size) - 1
    for sibling in (base64.b64decode(line, validate=True) for line in path):
        demand(0 <= at <= last and last > 0, "the proof has another length than the log")
        right = at % 2 == 1 or at == last
        found = hashlib.sha256(b"\1" + (sibling + found if right else found + sibling)).digest()
        while right and at and at % 2 == 0:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    demand(at == last == 0 and found == base64.b64decode(root), "the entry is not in this log")
    entry = json.loads(receipt["entry"], object_pairs_hook=once)
    releases = entry["kind"] in ("outcome", "review_ended", "review") and entry["body"]["state"] == "released"
    demand(releases and entry["seq"] == index, "the entry releases nothing")
    theirs, ours = (entry["query_id"], entry["body"]["answer_digest"]), (receipt["query_id"], receipt["answer_digest"])
    demand(theirs == ours, "the entry is about another query or answer")
    print("proven: entry %d of the log %s, %s entries long, releases the answer to %s" % (index, origin, size, ours[0]))
    if given.answer:
        found = hashlib.sha256(open(given.answer, "rb").read()).hexdigest()
        demand(found == ours[1], "this is not the answer that was released")
        print("proven: the answer is the one that was released, sha256 " + found)
    for witness in given.witness or []:
        print("proven: the witness %s saw the log so, at %d seconds since 1970" % signer(note, witness, 4))
try:
    main()
except (KeyError, TypeError, ValueError, IndexError, OSError) as error:
    demand(False, "this cannot be read: %r" % error)
