package dev.assay.verification.hardware;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.Keys.Curve;
import dev.assay.verification.hardware.VerifiedHardware.Fact;

import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A quote of a trust domain on an Intel processor, version 4, least significant byte first (Intel
 * TDX DCAP Quoting Library API, appendix A.3):
 *
 * <pre>
 * header 48: version 2 (4), key type 2 (2), TEE 4 (81), reserved 4, QE vendor 16, user data 20
 * body  584: TEE TCB svn 16, MRSEAM 48, MRSIGNERSEAM 48, SEAM attributes 8, TD attributes 8,
 *            XFAM 8, MRTD 48, MRCONFIGID 48, MROWNER 48, MROWNERCONFIG 48, RTMR0..3 4 × 48,
 *            report data 64, the nonce
 * signature data length 4, then {@link QuotingEnclave}
 * </pre>
 *
 * @param quote the whole quote
 */
public record TdxQuote(Bytes quote, Body body, QuotingEnclave enclave) implements HardwareEvidence {
    private static final String WHAT = "quote";
    private static final int VERSION = 4;
    private static final int ECDSA_P256 = 2;
    private static final long TDX = 0x81;
    private static final int SIGNED = 48 + 584;
    private static final int MEASUREMENT = 48;
    private static final int RTMRS = 4;

    /** TUD, the attributes each of which opens a domain to its host: debugging and profiling. */
    private static final int UNTRUSTED = 0xFF;

    private static final int REPORT_DATA = 64;
    private static final Bytes INTEL =
            Bytes.copyOf(
                    new byte[] {
                        (byte) 0x93,
                        (byte) 0x9A,
                        0x72,
                        0x33,
                        (byte) 0xF7,
                        (byte) 0x9C,
                        0x4C,
                        (byte) 0xA9,
                        (byte) 0x94,
                        0x0A,
                        0x0D,
                        (byte) 0xB3,
                        (byte) 0x95,
                        0x7F,
                        0x06,
                        0x07
                    });

    /** The fields that are compared or told. */
    record Body(
            Bytes teeTcbSvn,
            Bytes mrSeam,
            long attributes,
            Bytes mrTd,
            List<Bytes> rtmrs,
            Bytes reportData) {
        Body {
            rtmrs = List.copyOf(rtmrs);
        }
    }

    /** Reads a quote as the quoting library gives it. */
    public static TdxQuote parse(Bytes quote) throws VerificationException {
        BinaryFields in = BinaryFields.littleEndian(WHAT, quote.toArray());
        header(in);
        Body body = body(in);
        long length = in.u32("signatureDataLength");
        if (length != in.remaining()) {
            throw in.wrong(
                    "signatureDataLength",
                    length + ", but " + in.remaining() + " bytes follow; cut no byte, add none");
        }
        QuotingEnclave enclave = QuotingEnclave.parse(in.bytes("signatureData", in.remaining()));
        return new TdxQuote(quote, body, enclave);
    }

    private static void header(BinaryFields in) throws VerificationException {
        int version = in.u16("version");
        if (version != VERSION) {
            throw in.wrong("version", version + ", not 4");
        }
        int keyType = in.u16("keyType");
        if (keyType != ECDSA_P256) {
            throw in.wrong("keyType", keyType + ", not ECDSA P-256 (2)");
        }
        long tee = in.u32("teeType");
        if (tee != TDX) {
            throw in.wrong("teeType", Long.toHexString(tee) + ", not TDX (81)");
        }
        in.bytes("reserved", 4);
        if (!Bytes.copyOf(in.bytes("qeVendor", 16)).equals(INTEL)) {
            throw in.wrong("qeVendor", "not Intel's quoting enclave");
        }
        in.bytes("userData", 20);
    }

    private static Body body(BinaryFields in) throws VerificationException {
        Bytes teeTcbSvn = Bytes.copyOf(in.bytes("teeTcbSvn", 16));
        Bytes mrSeam = Bytes.copyOf(in.bytes("mrSeam", MEASUREMENT));
        if (!BinaryFields.areZero(in.bytes("mrSignerSeam, seamAttributes", MEASUREMENT + 8))) {
            throw in.wrong(
                    "mrSignerSeam, seamAttributes",
                    "not zero, as they are of Intel's own TDX module without debug");
        }
        long attributes = in.u64("tdAttributes");
        in.bytes("xfam", 8);
        Bytes mrTd = Bytes.copyOf(in.bytes("mrTd", MEASUREMENT));
        in.bytes("mrConfigId, mrOwner, mrOwnerConfig", 3 * MEASUREMENT);
        List<Bytes> rtmrs = new ArrayList<>();
        for (int i = 0; i < RTMRS; i++) {
            rtmrs.add(Bytes.copyOf(in.bytes("rtmr" + i, MEASUREMENT)));
        }
        Bytes reportData = Bytes.copyOf(in.bytes("reportData", REPORT_DATA));
        return new Body(teeTcbSvn, mrSeam, attributes, mrTd, rtmrs, reportData);
    }

    @Override
    public EvidenceKind kind() {
        return EvidenceKind.TDX_QUOTE;
    }

    @Override
    public VerifiedHardware verify(EvidenceNonce nonce, TrustRoots roots, Instant at)
            throws VerificationException {
        PublicKey key = enclave.attestationKey();
        Keys.requireSigned(
                WHAT,
                Curve.P256,
                key,
                Arrays.copyOf(quote.toArray(), SIGNED),
                enclave.signature().toArray());
        nonce.require("quote.reportData", REPORT_DATA, body.reportData().toArray());
        if ((body.attributes() & UNTRUSTED) != 0) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    "quote.tdAttributes: the domain's host may debug or profile it, so its quote"
                            + " binds nothing to the domain; ask a domain without debug");
        }
        TrustRoots.Root root = enclave.verify(kind(), roots, at);
        return new VerifiedHardware(
                kind(),
                Optional.of(root),
                List.of(
                        "Intel's quoting enclave signed this quote, and an Intel processor vouched"
                                + " for the enclave, certified up to "
                                + root,
                        "it was made for this nonce"),
                List.of(
                        "what the domain runs: its measurements are compared with no reference",
                        "whether processor, TDX module and quoting enclave have known faults (TCB"
                                + " status)",
                        "whether a certificate was revoked",
                        "that the work was done in this domain",
                        "that nobody with the machine in hand took its key out"),
                facts());
    }

    private List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("domain.mrTd", Hex.of(body.mrTd().toArray())));
        for (int i = 0; i < RTMRS; i++) {
            facts.add(new Fact("domain.rtmr" + i, Hex.of(body.rtmrs().get(i).toArray())));
        }
        facts.add(new Fact("domain.attributes", Long.toHexString(body.attributes())));
        facts.add(new Fact("module.mrSeam", Hex.of(body.mrSeam().toArray())));
        facts.add(new Fact("module.tcbSvn", Hex.of(body.teeTcbSvn().toArray())));
        facts.add(new Fact("enclave.svn", Integer.toString(enclave.report().isvSvn())));
        facts.add(
                new Fact(
                        "platform.certificate",
                        Digest.sha256(enclave.leafEncoding().toArray()).toString()));
        return facts;
    }
}
