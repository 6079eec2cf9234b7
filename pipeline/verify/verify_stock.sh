#!/bin/sh
# Checks a bundle with openssl, jq and the usual small programs alone; VERIFY.md says what that shows and what it does not.
#
#     sh verify_stock.sh [BUNDLE]
set -eu
cd "${1:-.}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'FAIL  %s: %s\n' "$1" "$2" >&2
    exit 1
}
ok() { printf 'ok    %s\n' "$1"; }
sha256() { openssl dgst -sha256 -binary; }
field() { jq -er "$1" "$2" 2>/dev/null || fail "$2" "has no $1"; }

statement=metrics.sigstore.json
for program in openssl jq base64 sha256sum; do
    command -v "$program" >/dev/null || fail "$program" "is not installed"
done

# 1. The statement is signed (DSSE: ECDSA on P-256 over type and payload, each behind its length).
field .dsseEnvelope.payload "$statement" | base64 -d >"$work/payload" || fail "$statement" "its payload is not Base64"
field '.dsseEnvelope.signatures[0].sig' "$statement" | base64 -d >"$work/signature"
field '.verificationMaterial.tlogEntries[0].canonicalizedBody' "$statement" | base64 -d >"$work/entry"
field .spec.hashedRekordV002.signature.verifier.publicKey.rawBytes "$work/entry" | base64 -d >"$work/exporter.der"
openssl pkey -pubin -inform DER -in "$work/exporter.der" -out "$work/exporter.pem" 2>/dev/null ||
    fail "$statement" "the exporter's key cannot be read"
kind=$(field .dsseEnvelope.payloadType "$statement")
{
    printf 'DSSEv1 %d %s %d ' "${#kind}" "$kind" "$(wc -c <"$work/payload")"
    cat "$work/payload"
} >"$work/signed"
openssl dgst -sha256 -verify "$work/exporter.pem" -signature "$work/signature" "$work/signed" >/dev/null 2>&1 ||
    fail "$statement" "the signature does not hold"
ok "the statement is signed"

# 2. Every file that it is about is the one that was signed, and there is no other.
jq -r '.subject[] | .digest.sha256 + "  " + .name' "$work/payload" >"$work/digests"
grep -q '  metrics\.csv$' "$work/digests" || fail "$statement" "says nothing of metrics.csv"
while read -r digest name; do
    [ -f "$name" ] || fail "$name" "is missing"
    [ "$(sha256sum <"$name" | cut -d ' ' -f 1)" = "$digest" ] || fail "$name" "is not the file that was signed"
done <"$work/digests"
find . -type f ! -path './log/*' ! -name "$statement" | sed 's,^\./,,' | while read -r name; do
    cut -c 67- "$work/digests" | grep -qxF -- "$name" || fail "$name" "is a file that nothing speaks for"
done
ok "all $(wc -l <"$work/digests") files are the ones that were signed"

# 3. The log has signed its checkpoint (Ed25519), and the one that the statement was logged under.
origin=$(field '.tlogs[0].baseUrl' trusted_root.json | sed 's,^https://,,')
field '.tlogs[0].publicKey.rawBytes' trusted_root.json | base64 -d >"$work/log.der"
openssl pkey -pubin -inform DER -in "$work/log.der" -out "$work/log.pem" 2>/dev/null ||
    fail trusted_root.json "the log's key cannot be read"
field '.verificationMaterial.tlogEntries[0].inclusionProof.checkpoint.envelope' "$statement" >"$work/logged"
check_checkpoint() {
    sed '/^$/,$d' "$1" >"$work/text"
    [ "$(head -n 1 "$work/text")" = "$origin" ] || fail "$2" "is a checkpoint of another log"
    grep -F -- "— $origin " "$1" | head -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c +5 >"$work/note"
    openssl pkeyutl -verify -pubin -inkey "$work/log.pem" -rawin -in "$work/text" -sigfile "$work/note" >/dev/null 2>&1 ||
        fail "$2" "the log's signature does not hold"
}
check_checkpoint log/checkpoint log/checkpoint
ok "the log has signed $(sed -n 2p log/checkpoint) entries"
check_checkpoint "$work/logged" "$statement"

# 4. The signature of the statement stands in the log (RFC 9162, section 2.1.3.2).
place=$(field '.verificationMaterial.tlogEntries[0].inclusionProof.logIndex' "$statement")
last=$(($(sed -n 2p "$work/logged") - 1))
[ "$(field .spec.hashedRekordV002.data.digest "$work/entry")" = "$(sha256 <"$work/signed" | base64)" ] ||
    fail "$statement" "another statement was logged"
[ "$(field .spec.hashedRekordV002.signature.content "$work/entry")" = "$(base64 -w 0 <"$work/signature")" ] ||
    fail "$statement" "another signature was logged"
{
    printf '\000'
    cat "$work/entry"
} | sha256 >"$work/hash"
field '.verificationMaterial.tlogEntries[0].inclusionProof.hashes | join(" ")' "$statement" | tr ' ' '\n' >"$work/proof"
while read -r sibling; do
    printf '%s' "$sibling" | base64 -d >"$work/sibling"
    if [ $((place % 2)) -eq 1 ] || [ "$place" -eq "$last" ]; then
        set -- "$work/sibling" "$work/hash"
        while [ $((place % 2)) -eq 0 ] && [ "$place" -ne 0 ]; do
            place=$((place / 2)) last=$((last / 2))
        done
    else
        set -- "$work/hash" "$work/sibling"
    fi
    {
        printf '\001'
        cat "$@"
    } | sha256 >"$work/next"
    mv "$work/next" "$work/hash"
    place=$((place / 2)) last=$((last / 2))
done <"$work/proof"
[ "$last" -eq 0 ] && [ "$(base64 <"$work/hash")" = "$(sed -n 3p "$work/logged")" ] ||
    fail "$statement" "its signature does not stand in the log"
ok "the signature of the statement stands in the log"

# 5. metrics.csv is signed once more, as CMS, with the same key.
openssl cms -verify -binary -noverify -inform DER -in metrics.csv.p7s -content metrics.csv -out /dev/null \
    -signer "$work/signer.pem" 2>/dev/null || fail metrics.csv.p7s "the signature does not hold"
openssl x509 -in "$work/signer.pem" -noout -pubkey >"$work/cms.pem"
cmp -s "$work/cms.pem" "$work/exporter.pem" || fail metrics.csv.p7s "is signed with another key"
ok "metrics.csv has a CMS signature"

# 6. Time stamps, where there are any (RFC 3161).
count=$(jq '.verificationMaterial.timestampVerificationData.rfc3161Timestamps | length' "$statement")
number=0
while [ "$number" -lt "$count" ]; do
    jq -r ".verificationMaterial.timestampVerificationData.rfc3161Timestamps[$number].signedTimestamp" "$statement" |
        base64 -d >"$work/token"
    jq -r '.timestampAuthorities[].certChain.certificates[].rawBytes' trusted_root.json | while read -r certificate; do
        printf '%s' "$certificate" | base64 -d | openssl x509 -inform DER
    done >"$work/authorities.pem"
    openssl ts -verify -data "$work/signature" -in "$work/token" -CAfile "$work/authorities.pem" >/dev/null 2>&1 ||
        fail "$statement" "time stamp $((number + 1)) does not hold"
    number=$((number + 1))
    ok "time stamp $number holds"
done

printf '\nCompare these with what the exporter publishes elsewhere:\n'
printf '  exporter  %s\n' "$(sha256sum <"$work/exporter.der" | cut -d ' ' -f 1)"
printf '  log       %s %s\n' "$origin" "$(sha256sum <"$work/log.der" | cut -d ' ' -f 1)"
