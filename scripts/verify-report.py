#!/usr/bin/env python3
"""Verifies a Claviger report, or a ledger, with Python's standard library and openssl alone.

    verify-report.py REPORT.json [--previous REPORT.json] [--key FINGERPRINT]
    verify-report.py FOLDER [--checkpoint NOTE ...] [--key FINGERPRINT]

A folder is a vault's own, a copy of it, or exported evidence; NOTE is a file with a checkpoint
that somebody else has kept: a witness, or what the token holds.
It shares no code with Claviger and follows docs/verify-a-report.md, whose steps it numbers.
Exit code 0: genuine; 1: not genuine; 2: could not be looked at.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from datetime import datetime
from pathlib import Path

class NotGenuine(Exception):
    pass


# Whatever is printed may quote the file under verification, which must not change what is shown.

UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0"
                    "\U000e0000-\U000e0fff]")
UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable(text):
    return "".join(f"\\u{{{ord(each):x}}}" if UNSEEN.match(each)
                   or unicodedata.category(each) in UNPRINTABLE else each for each in text)


def say(line, stream=sys.stdout):
    stream.reconfigure(errors="backslashreplace")
    print(printable(line), file=stream)


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        say(f"{self.prog}: {message}", sys.stderr)
        sys.exit(2)


def require(holds, fault):
    if not holds:
        raise NotGenuine(fault)


def sha256(data):
    return hashlib.sha256(data).digest()


def openssl(*args, data=None):
    """Without a terminal, so that openssl cannot ask for anything."""
    return subprocess.run(["openssl", *args], input=data or b"", capture_output=True, check=False)


# 1. The file: JSON without duplicate names, only the known fields, each of its type.

MOST_BYTES = 512 << 20
MOST_LINE = 1 << 20
MOST_DEPTH = 32
MOST_DIGITS = 400
MOST_VALUES = 8_000_000
WORTH_COUNTING = 32 << 20
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
HASH = re.compile("[0-9a-f]{64}")
ID = re.compile("[0-9a-f]{32}")


def is_time(text):
    """In UTC with milliseconds; no 30 February, no 24:00, no leap second."""
    try:
        return bool(TIME.fullmatch(text)) and int(text[17:19]) < 60 and bool(
            datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return False


class Maybe:
    """A value that may be null, or a field that may be missing."""
    def __init__(self, shape):
        self.shape = shape


class Field(Maybe):
    pass


def whole(text):
    require(len(text) <= MOST_DIGITS, f"the file holds the number {text[:20]}")
    return int(text)


def no_doubles(pairs):
    names = [name for name, _ in pairs]
    require(len(set(names)) == len(names), "the file has a name twice")
    return dict(pairs)


def refuse(text):
    raise NotGenuine(f"the file holds the number {text[:20]}")


def parse(text, what, **more):
    """JSON that is nested no deeper than a record can be."""
    try:
        value = json.loads(text, object_pairs_hook=no_doubles, parse_int=whole,
                           parse_constant=refuse, **more)
    except ValueError as error:
        raise NotGenuine(f"{what} is not JSON: {error}") from error
    except RecursionError as error:
        raise NotGenuine(f"{what} is nested too deeply") from error
    level, depth = [value], 0
    while level:
        nests = [each for each in level if isinstance(each, (dict, list))]
        depth += bool(nests)
        require(depth <= MOST_DEPTH, f"{what} is nested too deeply")
        level = [each for nest in nests
                 for each in (nest.values() if isinstance(nest, dict) else nest)]
    return value


def require_shape(value, shape, where):
    """A pattern for a text, a type, a tuple of texts, a list [pattern] or an object {fields}."""
    if isinstance(shape, dict):
        require(isinstance(value, dict), f"{where} is not an object")
        named = {name for name, each in shape.items() if not isinstance(each, Field)}
        require(named <= set(value) <= set(shape), f"{where} has other fields")
        for name, each in value.items():
            require_shape(each, shape[name], f"{where}.{name}")
    elif isinstance(shape, list):
        require(isinstance(value, list), f"{where} is not a list")
        for each in value:
            require_shape(each, shape[0], where)
    elif isinstance(shape, Field):
        require_shape(value, shape.shape, where)
    elif isinstance(shape, Maybe):
        require(value is None or require_shape(value, shape.shape, where) is None, where)
    elif isinstance(shape, tuple):
        require(isinstance(value, str) and value in shape, f"{where} is another word")
    elif shape is TIME:
        require(isinstance(value, str) and is_time(value), f"{where} is no time that exists")
    elif isinstance(shape, type):
        require(type(value) is shape and (shape is not int or 0 <= value < 2 ** 53),
                f"{where} is of another kind")
    else:
        require(isinstance(value, str) and shape.fullmatch(value), f"{where} is not of its form")


OUTCOME = ("ok", "refused", "failed")
ACTOR = {"user": str, "host": str, "app": str, "token": Maybe({"label": str, "serial": str})}
LINE = {"seq": int, "leaf": HASH, "line": str}
HEAD = {"size": int, "root": HASH}
CHECKPOINT = {"origin": str, **HEAD, "note": str, "text": str, "signature": str}
SPAN = {"first": int, "last": int}
STATEMENT = {
    "kind": ("activity", "key-inventory", "key-life", "destruction", "batch-receipts",
             "ceremony", "token-evidence"),
    "title": str, "made": TIME, "by": ACTOR,
    "vault": {"id": ID, "name": Field(str), "epoch": int, "created": TIME, "evaluation": bool,
              "anchor": str},
    "token": dict.fromkeys(("label", "serial", "manufacturer", "model", "firmware"), str),
    "filter": {"since": Field(TIME), "until": Field(TIME), "key": Field(str),
               "batch": Field(str), "user": Field(str), "action": Field(str),
               "outcome": Field(OUTCOME)},
    "range": SPAN, "counts": {"searched": int, "included": int, "omitted": int},
    "recordsSha256": HASH,
    "tables": [{"title": str, "columns": [str], "rows": [[str]]}],
    "previous": Maybe({**HEAD, "sha256": Maybe(HASH), "made": TIME}),
    "unsignedWhenMade": [SPAN], "limits": [str],
}
KEY = {"algorithm": ("Ed25519", "ECDSA-P256-SHA256"), "pem": str, "fingerprint": HASH, "vkey": str}
# What reports of the first format said about their key, unsigned.
BINDING = ("Made in the token as non-extractable and sensitive, read back after creation; the "
           "program signs nothing but checkpoints with it. The first record of the ledger names it.")
REPORT = {
    "format": str, "statement": STATEMENT, "records": [LINE],
    "evidence": {"first": LINE, "export": LINE},
    "inclusion": [HASH], "checkpoints": {"opening": Maybe(CHECKPOINT), "closing": CHECKPOINT},
    "consistency": {"fromOpening": Maybe([HASH]), "fromPrevious": Maybe([HASH])},
    "key": KEY, "timestamps": [{"size": int, "note": str, "reply": str}],
}
FORMATS = {
    "claviger-report/1": {**REPORT, "key": {**KEY, "binding": (BINDING,)}},
    "claviger-report/2": {
        **REPORT,
        "statement": {**STATEMENT, "opening": Maybe(HEAD), "timestamps": [HASH], "carried": int},
        "evidence": {"first": LINE, "before": Maybe(LINE), "after": [LINE], "export": LINE},
    },
}
RECORD = {"seq": int, "time": TIME, "clock": str, "actor": ACTOR, "action": str, "subject": dict,
          "outcome": OUTCOME, "code": Field(str), "details": dict,
          "session": Field(ID), "n": Field(int), "base": Field(HEAD), "mac": Field(ID)}


def is_first_format(report):
    return report["format"] == "claviger-report/1"


def read_bytes(path, most=MOST_BYTES):
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(f"{path} is larger than {most >> 20} MiB")
    return data


def read(path):
    data = read_bytes(path)
    try:
        text = data.decode("utf-8")
    except ValueError as error:
        raise NotGenuine(f"the file is not UTF-8: {error}") from error
    if len(text) > WORTH_COUNTING:
        values = re.sub(r'"(?:[^"\\]|\\.)*"', "", text).count(",")
        require(values <= MOST_VALUES, "the file holds more values than a report has")
    report = parse(text, "the file", parse_float=refuse)
    require(isinstance(report, dict) and isinstance(report.get("format"), str),
            "the file is not a report")
    require(report["format"] in FORMATS, "the file is of another format")
    require_shape(report, FORMATS[report["format"]], "the report")
    again = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    # Python writes empty lists and objects like JavaScript does.
    require(again == text, "the file is not written the way a report is")
    return report, sha256(data).hex()


# 2. The key: Ed25519 or P-256, in the only form allowed for each. Its fingerprint is the SHA-256 of
#    its DER form. No other kind of PEM is read: openssl would ask for the phrase of a private key.

FORMS = {"Ed25519": (bytes.fromhex("302a300506032b6570032100"), 44),
         "ECDSA-P256-SHA256":
             (bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"), 91)}


def kind_of(der):
    for kind, (head, length) in FORMS.items():
        if der.startswith(head) and len(der) == length:
            return kind
    raise NotGenuine("its key is neither Ed25519 nor P-256, the only kinds that sign reports")


def pem_of(der):
    text = base64.b64encode(der).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


def unbase64(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise NotGenuine(f"{what} is damaged") from error
    require(base64.b64encode(data).decode() == text, f"{what} is damaged")
    return data


def require_trusted(fingerprint, wanted):
    require(wanted in (None, fingerprint), f"the key is not the one you trust: it is {fingerprint}")


def origin_of(vault):
    return f"claviger.invalid/{vault['id']}/{vault['epoch']}"


def key_id(origin, der, kind):
    if kind == "Ed25519":
        return sha256(f"{origin}\n".encode() + b"\x01" + der[-32:])[:4]
    return sha256(der)[:4]


def read_key(report, wanted):
    given, origin = report["key"], origin_of(report["statement"]["vault"])
    match = re.fullmatch("-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]+)"
                         "-----END PUBLIC KEY-----\n", given["pem"])
    require(match, "the report names no public key")
    der = unbase64(match[1].replace("\n", ""), "the public key")
    kind, fingerprint = kind_of(der), sha256(der).hex()
    require(given["pem"] == pem_of(der), "the public key is not written the way a report does it")
    require(given["fingerprint"] == fingerprint, "the fingerprint is not that of the key")
    require_trusted(fingerprint, wanted)
    require(given["algorithm"] == kind, "the report names another kind of key")
    typed = b"\x01" + der[-32:] if kind == "Ed25519" else b"\x02" + der
    vkey = f"{origin}+{key_id(origin, der, kind).hex()}+{base64.b64encode(typed).decode()}"
    require(given["vkey"] == vkey, "the verifier key is not that of the key")
    return pem_of(der), der, kind, fingerprint


# 3. The checkpoints: three lines, signed (c2sp.org/tlog-checkpoint, c2sp.org/signed-note).

def is_signed(pem, kind, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        key, body, sig = (Path(folder, name) for name in ("key.pem", "text", "signature"))
        key.write_text(pem)
        body.write_bytes(text)
        sig.write_bytes(signature)
        if kind == "Ed25519":
            done = openssl("pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin",
                           "-in", str(body), "-sigfile", str(sig))
        else:
            done = openssl("dgst", "-sha256", "-verify", str(key), "-signature", str(sig),
                           str(body))
        return done.returncode == 0


def read_note(note, vault, key):
    """The size and root of a note, once its signature is verified."""
    pem, der, kind, _ = key
    origin = origin_of(vault)
    require(len(note) <= 65536 and not re.search("[\x00-\x09\x0b-\x1f]", note),
            "a checkpoint is not a signed note")
    end = note.rfind("\n\n")
    require(end >= 0 and note.endswith("\n"), "a checkpoint is not a signed note")
    text = note[:end + 1]
    lines = text.split("\n")
    require(len(lines) == 4 and lines[3] == "", "a checkpoint has not three lines")
    require(lines[0] == origin, "a checkpoint is of another vault or epoch")
    require(re.fullmatch("[1-9][0-9]{0,14}", lines[1]), "a checkpoint has no size")
    root = unbase64(lines[2], "a root")
    require(len(root) == 32, "a root is damaged")
    signers = note[end + 2:-1].split("\n")
    require(len(signers) <= 16, "a checkpoint has too many signatures")
    ours = []
    for line in signers:
        match = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        require(match, "a checkpoint has a line that is no signature")
        named = unbase64(match[2], "a signature")
        require(len(named) > 4, "a checkpoint has a line that is no signature")
        if match[1] == origin and named[:4] == key_id(origin, der, kind):
            ours.append(named[4:])
    require(len(ours) == 1, "a checkpoint is not signed by the key of the report")
    require(is_signed(pem, kind, text.encode(), ours[0]), "a checkpoint is not signed")
    return {"size": int(lines[1]), "root": root, "text": text, "signature": ours[0],
            "origin": origin}


def read_checkpoint(given, vault, key):
    found = read_note(given["note"], vault, key)
    require(given == {
        "origin": found["origin"],
        "size": found["size"],
        "root": found["root"].hex(),
        "note": given["note"],
        "text": found["text"],
        "signature": base64.b64encode(found["signature"]).decode(),
    }, "the parts of a checkpoint are not those of its note")
    return found


# 4. The records: SHA-256 leaves of a Merkle tree (RFC 6962, section 2.1).

def leaf(line):
    return sha256(b"\x00" + line.encode())


def node(left, right):
    return sha256(b"\x01" + left + right)


def split(count):
    return 1 << ((count - 1).bit_length() - 1)


def root_of(size, leaves, hashes):
    """The root over known leaves {index: hash} and, from left to right, the hashes between them."""
    indexes = sorted(leaves)
    given = iter(hashes)
    position = 0

    def below(start, end):
        nonlocal position
        if position == len(indexes) or indexes[position] >= end:
            known = next(given, None)
            require(known is not None, "hashes are missing")
            return known
        if end - start == 1:
            position += 1
            return leaves[start]
        middle = start + split(end - start)
        left = below(start, middle)
        return node(left, below(middle, end))

    require(indexes and 0 <= indexes[0] and indexes[-1] < size, "a record is not in the tree")
    root = below(0, size)
    require(next(given, None) is None, "there are hashes too many")
    return root


def is_consistent(old, new, proof):
    """RFC 6962, section 2.1.2: rebuilds both roots from PROOF(m, D[n])."""
    hashes = list(proof)

    def rebuild(m, n, whole):
        # The roots over the first m of n leaves and over all n; the proof is read from its end.
        if m == n:
            if whole:
                return old["root"], old["root"]
            known = hashes.pop()
            return known, known
        k = split(n)
        other = hashes.pop()
        if m <= k:
            a, b = rebuild(m, k, whole)
            return a, node(b, other)
        a, b = rebuild(m - k, n - k, False)
        return node(other, a), node(other, b)

    if not 1 <= old["size"] <= new["size"]:
        return False
    try:
        roots = rebuild(old["size"], new["size"], True)
    except IndexError:
        return False
    return not hashes and roots == (old["root"], new["root"])


def read_line(text, what):
    require(len(text.encode()) <= MOST_LINE, f"{what} is too long for a record")
    record = parse(text, what)
    require_shape(record, RECORD, what)
    require(record["seq"] >= 1 and record["action"] != "", f"{what} is no record")
    shown = {"session", "n", "mac"} & set(record)
    require(len(shown) in (0, 3) and ("base" not in record or shown),
            f"half of what shows the session of {what} is missing")
    return record


def read_record(given):
    what = f"what stands for record {given['seq']}"
    record = read_line(given["line"], what)
    require("\n" not in given["line"] and record["seq"] == given["seq"],
            f"{what} is not that record")
    return record


def unhex(hashes):
    return [bytes.fromhex(each) for each in hashes]


def beside(report):
    """The records before and after the range."""
    evidence = report["evidence"]
    before = evidence.get("before")
    return [] if before is None else [before], evidence.get("after", [])


def check_records(report, key, closing):
    first, export = report["evidence"]["first"], report["evidence"]["export"]
    before, after = beside(report)
    given = [first, *before, *after, export, *report["records"]]
    for each in given:
        read_record(each)
    order = [each["seq"] for each in report["records"]]
    require(order == sorted(set(order)), "the records are not in order")
    leaves = {}
    for each in given:
        [claimed] = unhex([each["leaf"]])
        known = leaves.setdefault(each["seq"] - 1, claimed)
        require(known == claimed, "one record is there in two forms")
    root = root_of(closing["size"], leaves, unhex(report["inclusion"]))
    require(root == closing["root"], "the records are not those that the checkpoint covers")
    # The leaves lead to the signed root: a text that does not match its leaf was changed.
    changed = [str(each["seq"]) for each in given if leaf(each["line"]).hex() != each["leaf"]]
    require(not changed, f"not as it was signed: record {', '.join(dict.fromkeys(changed))}")
    # 5. The first record names the key.
    record, vault = read_record(first), report["statement"]["vault"]
    named = record["details"].get("checkpointKey")
    require(isinstance(named, dict) and named.get("spki") == base64.b64encode(key[1]).decode()
            and first["seq"] == 1, "the first record names another key")
    epoch = record["details"].get("epoch", 1)
    require(record["subject"].get("vault") == vault["id"] and
            type(epoch) is int and epoch == vault["epoch"] and
            record["time"] == vault["created"], "the first record is of another vault")


# 6. The ledger only grew: since the opening checkpoint, and since the previous report.

def check_growth(report, opening, closing):
    statement, proofs = report["statement"], report["consistency"]
    previous = statement["previous"]
    if previous is not None:
        previous = {"size": previous["size"], "root": bytes.fromhex(previous["root"])}
    for earlier, proof, what in ((opening, proofs["fromOpening"], "opening checkpoint"),
                                 (previous, proofs["fromPrevious"], "report before")):
        require((earlier is None) == (proof is None), f"the proof from the {what} is missing")
        require(earlier is None or is_consistent(earlier, closing, unhex(proof)),
                f"the ledger does not go on from the {what}")
    require(opening is None or opening["size"] < statement["range"]["first"],
            "the opening checkpoint is not before the range")
    if not is_first_format(report):
        head = opening and {"size": opening["size"], "root": opening["root"].hex()}
        require(head == statement["opening"],
                "the opening checkpoint is not the one that the report states")


# 7. The report states what was recorded when it was made.

def check_statement(report):
    statement, export = report["statement"], report["evidence"]["export"]
    text = json.dumps(statement, ensure_ascii=False, separators=(",", ":"))
    record = read_record(export)
    require(record["action"] == "report.export" and record["outcome"] == "ok",
            "the record of the export is not there")
    require(record["details"].get("statement") == sha256(text.encode()).hex(),
            "what the report states is not what was recorded when it was made")
    require(record["actor"] == statement["by"], "somebody else made the export")
    lines = "".join(f"{each['line']}\n" for each in report["records"])
    require(statement["recordsSha256"] == sha256(lines.encode()).hex(),
            "the records are not those that were exported")
    require(export["seq"] > statement["range"]["last"], "the export is not after the range")


# 8. Range, counts and filter.

def fits(record, wanted):
    subject = record["subject"]
    keys = subject["keys"] if isinstance(subject.get("keys"), list) else []
    if "key" in subject:
        keys = [subject["key"], *keys]
    actions = wanted.get("action", "").split(",")
    return (wanted.get("since", "") <= record["time"]
            and ("until" not in wanted or record["time"] < wanted["until"])
            and ("key" not in wanted or wanted["key"] in keys)
            and ("batch" not in wanted or subject.get("batch") == wanted["batch"])
            and ("user" not in wanted or record["actor"]["user"] == wanted["user"])
            and ("outcome" not in wanted or record["outcome"] == wanted["outcome"])
            and ("action" not in wanted or any(
                record["action"].startswith(each) if each.endswith(".")
                else record["action"] == each for each in actions)))


def check_range(report):
    statement, records = report["statement"], report["records"]
    first, last = statement["range"]["first"], statement["range"]["last"]
    searched = last - first + 1
    require(all(first <= each["seq"] <= last for each in records), "a record is out of range")
    require(statement["counts"] == {"searched": searched, "included": len(records),
                                    "omitted": searched - len(records)}, "the counts are wrong")
    for each in records:
        require(fits(read_record(each), statement["filter"]),
                f"record {each['seq']} is not what the filter asks for")
    require(statement["filter"] or statement["counts"]["omitted"] == 0,
            "nothing was to be left out, but records are missing")


def check_ends(report):
    """The range goes from the first record that is not too early to the last that is not too late,
    and the records next to it prove that; without a time, from record 1 to the export."""
    first, last = (report["statement"]["range"][end] for end in ("first", "last"))
    since, until = (report["statement"]["filter"].get(name) for name in ("since", "until"))
    if is_first_format(report):
        require(since is not None or first == 1,
                "no first time was asked for, but the range does not begin with record 1")
        return
    before, after = ([read_record(each) for each in side] for side in beside(report))
    export = report["evidence"]["export"]["seq"]
    require(last >= first - 1 and [each["seq"] for each in before] == [first - 1][:first > 1] and
            [each["seq"] for each in after] == list(range(last + 1, last + 1 + len(after))),
            "the records beside the range are not those before and behind it")
    require(all(since is not None and each["time"] < since for each in before),
            "the record before the range belongs to what was asked for")
    require(last + len(after) + 1 == export or
            (until is not None and after and after[-1]["time"] >= until),
            "the range ends before what was asked for does")


def is_complete(report):
    statement, export = report["statement"], report["evidence"]["export"]["seq"]
    span = statement["range"]
    proved = not is_first_format(report) or (
        not statement["filter"] and span["first"] == 1 and span["last"] + 1 == export)
    return statement["counts"]["omitted"] == 0 and proved


# 9. Time stamps are of checkpoints of this vault (their signatures: openssl ts -verify).

def imprint_of(reply):
    """The SHA-256 that a granted reply of a time-stamping authority stamps, hex."""
    require(len(reply) > 2 and reply[0] == 0x30, "a time stamp is no reply of an authority")
    head = 2 + (reply[1] & 0x7f if reply[1] & 0x80 else 0)
    length = int.from_bytes(reply[2:head], "big") if head > 2 else reply[1]
    require(len(reply) == head + length, "a time stamp is no reply of an authority")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "reply.tsr")
        file.write_bytes(reply)
        done = openssl("ts", "-reply", "-in", str(file), "-text")
    text = done.stdout.decode("utf-8", "replace")
    require(done.returncode == 0 and re.search(r"^Status: Granted", text, re.M) and
            re.search(r"^Hash Algorithm: sha256$", text, re.M),
            "a time stamp is no reply of an authority")
    rows = re.findall(r"^ +[0-9a-f]{4} - ([0-9a-f -]{47})", text, re.M)
    return re.sub("[^0-9a-f]", "", "".join(rows[:2]))


def check_timestamps(report, key, closing):
    hashes = []
    for stamp in report["timestamps"]:
        found = read_note(stamp["note"], report["statement"]["vault"], key)
        reply = unbase64(stamp["reply"], "a time stamp")
        hashes.append(sha256(reply).hex())
        require(found["size"] == stamp["size"] <= closing["size"] and
                imprint_of(reply) == sha256(stamp["note"].encode()).hex(),
                "a time stamp is not about a checkpoint of this vault")
    require(is_first_format(report) or hashes == report["statement"]["timestamps"],
            "the time stamps are not those that the report states")


def verify(path, wanted=None):
    report, file_hash = read(path)
    key = read_key(report, wanted)
    vault = report["statement"]["vault"]
    given = report["checkpoints"]
    closing = read_checkpoint(given["closing"], vault, key)
    opening = None if given["opening"] is None else read_checkpoint(given["opening"], vault, key)
    check_records(report, key, closing)
    check_growth(report, opening, closing)
    check_statement(report)
    check_range(report)
    check_ends(report)
    check_timestamps(report, key, closing)
    not_authenticated(report)
    return report, key[3], file_hash


def not_authenticated(report):
    """The records that were written while the vault was locked: no session authenticates them."""
    if is_first_format(report):
        return []
    require("mac" in read_record(report["evidence"]["export"]),
            "the export was not written in a session of the vault")
    carried = report["statement"]["carried"]
    return [each["seq"] for each in report["records"]
            if each["seq"] > carried and "mac" not in read_record(each)]


# 10. The previous report is genuine, and this one names it.

def check_previous(report, fingerprint, path):
    before, its_fingerprint, file_hash = verify(path)
    closing, named = before["checkpoints"]["closing"], report["statement"]["previous"]
    require(its_fingerprint == fingerprint and
            before["statement"]["vault"]["id"] == report["statement"]["vault"]["id"],
            "the report before is of another vault or key")
    require(before["statement"]["vault"]["epoch"] == report["statement"]["vault"]["epoch"],
            "the report before is of another epoch")
    require(named is not None and (named["size"], named["root"]) ==
            (closing["size"], closing["root"]), "this is not the report that came right before")
    require(named["sha256"] in (None, file_hash),
            "the report before is not the file that was recorded")


# 11. A ledger itself: its lines, and every checkpoint in the folder or saved elsewhere.

MOST_LEDGER = 4 << 30


def read_ledger(folder):
    lines, keystore = read_bytes(folder / "ledger.jsonl", MOST_LEDGER).split(b"\n"), None
    require(lines.pop() == b"", "the ledger ends in the middle of a record")
    require(lines, "the ledger holds no record")
    older = True
    for number, line in enumerate(lines, 1):
        what = f"line {number} of the ledger"
        try:
            record = read_line(line.decode("utf-8"), what)
        except ValueError as error:
            raise NotGenuine(f"{what} is not UTF-8: {error}") from error
        require(record["seq"] == number, f"line {number} calls itself record {record['seq']}")
        # Records without a session are valid in a ledger from before there were sessions, up to its first.
        older = number == 1 or (older and "mac" not in record)
        if number == 1 and record["details"].get("form", 1) > 1:
            older, keystore = False, record["details"].get("keystore")
        if older or "mac" in record:
            keystore = record["details"].get("keystore", keystore)
    # Evidence comes without the keystore, which holds the wrapped keys.
    snapshots = [folder / "keystore.sqlite", folder / "keystore.next"]
    hashes = [sha256(read_bytes(file)).hex() for file in snapshots if file.exists()]
    require(not hashes or keystore in hashes, "the keystore does not belong to this ledger")
    return lines


def roots_at(lines, sizes):
    """The root over the first n lines, for each requested n."""
    roots, subtrees = {}, []
    for count, line in enumerate(lines, 1):
        subtrees.append((1, sha256(b"\x00" + line)))
        while len(subtrees) > 1 and subtrees[-1][0] == subtrees[-2][0]:
            (size, right), (_, left) = subtrees.pop(), subtrees.pop()
            subtrees.append((2 * size, node(left, right)))
        if count in sizes:
            root = subtrees[-1][1]
            for _, left in subtrees[-2::-1]:
                root = node(left, root)
            roots[count] = root
    return roots


def notes_in(folder, kept):
    files = [*folder.glob("checkpoint"), *sorted(folder.glob("token-anchor-*.note")),
             *map(Path, kept)]
    notes = [read_bytes(file, 1 << 16).decode("utf-8") for file in files]
    history = folder / "checkpoints.jsonl"
    if history.exists():
        lines = read_bytes(history).decode("utf-8").split("\n")
        notes += [parse(line, "a kept checkpoint")["note"] for line in lines if line]
    return list(dict.fromkeys(notes))


def verify_ledger(folder, kept, wanted):
    lines = read_ledger(folder)
    first = read_line(lines[0].decode("utf-8"), "line 1 of the ledger")
    vault = {"id": first["subject"].get("vault"), "epoch": first["details"].get("epoch", 1)}
    require_shape(vault, {"id": ID, "epoch": int}, "the first record")
    named = first["details"]["checkpointKey"]
    der = unbase64(named["spki"], "the public key")
    kind, fingerprint = kind_of(der), sha256(der).hex()
    require(named["curve"] == {"Ed25519": "ed25519"}.get(kind, "p256"),
            "the first record names another kind of key")
    require_trusted(fingerprint, wanted)
    key = pem_of(der), der, kind, fingerprint
    checkpoints = [read_note(note, vault, key) for note in notes_in(folder, kept)]
    require(checkpoints, "nothing signs this ledger")
    roots = roots_at(lines, {each["size"] for each in checkpoints})
    for each in sorted(checkpoints, key=lambda checkpoint: checkpoint["size"]):
        require(each["size"] <= len(lines),
                f"the ledger ends after {len(lines)} records; {each['size']} were signed")
        require(roots[each["size"]] == each["root"],
                f"the first {each['size']} records are not those that were signed")
    signed = max(each["size"] for each in checkpoints)
    return key[3], (f"{len(lines)} records of epoch {vault['epoch']}, signed up to record "
                    f"{signed}; {len(checkpoints)} checkpoints compared")


def verify_report(given):
    report, fingerprint, file_hash = verify(given.report, given.key)
    if given.previous is not None:
        check_previous(report, fingerprint, given.previous)
    for limit in report["statement"]["limits"]:
        say(f"- {limit}")
    marked = not_authenticated(report)
    if marked:
        named = ", ".join(map(str, marked[:8])) + (", ..." if len(marked) > 8 else "")
        say(f"- Not authenticated, because written while the vault was locked: record {named}")
    say(f"SHA-256 of the file {file_hash}")
    counts, span = report["statement"]["counts"], report["statement"]["range"]
    found = "complete" if is_complete(report) else "not proved to be complete"
    return fingerprint, (f"{counts['included']} of {counts['searched']} records "
                         f"({span['first']} to {span['last']}), {counts['omitted']} left out, "
                         f"{found}, covered up to record "
                         f"{report['checkpoints']['closing']['size']}")


def fingerprint_of(text):
    plain = re.sub("[^0-9a-f]", "", text.lower())
    if len(plain) != 64:
        raise argparse.ArgumentTypeError(f"a fingerprint has 64 characters, not {len(plain)}")
    return plain


def main():
    arguments = Arguments(description="Verifies a Claviger report or ledger.")
    arguments.add_argument("report", help="the JSON file of a report, or a folder with a ledger")
    arguments.add_argument("--previous", help="the previous report")
    arguments.add_argument("--checkpoint", action="append", default=[],
                           help="a checkpoint that was saved elsewhere, for a ledger")
    arguments.add_argument("--key", type=fingerprint_of,
                           help="the fingerprint that you received in another way")
    given = arguments.parse_args()
    try:
        if Path(given.report).is_dir():
            fingerprint, found = verify_ledger(Path(given.report), given.checkpoint, given.key)
        else:
            fingerprint, found = verify_report(given)
    except OSError as error:
        say(f"could not look at it: {error}", sys.stderr)
        return 2
    except NotGenuine as fault:
        say(f"NOT GENUINE: {fault}.")
        return 1
    except (KeyError, TypeError, ValueError) as fault:
        say(f"NOT GENUINE: it is not of the right form ({fault!r}).")
        return 1
    except MemoryError:
        say("could not look at it: it does not fit into memory", sys.stderr)
        return 2
    say(f"key fingerprint {fingerprint}" + ("" if given.key else
        " (NOT compared: anybody can make a key; compare it with one you got in another way)"))
    say(f"GENUINE: {found}.")
    return 0


sys.exit(main())
