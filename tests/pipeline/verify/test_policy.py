"""Policies: who must have seen a checkpoint, and files that are wrong."""

from itertools import combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.errors import ProofError
from pipeline.verify.notes import Checkpoint, KeyType, Note, VerifierKey, cosign, sign
from pipeline.verify.policy import read_policy

NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
PRIVATE = {name: Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at, name in enumerate(("log", *NAMES))}
PUBLIC = {
    name: VerifierKey(
        f"{name.lower()}.example",
        KeyType.LOG if name == "log" else KeyType.WITNESS,
        key.public_key().public_bytes_raw(),
    )
    for name, key in PRIVATE.items()
}
WITNESSES = "".join(f"witness {name} {PUBLIC[name]} https://{name.lower()}.example/\n" for name in NAMES)
EXAMPLE = (
    f"# the example of the specification\nlog {PUBLIC['log']}\n\n{WITNESSES}"
    "group X-witnesses 2 X1 X2 X3\n\tgroup Y-witnesses any Y1 Y2\tY3 \n"
    "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
)
TEXT = str(Checkpoint("log.example", 7, bytes(32)))


def note_seen_by(*names: str) -> Note:
    lines = [cosign(PRIVATE[name], PUBLIC[name].name, TEXT, 1000 + at) for at, name in enumerate(names)]
    return Note(TEXT, (sign(PRIVATE["log"], "log.example", TEXT), *lines))


@pytest.mark.parametrize("seen", [s for n in range(7) for s in combinations(NAMES, n)], ids=" ".join)
def test_a_quorum_is_two_of_x_and_any_of_y(seen: tuple[str, ...]) -> None:
    policy = read_policy(EXAMPLE)
    expected = len({"X1", "X2", "X3"} & set(seen)) >= 2 and bool({"Y1", "Y2", "Y3"} & set(seen))

    assert policy.reached(set(seen)) == expected


def test_a_checkpoint_is_opened_when_log_and_quorum_have_signed() -> None:
    policy = read_policy(EXAMPLE)

    assert policy.open(note_seen_by("X1", "X3", "Y2")).size == 7
    assert policy.check_quorum(note_seen_by("X1", "X3", "Y2")) == {"X1": 1000, "X3": 1001, "Y2": 1002}
    with pytest.raises(ProofError, match="no quorum of witnesses, got X1, Y2, expected 2 of X-witnesses, Y-witnesses"):
        policy.open(note_seen_by("X1", "Y2"))


def test_a_log_that_the_policy_does_not_name_is_refused() -> None:
    policy = read_policy(f"log {PUBLIC['log']}\nquorum none\n")
    text = TEXT.replace("log.example", "other.example")

    with pytest.raises(ProofError, match=r"does not name, got 'other\.example'"):
        policy.open(Note(text, (sign(PRIVATE["log"], "other.example", text),)))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "no quorum", id="empty"),
        pytest.param("quorum nobody\n", "line 1: a name that is not defined above", id="unknown quorum"),
        pytest.param("quorum none\nquorum none\n", "line 2: not understood", id="two quorums"),
        pytest.param(WITNESSES + "group g 4 X1 X2 X3\nquorum g\n", "more members needed", id="more than all"),
        pytest.param(WITNESSES + "group g 0 X1\nquorum g\n", "not a number of members", id="none of some"),
        pytest.param(WITNESSES + "group g any X1 X1\nquorum g\n", "a member of two groups", id="twice a member"),
        pytest.param(WITNESSES + "group g any X1\ngroup h any X1\nquorum g\n", "a member of two", id="in two groups"),
        pytest.param(WITNESSES + "group X1 any X2\nquorum X1\n", "a name that is taken", id="a name twice"),
        pytest.param(WITNESSES + "group none any X2\nquorum X1\n", "a name that is taken", id="the name none"),
        pytest.param("group g any g\nquorum g\n", "not defined above", id="a group of itself"),
        pytest.param(f"witness a {PUBLIC['log']}\nquorum a\n", "of another type", id="a log as a witness"),
        pytest.param(f"log {PUBLIC['X1']}\nquorum none\n", "of another type", id="a witness as a log"),
        pytest.param(WITNESSES + f"witness again {PUBLIC['X1']}\nquorum X1\n", "stands there already", id="key twice"),
        pytest.param("log junk\nquorum none\n", "line 1: not a verifier key", id="no key"),
        pytest.param("witnes a b\n", "line 1: not understood, got 'witnes a b'", id="misspelt"),
        pytest.param("quorum none\r\n", "control characters", id="line ends of another system"),
        pytest.param("#\n" * 2000, "more than 1,000 lines", id="too long"),
    ],
)
def test_a_wrong_policy_names_the_line(text: str, problem: str) -> None:
    with pytest.raises(ProofError, match=problem):
        read_policy(text)
