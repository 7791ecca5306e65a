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
import binascii
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

TOP = ["format", "statement", "records", "evidence", "inclusion", "checkpoints", "consistency",
       "key", "timestamps"]


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
    return subprocess.run(["openssl", *args], input=data, capture_output=True, check=False)


# 1. The file: JSON without doubled names, nothing but the known fields.

def no_doubles(pairs):
    names = [name for name, _ in pairs]
    require(len(set(names)) == len(names), "the file has a name twice")
    return dict(pairs)


def refuse(text):
    raise NotGenuine(f"the file holds the number {text}")


def read(path):
    try:
        text = Path(path).read_bytes().decode("utf-8")
        report = json.loads(text, object_pairs_hook=no_doubles, parse_float=refuse,
                            parse_constant=refuse)
    except ValueError as error:
        raise NotGenuine(f"the file is not JSON: {error}") from error
    require(isinstance(report, dict) and list(report) == TOP, "the file is not a report")
    require(report["format"] == "claviger-report/1", "the file is of another format")
    again = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    # Python writes empty lists and objects like JavaScript does.
    require(again == text, "the file is not written the way a report is")
    return report


# 2. The key: its fingerprint is the SHA-256 of its DER form.

def read_key(report, wanted):
    pem = report["key"]["pem"]
    der = openssl("pkey", "-pubin", "-outform", "DER", data=pem.encode())
    require(der.returncode == 0, "the public key cannot be read")
    fingerprint = sha256(der.stdout).hex()
    require(report["key"]["fingerprint"] == fingerprint, "the fingerprint is not that of the key")
    if wanted is not None:
        plain = re.sub("[^0-9a-f]", "", wanted.lower())
        require(plain == fingerprint, f"the key is not the one you trust: it is {fingerprint}")
    is_ed25519 = der.stdout.startswith(bytes.fromhex("302a300506032b6570032100"))
    kind = "Ed25519" if is_ed25519 else "ECDSA-P256-SHA256"
    require(report["key"]["algorithm"] == kind, "the report names another kind of key")
    return pem, der.stdout, kind, fingerprint


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
    """The size and root that a note claims, once its signature is found good."""
    pem, der, kind, _ = key
    origin = f"claviger.invalid/{vault['id']}/{vault['epoch']}"
    end = note.rfind("\n\n")
    require(end >= 0 and note.endswith("\n"), "a checkpoint is not a signed note")
    text = note[:end + 1]
    lines = text.split("\n")
    require(len(lines) == 4 and lines[3] == "", "a checkpoint has not three lines")
    require(lines[0] == origin, "a checkpoint is of another vault or epoch")
    require(re.fullmatch("[1-9][0-9]{0,14}", lines[1]), "a checkpoint has no size")
    root = base64.b64decode(lines[2], validate=True)
    require(len(root) == 32 and base64.b64encode(root).decode() == lines[2], "a root is damaged")
    if kind == "Ed25519":
        key_id = sha256(f"{origin}\n".encode() + b"\x01" + der[-32:])[:4]
    else:
        key_id = sha256(der)[:4]
    for line in note[end + 2:-1].split("\n"):
        match = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/]+={0,2})", line)
        require(match, "a checkpoint has a line that is no signature")
        named = base64.b64decode(match[2], validate=True)
        if match[1] == origin and named[:4] == key_id:
            require(is_signed(pem, kind, text.encode(), named[4:]), "a checkpoint is not signed")
            return {"size": int(lines[1]), "root": root, "text": text, "signature": named[4:],
                    "origin": origin}
    raise NotGenuine("a checkpoint is not signed by the key of the report")


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
    """The root over known leaves {index: hash} and, from left to right, all that is between."""
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
    """RFC 6962, section 2.1.2: rebuilds both roots, as PROOF(m, D[n]) is defined."""
    hashes = list(proof)

    def rebuild(m, n, whole):
        # The roots over the first m of n leaves and over all n; the proof is used from its end.
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


def read_record(given):
    record = json.loads(given["line"])
    require("\n" not in given["line"] and record["seq"] == given["seq"],
            f"what stands for record {given['seq']} is not that record")
    return record


def unhex(hashes):
    require(all(re.fullmatch("[0-9a-f]{64}", each) for each in hashes), "a hash is damaged")
    return [bytes.fromhex(each) for each in hashes]


def check_records(report, key, closing):
    first, export = report["evidence"]["first"], report["evidence"]["export"]
    given = [first, *report["records"], export]
    for each in given:
        require(list(each) == ["seq", "leaf", "line"], "a record has other fields")
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
    # The leaves lead to the signed root: where a text does not fit its leaf, it was changed.
    changed = [str(each["seq"]) for each in given if leaf(each["line"]).hex() != each["leaf"]]
    require(not changed, f"not as it was signed: record {', '.join(dict.fromkeys(changed))}")
    # 5. The first record names the key.
    record, vault = read_record(first), report["statement"]["vault"]
    named = base64.b64decode(record["details"]["checkpointKey"]["spki"])
    require(first["seq"] == 1 and named == key[1], "the first record names another key")
    require(record["subject"]["vault"] == vault["id"] and
            record["details"].get("epoch", 1) == vault["epoch"] and
            record["time"] == vault["created"], "the first record is of another vault")


# 6. The ledger only grew: since the opening checkpoint, and since the report before.

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


# 7. What the report states is what was recorded when it was made.

def check_statement(report):
    statement, export = report["statement"], report["evidence"]["export"]
    text = json.dumps(statement, ensure_ascii=False, separators=(",", ":"))
    record = read_record(export)
    require(record["action"] == "report.export" and record["outcome"] == "ok",
            "the record of the export is not there")
    require(record["details"]["statement"] == sha256(text.encode()).hex(),
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


# 9. Time stamps speak of checkpoints of this vault (their signatures: openssl ts -verify).

def check_timestamps(report, key, closing):
    for stamp in report["timestamps"]:
        found = read_note(stamp["note"], report["statement"]["vault"], key)
        imprint = b"\x04\x20" + sha256(stamp["note"].encode())
        require(found["size"] == stamp["size"] <= closing["size"] and
                imprint in base64.b64decode(stamp["reply"], validate=True),
                "a time stamp is not about a checkpoint of this vault")


def verify(path, wanted=None):
    report = read(path)
    key = read_key(report, wanted)
    vault = report["statement"]["vault"]
    given = report["checkpoints"]
    closing = read_checkpoint(given["closing"], vault, key)
    opening = None if given["opening"] is None else read_checkpoint(given["opening"], vault, key)
    check_records(report, key, closing)
    check_growth(report, opening, closing)
    check_statement(report)
    check_range(report)
    check_timestamps(report, key, closing)
    return report, key[3]


# 10. The report before is genuine, and this one names it.

def check_previous(report, fingerprint, path):
    before, its_fingerprint = verify(path)
    closing, named = before["checkpoints"]["closing"], report["statement"]["previous"]
    require(its_fingerprint == fingerprint and
            before["statement"]["vault"]["id"] == report["statement"]["vault"]["id"],
            "the report before is of another vault or key")
    require(before["statement"]["vault"]["epoch"] == report["statement"]["vault"]["epoch"],
            "the report before is of another epoch")
    require(named is not None and (named["size"], named["root"]) ==
            (closing["size"], closing["root"]), "this is not the report that came right before")
    require(named["sha256"] in (None, sha256(Path(path).read_bytes()).hex()),
            "the report before is not the file that was recorded")


# 11. A ledger itself: its lines, and every checkpoint that is there or was kept elsewhere.

def read_ledger(folder):
    lines, keystore = (folder / "ledger.jsonl").read_bytes().split(b"\n"), None
    require(lines.pop() == b"", "the ledger ends in the middle of a record")
    require(lines, "the ledger holds no record")
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line.decode("utf-8"), object_pairs_hook=no_doubles)
        except ValueError as error:
            raise NotGenuine(f"line {number} of the ledger is no record: {error}") from error
        require(record["seq"] == number, f"line {number} calls itself record {record['seq']}")
        keystore = record["details"].get("keystore", keystore)
    # Evidence comes without the keystore, which holds the wrapped keys.
    snapshots = [folder / "keystore.sqlite", folder / "keystore.next"]
    hashes = [sha256(file.read_bytes()).hex() for file in snapshots if file.exists()]
    require(not hashes or keystore in hashes, "the keystore does not belong to this ledger")
    return lines


def roots_at(lines, sizes):
    """The root over the first n lines, for each n that is asked for."""
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
    notes = [file.read_bytes().decode("utf-8") for file in files]
    history = folder / "checkpoints.jsonl"
    if history.exists():
        notes += [json.loads(line)["note"] for line in history.read_text("utf-8").splitlines()]
    return list(dict.fromkeys(notes))


def verify_ledger(folder, kept, wanted):
    lines = read_ledger(folder)
    first = json.loads(lines[0])
    vault = {"id": first["subject"]["vault"], "epoch": first["details"].get("epoch", 1)}
    der = base64.b64decode(first["details"]["checkpointKey"]["spki"], validate=True)
    pem = openssl("pkey", "-pubin", "-inform", "DER", data=der)
    require(pem.returncode == 0, "the public key cannot be read")
    key = read_key({"key": {
        "pem": pem.stdout.decode(),
        "fingerprint": sha256(der).hex(),
        "algorithm": "Ed25519" if first["details"]["checkpointKey"]["curve"] == "ed25519"
                     else "ECDSA-P256-SHA256",
    }}, wanted)
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
    report, fingerprint = verify(given.report, given.key)
    if given.previous is not None:
        check_previous(report, fingerprint, given.previous)
    for limit in report["statement"]["limits"]:
        say(f"- {limit}")
    say(f"SHA-256 of the file {sha256(Path(given.report).read_bytes()).hex()}")
    counts = report["statement"]["counts"]
    return fingerprint, (f"{counts['included']} of {counts['searched']} records, "
                         f"{counts['omitted']} left out, covered up to record "
                         f"{report['checkpoints']['closing']['size']}")


def main():
    arguments = Arguments(description="Verifies a Claviger report or ledger.")
    arguments.add_argument("report", help="the JSON file of a report, or a folder with a ledger")
    arguments.add_argument("--previous", help="the report that came before")
    arguments.add_argument("--checkpoint", action="append", default=[],
                           help="a checkpoint that was kept elsewhere, for a ledger")
    arguments.add_argument("--key", help="the fingerprint you got in another way")
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
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError,
            binascii.Error) as fault:
        say(f"NOT GENUINE: it is not of the right form ({fault!r}).")
        return 1
    say(f"key fingerprint {fingerprint}" + ("" if given.key else
        " (NOT compared: anybody can make a key; compare it with one you got in another way)"))
    say(f"GENUINE: {found}.")
    return 0


sys.exit(main())
