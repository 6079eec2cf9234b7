"""Time stamps (RFC 3161): that a signature existed when an authority saw it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from pipeline.errors import ProofError


def check_stamp(token: bytes, stamped: bytes, chains: Sequence[Sequence[x509.Certificate]]) -> datetime:
    """Check a time-stamp token over some bytes.

    Parameters
    ----------
    token : bytes
        The authority's answer, in DER.
    stamped : bytes
        What it is about.
    chains : sequence of sequences of certificates
        Of the authorities that are trusted, each with its root last.

    Returns
    -------
    datetime
        When the authority saw it.

    Raises
    ------
    ProofError
        If no authority of these signed it, or it is about something else.
    """
    from rfc3161_client import VerifierBuilder, decode_timestamp_response  # noqa: PLC0415

    problems = []
    for chain in chains:
        try:
            answer = decode_timestamp_response(token)
            builder = VerifierBuilder(roots=[chain[-1]], intermediates=list(chain[1:-1]), tsa_certificate=chain[0])
            builder.build().verify_message(answer, stamped)
        except Exception as error:  # noqa: BLE001  whatever foreign bytes run the parsers into
            problems.append(str(error))
        else:
            return answer.tst_info.gen_time
    raise ProofError(f"the time stamp does not hold: {'; '.join(problems) or 'no authority is trusted'}")
