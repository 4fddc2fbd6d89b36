package dev.assay.verification.hardware;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.VerifiedHardware.Fact;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A TPM 2.0 quote: the PCRs that a TPM attests to, under its attestation key.
 *
 * @param pcrs the values of the selected PCRs one after another, in the order of the selection
 * @param certificates from that of the attestation key to the root; empty when nobody certified it
 */
public record TpmQuote(
        TpmAttest attest,
        TpmSignature signature,
        TpmPublic key,
        Bytes pcrs,
        List<X509Certificate> certificates)
        implements HardwareEvidence {
    private static final String KEY_CERTIFICATES = "certificates";

    /** tcg-kp-AIKCertificate, the purpose of an attestation key's certificate. */
    private static final String ATTESTATION_KEY = "2.23.133.8.3";

    public TpmQuote {
        certificates = List.copyOf(certificates);
    }

    /**
     * Reads a quote as TPM2_Quote gives it.
     *
     * @param attest TPMS_ATTEST
     * @param signature TPMT_SIGNATURE
     * @param key TPM2B_PUBLIC of the attestation key
     */
    public static TpmQuote parse(
            Bytes attest,
            Bytes signature,
            Bytes key,
            Bytes pcrs,
            List<X509Certificate> certificates)
            throws VerificationException {
        return new TpmQuote(
                TpmAttest.parse(attest.toArray()),
                TpmSignature.parse(signature.toArray()),
                TpmPublic.parse(key.toArray()),
                pcrs,
                certificates);
    }

    @Override
    public EvidenceKind kind() {
        return EvidenceKind.TPM2_QUOTE;
    }

    @Override
    public VerifiedHardware verify(EvidenceNonce nonce, TrustRoots roots, Instant at)
            throws VerificationException {
        signature.require(key, attest.encoded().toArray());
        nonce.require("attest.extraData", Digest.BYTES, attest.extraData().toArray());
        requireValues();
        Optional<TrustRoots.Root> root =
                certificates.isEmpty() ? Optional.empty() : Optional.of(certified(roots, at));
        return new VerifiedHardware(kind(), root, proved(root), unchecked(root), facts());
    }

    /** Refuses values that do not hash to what was signed. */
    private void requireValues() throws VerificationException {
        if (pcrs.length() != attest.valuesLength()) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    "pcrs: "
                            + pcrs.length()
                            + " bytes, but the quote selects "
                            + attest.valuesLength()
                            + "; give the values of exactly the PCRs that were quoted");
        }
        if (!Arrays.equals(signature.hash().digest(pcrs.toArray()), attest.pcrDigest().toArray())) {
            throw new VerificationException(
                    Code.BAD_STATEMENT, "pcrs: these values are not those that were quoted");
        }
    }

    private TrustRoots.Root certified(TrustRoots roots, Instant at) throws VerificationException {
        CertificateChain chain = new CertificateChain(KEY_CERTIFICATES, certificates);
        List<String> purposes = purposes(chain.signer());
        if (!purposes.isEmpty() && !purposes.contains(ATTESTATION_KEY)) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    KEY_CERTIFICATES
                            + "[0]: for "
                            + purposes
                            + ", not for an attestation key ("
                            + ATTESTATION_KEY
                            + ")");
        }
        if (!chain.leaf().getPublicKey().equals(key.key())) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    KEY_CERTIFICATES + "[0]: certifies another key than the one that signed");
        }
        return chain.verify(kind(), roots, at);
    }

    /** What a certificate says that its key is for; nothing when it does not say. */
    private static List<String> purposes(X509Certificate certificate) throws VerificationException {
        try {
            List<String> purposes = certificate.getExtendedKeyUsage();
            return purposes == null ? List.of() : purposes;
        } catch (CertificateParsingException e) {
            throw new VerificationException(
                    Code.BAD_ENCODING, KEY_CERTIFICATES + "[0]: its purposes cannot be read", e);
        }
    }

    private List<String> proved(Optional<TrustRoots.Root> root) {
        List<String> proved = new ArrayList<>();
        proved.add(
                "the attestation key "
                        + Hex.of(key.name().toArray())
                        + " signed this quote ("
                        + key.scheme()
                        + ", "
                        + key.hash().algorithm()
                        + ")");
        root.ifPresent(known -> proved.add("that key is certified up to " + known));
        proved.add("it was made for this nonce");
        proved.add("the " + registers() + " have the values given");
        return proved;
    }

    private List<String> unchecked(Optional<TrustRoots.Root> root) {
        List<String> unchecked = new ArrayList<>();
        if (root.isEmpty()) {
            unchecked.add(
                    "that a TPM holds the key at all: nobody certified it, and any program can make"
                            + " such a quote (assay hardware challenge asks a TPM)");
        }
        unchecked.add(
                "what the PCR values mean: no reference measurements, no event log of the boot");
        if (root.isPresent()) {
            unchecked.add("whether a certificate was revoked");
            unchecked.add(
                    "that whoever certified the key looked whether it is an attestation key: its"
                            + " attributes are in no certificate");
        }
        unchecked.add("whether the TPM's firmware is one without known faults");
        unchecked.add("that the TPM is part of the machine that did the work");
        return unchecked;
    }

    private List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("key.name", Hex.of(key.name().toArray())));
        facts.add(new Fact("key.qualifiedName", Hex.of(attest.qualifiedSigner().toArray())));
        facts.add(new Fact("firmware", Long.toHexString(attest.firmwareVersion())));
        facts.add(new Fact("clock.milliseconds", Long.toUnsignedString(attest.clock())));
        facts.add(new Fact("clock.safe", Boolean.toString(attest.safe())));
        facts.add(new Fact("resets", Long.toString(attest.resetCount())));
        facts.add(new Fact("restarts", Long.toString(attest.restartCount())));
        byte[] values = pcrs.toArray();
        int at = 0;
        for (TpmAttest.Selection selection : attest.selections()) {
            for (int register : selection.registers()) {
                int end = at + selection.bank().bytes();
                facts.add(
                        new Fact(
                                "pcr." + selection.bank().bank() + "." + register,
                                Hex.of(Arrays.copyOfRange(values, at, end))));
                at = end;
            }
        }
        return facts;
    }

    private String registers() {
        List<String> banks = new ArrayList<>();
        for (TpmAttest.Selection selection : attest.selections()) {
            if (!selection.registers().isEmpty()) {
                banks.add(selection.bank().bank() + " PCRs " + numbers(selection.registers()));
            }
        }
        return String.join(" and ", banks);
    }

    private static String numbers(List<Integer> registers) {
        return String.join(", ", registers.stream().map(String::valueOf).toList());
    }
}
