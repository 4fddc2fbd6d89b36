#!/bin/sh
# Has a TPM 2.0 vouch for a lease:  assay run --hardware-evidence examples/tpm-evidence.sh JOB.yaml
#
# Given the nonce in hex, it prints a quote as assay hardware pack would write it. It needs tpm2-tools, and a TPM that
# they find (TPM2TOOLS_TCTI names another than the machine's own).
#
#   TPM_KEY            the attestation key's handle; a key is made there when there is none (default: 0x81010002)
#   TPM_PCRS           what is quoted (default: sha256:0,1,2,3,4,5,6,7)
#   TPM_CERTIFICATES   a file with the attestation key's certificates in PEM, up to the root's (default: none)
set -eu

nonce=$1
key=${TPM_KEY:-0x81010002}
certificates=${TPM_CERTIFICATES:-/dev/null}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! tpm2_readpublic -Q -c "$key" -o "$work/key" 2> "$work/why"; then
    tpm2_createek -Q -G rsa -c "$work/ek"
    tpm2_flushcontext -t
    tpm2_createak -Q -C "$work/ek" -c "$work/ak" -G ecc -g sha256 -s ecdsa
    tpm2_flushcontext -t
    tpm2_evictcontrol -Q -c "$work/ak" "$key"
    tpm2_readpublic -Q -c "$key" -o "$work/key"
fi
tpm2_quote -Q -c "$key" -l "${TPM_PCRS:-sha256:0,1,2,3,4,5,6,7}" -g sha256 -q "$nonce" \
    -m "$work/attest" -s "$work/signature" -o "$work/pcrs" -F values

part() {
    base64 -w 0 "$work/$1"
}

# Each certificate's base64 on one line, in quotes, with commas between.
chain=$(awk '/BEGIN/ { der = ""; next } /END/ { printf "%s\"%s\"", comma, der; comma = "," } { der = der $0 }' \
    "$certificates")

printf '{"attest":"%s","certificates":[%s],"key":"%s","kind":"tpm2-quote","pcrs":"%s","signature":"%s"}' \
    "$(part attest)" "$chain" "$(part key)" "$(part pcrs)" "$(part signature)"
