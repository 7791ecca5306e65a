#!/usr/bin/env python3
"""Decrypts a file of Claviger, format version 1 (docs/format.md), without Claviger.

usage: clv-decrypt.py (--key KEYFILE | --dek KEYFILE) FILE [OUT]

--key names a file with a key that one of the file's slots is made for, --dek one with the file key
itself: 64 hex digits; - is standard input. (What stands in an argument, other users can see.)
OUT is the name stored in the file, in the current folder, unless given. It appears only once every
tag has verified, and nothing is overwritten. Exit status 1, with a code and a reason, otherwise.
Needs the package `cryptography` (Debian: python3-cryptography).
"""
import argparse, base64, contextlib, hashlib, hmac, json, os, re, stat, sys, tempfile
from datetime import datetime, timedelta, timezone
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

PREAMBLE = b"\x89CLV\r\n\x1a\n\x01\x00"
NUMBER = rb"(0|[1-9][0-9]{0,15})"
LINE_1 = re.compile(rb'\{"suite":"A256GCM","segment":%b,"file":"[0-9a-f]{32}","meta":%b,"size":%b\}\n' % ((NUMBER,) * 3))
SLOT = re.compile(rb'\{"key":"([0-9a-f]{32})","version":([1-9][0-9]{0,9}),"kcv":"((?:[0-9a-f]{6})?)","wrap":"(A256KW|A256GCMKW)","dek":"([A-Za-z0-9+/]+={0,2})"\}')
WRAPPED = {b"A256KW": 40, b"A256GCMKW": 60}
ZEROS = bytes(32)

class Refused(Exception):
    """code, reason"""

def check(condition, code, reason):
    if not condition:
        raise Refused(code, reason)

def gcm(key, nonce, data, aad):
    try:
        return AESGCM(key).decrypt(nonce, data, aad)
    except InvalidTag:
        return None

def read_slots(line):
    check(line[:1] == b"[" and line[-1:] == b"]", "header-damaged", "line 2 is no list")
    slots, texts = [], line[1:-1].replace(b"},{", b"}\n{").split(b"\n")
    check(len(texts) <= 16, "header-damaged", "more than 16 slots")
    for text in texts:
        match = SLOT.fullmatch(text)
        check(match and int(match[2]) < 2**32, "header-damaged", "line 2 is not canonical")
        wrapped = base64.b64decode(match[5] + b"==")  # lenient about padding; the comparison below is not
        check(base64.b64encode(wrapped) == match[5] and len(wrapped) == WRAPPED[match[4]], "header-damaged", "a wrapped key")
        slots.append((text[: match.start(5)] + b'"}', match[3], match[4], wrapped, (match[1], match[2])))
    check(len({slot[2] for slot in slots}) == 1, "header-damaged", "slots of two kinds")
    check(len({slot[4] for slot in slots}) == len(slots), "header-damaged", "a slot twice")
    return slots

def read_header(file):
    start = file.read(12)
    check(start[:8] == PREAMBLE[:8], "not-encrypted", "the file does not start like an encrypted file")
    area = int.from_bytes(start[10:12], "big")
    check(start[:10] == PREAMBLE and area % 512 == 0 and 512 <= area <= 65024, "header-damaged", "version or area length")
    header = start + file.read(area - 12)
    check(len(header) == area, "header-damaged", "the file ends inside its header")
    lines = header[12:-60].split(b"\n")
    check(len(lines) == 3 and not lines[2].strip(b" "), "header-damaged", "there are not two lines and spaces")
    line_1 = LINE_1.fullmatch(lines[0] + b"\n")
    check(line_1, "header-damaged", "line 1 is not canonical")
    segment, meta, size = (int(number) for number in line_1.groups())
    check(4096 <= segment <= 4194304 and segment & (segment - 1) == 0, "header-damaged", "segment length")
    check(1 <= meta <= segment and size <= 2**48 and -(-size // segment) < 2**32, "header-damaged", "lengths")
    return header, hashlib.sha256(PREAMBLE + line_1[0]).digest(), segment, meta, size, read_slots(lines[1])

def open_slots(slots, digest, key):
    for text, _, wrap, wrapped, _ in slots:
        if wrap == b"A256GCMKW":
            dek = gcm(key, wrapped[:12], wrapped[12:], b"clv1slot" + digest + text)
        else:
            try:
                dek = aes_key_unwrap(key, wrapped)
            except InvalidUnwrap:
                dek = None
        if dek:
            return dek
    cmac = CMAC(AES(key))
    cmac.update(bytes(16))
    ours = cmac.finalize()[:3].hex().encode() in (slot[1] for slot in slots)
    raise Refused(*(("header-altered", "a slot of this key was changed") if ours else ("wrong-key", "no slot can be unwrapped with this key")))

def check_seal(header, dek):
    sealed, nonce, seal = header[:-60], header[-60:-48], header[-48:]
    zeros = gcm(dek, nonce, seal, sealed)
    if zeros is None:
        same_key = AESGCM(dek).encrypt(nonce, ZEROS, sealed)[:32] == seal[:32]
        raise Refused(*(("header-altered", "only the tag of the seal differs") if same_key else ("wrong-body-key", "the seal is of another key")))
    check(hmac.compare_digest(zeros, ZEROS), "wrong-body-key", "the seal commits to nothing")

def open_segments(file, dek, digest, segment, meta, size):
    count = -(-size // segment)
    for index in range(count + 1):
        length = meta if index == 0 else min(segment, size - (index - 1) * segment)
        stored = file.read(length + 28)
        aad = b"clv1" + digest + index.to_bytes(8, "big") + bytes([index == count])
        plaintext = gcm(dek, stored[:12], stored[12:], aad) if len(stored) == length + 28 else None
        check(plaintext is not None, "segment-damaged", f"segment {index} of {count}")
        yield plaintext

def read_metadata(plaintext):
    try:
        text = plaintext.rstrip(b" ").decode()
        data = json.loads(text)
        data = {"name": data["name"], "mtime": data["mtime"], "mode": data["mode"]}
        canonical = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() == text.encode()
        time = datetime.strptime(data["mtime"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        name_fits = 1 <= len(data["name"].encode()) <= 255 and data["name"] not in (".", "..")
        sound = canonical and name_fits and not re.search(r"[\x00-\x1f\x7f-\x9f/\\]", data["name"]) and type(data["mode"]) is int
        sound = sound and re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z", data["mtime"]) and 0 <= data["mode"] <= 0o777
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        sound = False
    check(sound and len(plaintext) % 256 == 0, "metadata-damaged", "the stored name, time or mode")
    return data["name"], (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1) * 1000, data["mode"]

def publish(part, out):
    """Gives the finished file its name, and replaces no file that has appeared meanwhile."""
    try:
        os.link(part, out)
    except FileExistsError:
        raise Refused("exists", f"{out!r} already exists") from None
    except OSError:  # a disk without hard links
        try:
            os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            raise Refused("exists", f"{out!r} already exists") from None
        try:
            os.replace(part, out)
        except OSError:
            os.unlink(out)
            raise

def decrypt(path, key, dek, out):
    with open(path, "rb") as file:
        header, digest, segment, meta, size, slots = read_header(file)
        dek = dek or open_slots(slots, digest, key)
        check_seal(header, dek)
        expected, actual = len(header) + meta + size + 28 * (-(-size // segment) + 1), os.fstat(file.fileno()).st_size
        check(actual >= expected, "cut-short", f"{expected - actual} bytes are missing")
        check(actual <= expected, "trailing-data", f"{actual - expected} bytes too many")
        plaintexts = open_segments(file, dek, digest, segment, meta, size)
        name, mtime, mode = read_metadata(next(plaintexts))
        out = out or name
        check(not os.path.lexists(out), "exists", f"{out!r} already exists")
        handle, part = tempfile.mkstemp(suffix=".part", dir=os.path.dirname(out) or ".")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as target:
                target.writelines(plaintexts)
                target.flush()
                os.fsync(target.fileno())
            os.chmod(part, stat.S_IMODE(mode))
            os.utime(part, ns=(mtime, mtime))
            publish(part, out)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)

def key_in(name):
    with contextlib.nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as file:
        text = file.read(4096).strip()
    check(re.fullmatch(rb"[0-9a-fA-F]{64}", text), "usage", "a key file holds 64 hex digits and nothing else")
    return bytes.fromhex(text.decode())

def main():
    parser = argparse.ArgumentParser(description="Decrypts a file of Claviger.")
    secret = parser.add_mutually_exclusive_group(required=True)
    secret.add_argument("--key", metavar="KEYFILE", help="file with a key of one of the slots; - is standard input")
    secret.add_argument("--dek", metavar="KEYFILE", help="file with the file key")
    parser.add_argument("file")
    parser.add_argument("out", nargs="?")
    given = parser.parse_args()
    try:
        key, dek = (name and key_in(name) for name in (given.key, given.dek))
        decrypt(given.file, key, dek, given.out)
    except Refused as refused:
        sys.exit("{}: {}".format(*refused.args))
    except OSError as error:
        sys.exit(f"io: {error}")

if __name__ == "__main__":
    main()
