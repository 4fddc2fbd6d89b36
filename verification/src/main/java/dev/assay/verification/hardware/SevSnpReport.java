package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.Keys.Curve;
import dev.assay.verification.hardware.VerifiedHardware.Fact;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An attestation report of a confidential guest on an AMD processor, versions 2 to 5, 1,184 bytes,
 * least significant byte first (AMD 56860, SEV-SNP Firmware ABI, table "ATTESTATION_REPORT"):
 *
 * <pre>
 * 000 version 4   004 guest svn 4   008 policy 8   010 family id 16   020 image id 16
 * 030 vmpl 4      034 signature algorithm 4        038 current TCB 8  040 platform info 8
 * 048 key flags 4 04C reserved 4    050 report data 64, the nonce     090 measurement 48
 * 0C0 host data 32                  0E0 id key digest 48              110 author key digest 48
 * 140 report id 32                  160 report id of agent 32         180 reported TCB 8
 * 188 family, model, stepping 3     18B reserved 21                   1A0 chip id 64
 * 1E0 committed TCB 8               1E8 firmware versions 8           1F0 launch TCB 8
 * 1F8 reserved                      2A0 r 72, s 72, reserved 368
 * </pre>
 *
 * @param report the whole report
 * @param certificates VCEK or VLEK, ASK, ARK
 */
public record SevSnpReport(
        Bytes report, Body body, Bytes signature, List<X509Certificate> certificates)
        implements HardwareEvidence {
    /** The length of a report. */
    public static final int BYTES = 1184;

    private static final String WHAT = "report";
    private static final int SIGNED = 0x2A0;
    private static final int HALF = 72;
    private static final int REPORT_DATA = 64;
    private static final long OLDEST = 2;
    private static final long NEWEST = 5;
    private static final long ECDSA_P384_SHA384 = 1;

    /** The last of a guest's privilege levels. */
    private static final long LEAST_PRIVILEGED = 3;

    /** Bit of the policy: the host may read and change the guest. */
    private static final int DEBUG = 19;

    /**
     * The fields that are compared or told.
     *
     * @param key which key signed
     * @param chipMasked whether the chip's id is withheld
     */
    record Body(
            long version,
            long policy,
            long vmpl,
            SnpKey key,
            boolean chipMasked,
            Bytes reportData,
            Bytes measurement,
            Bytes hostData,
            Bytes reportedTcb,
            Bytes chipId) {}

    public SevSnpReport {
        certificates = List.copyOf(certificates);
    }

    /** Reads a report as the firmware gives it. */
    public static SevSnpReport parse(Bytes report, List<X509Certificate> certificates)
            throws VerificationException {
        byte[] bytes = report.toArray();
        BinaryFields in = BinaryFields.littleEndian(WHAT, bytes);
        Body body = body(in);
        byte[] r = bigEndian(in, "signature.r");
        byte[] s = bigEndian(in, "signature.s");
        in.zeros("signature.reserved", BYTES - SIGNED - 2 * HALF);
        in.end();
        return new SevSnpReport(report, body, Bytes.copyOf(Keys.concatenated(r, s)), certificates);
    }

    private static Body body(BinaryFields in) throws VerificationException {
        long version = in.u32("version");
        if (version < OLDEST || version > NEWEST) {
            throw in.wrong("version", version + ", not " + OLDEST + " to " + NEWEST);
        }
        in.u32("guestSvn");
        long policy = in.u64("policy");
        in.bytes("familyId", 16);
        in.bytes("imageId", 16);
        long vmpl = in.u32("vmpl");
        if (vmpl > LEAST_PRIVILEGED) {
            throw in.wrong(
                    "vmpl", vmpl + ", not 0 to 3; the host asked for this report, not the guest");
        }
        long algorithm = in.u32("signatureAlgorithm");
        if (algorithm != ECDSA_P384_SHA384) {
            throw in.wrong("signatureAlgorithm", algorithm + ", not ECDSA P-384 (1)");
        }
        in.bytes("currentTcb", 8);
        in.bytes("platformInfo", 8);
        long flags = in.u32("keyFlags");
        in.zeros("reserved at 4C", 4);
        Bytes reportData = Bytes.copyOf(in.bytes("reportData", REPORT_DATA));
        Bytes measurement = Bytes.copyOf(in.bytes("measurement", 48));
        Bytes hostData = Bytes.copyOf(in.bytes("hostData", 32));
        in.bytes("keyDigests", 96);
        in.bytes("reportIds", 64);
        Bytes reportedTcb = Bytes.copyOf(in.bytes("reportedTcb", 8));
        in.bytes("processor", 24);
        Bytes chipId = Bytes.copyOf(in.bytes("chipId", 64));
        in.bytes("versions", SIGNED - in.position());
        return new Body(
                version,
                policy,
                vmpl,
                SnpKey.of(in, flags),
                (flags >> 1 & 1) == 1,
                reportData,
                measurement,
                hostData,
                reportedTcb,
                chipId);
    }

    /** A number of 72 bytes, the least significant first, that fits a P-384 signature. */
    private static byte[] bigEndian(BinaryFields in, String field) throws VerificationException {
        byte[] little = in.bytes(field, HALF);
        int length = Curve.P384.bytes();
        byte[] big = new byte[length];
        for (int i = 0; i < HALF; i++) {
            if (i < length) {
                big[length - 1 - i] = little[i];
            } else if (little[i] != 0) {
                throw in.wrong(field, "a number of more than " + length + " bytes");
            }
        }
        return big;
    }

    @Override
    public EvidenceKind kind() {
        return EvidenceKind.SEV_SNP_REPORT;
    }

    @Override
    public VerifiedHardware verify(EvidenceNonce nonce, TrustRoots roots, Instant at)
            throws VerificationException {
        CertificateChain chain = new CertificateChain("certificates", certificates);
        PublicKey key = Keys.require("certificates[0]", Curve.P384, chain.signer().getPublicKey());
        Keys.requireSigned(
                WHAT,
                Curve.P384,
                key,
                Arrays.copyOf(report.toArray(), SIGNED),
                signature.toArray());
        SnpCertificate certificate = SnpCertificate.of(chain.leaf());
        certificate.require(body);
        nonce.require("report.reportData", REPORT_DATA, body.reportData().toArray());
        if ((body.policy() >> DEBUG & 1) == 1) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    "report.policy: the guest's host may debug it, so its report binds nothing to"
                            + " the guest; ask a guest without debug");
        }
        TrustRoots.Root root = chain.verify(kind(), roots, at);
        return new VerifiedHardware(kind(), Optional.of(root), proved(root), unchecked(), facts());
    }

    private List<String> proved(TrustRoots.Root root) {
        List<String> proved = new ArrayList<>();
        proved.add(
                "an AMD processor signed this report, by a "
                        + body.key()
                        + " certified up to "
                        + root);
        proved.add("the key is for the firmware versions that the report names");
        if (body.key() == SnpKey.VCEK && !body.chipMasked()) {
            proved.add("the key is of the chip that the report names");
        }
        proved.add("it was made for this nonce");
        return proved;
    }

    private List<String> unchecked() {
        List<String> unchecked = new ArrayList<>();
        unchecked.add("what the guest runs: its measurement is compared with no reference");
        unchecked.add("whether these firmware versions have known faults");
        unchecked.add("whether a certificate was revoked");
        if (body.key() == SnpKey.VLEK || body.chipMasked()) {
            unchecked.add("which chip it was: the report does not say");
        }
        unchecked.add("that the work was done in this guest");
        unchecked.add("that nobody with the machine in hand took its key out");
        return unchecked;
    }

    private List<Fact> facts() {
        return List.of(
                new Fact("report.version", Long.toString(body.version())),
                new Fact("guest.measurement", Hex.of(body.measurement().toArray())),
                new Fact("guest.policy", Long.toHexString(body.policy())),
                new Fact("guest.vmpl", Long.toString(body.vmpl())),
                new Fact("guest.hostData", Hex.of(body.hostData().toArray())),
                new Fact("chip.id", Hex.of(body.chipId().toArray())),
                new Fact("tcb.reported", Hex.of(body.reportedTcb().toArray())));
    }
}
