"""A witness on this machine, after C2SP tlog-witness: it signs only what is consistent with what it signed before."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.errors import ProofError
from pipeline.verify.base64s import decode
from pipeline.verify.merkle import EMPTY_ROOT, check_consistency
from pipeline.verify.notes import Checkpoint, KeyType, Note, VerifierKey, cosign, open_checkpoint

SEEN_AT = 1_793_000_000


class LocalWitness:
    """State and answers of a witness that follows one log."""

    def __init__(self, name: str, log: VerifierKey, seed: int = 1) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.key = VerifierKey(name, KeyType.WITNESS, self.private.public_key().public_bytes_raw())
        self.log = log
        self.seen = Checkpoint(log.name, 0, EMPTY_ROOT)
        self.answer_with: tuple[int, bytes] | None = None
        self.asked: list[bytes] = []

    def answer(self, body: bytes) -> tuple[int, bytes]:
        self.asked.append(body)
        if self.answer_with:
            return self.answer_with
        head, _, note_bytes = body.partition(b"\n\n")
        first, *lines = head.decode().split("\n")
        note = Note.parse(note_bytes)
        try:
            checkpoint = open_checkpoint(note, self.log)
        except ProofError:
            return 403, b"not signed by the log\n"
        if int(first.removeprefix("old ")) != self.seen.size:
            return 409, f"{self.seen.size}\n".encode()
        try:
            proof = [decode(line) for line in lines]
            check_consistency(self.seen.size, checkpoint.size, self.seen.root, checkpoint.root, proof)
        except ProofError:
            return (409 if self.seen.size == checkpoint.size else 422), b"not consistent\n"
        self.seen = checkpoint
        return 200, str(cosign(self.private, self.key.name, note.text, SEEN_AT)).encode()


@contextmanager
def serving(*witnesses: LocalWitness) -> Iterator[list[str]]:
    """Serve witnesses on this machine; give the address of each."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at = int(self.path.split("/")[1])
            status, answer = witnesses[at].answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield [f"http://127.0.0.1:{server.server_port}/{at}" for at in range(len(witnesses))]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
