package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.Keys.Curve;
import dev.assay.verification.hardware.VerifiedHardware.Fact;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An attestation report of an NVIDIA GPU: the request GET_MEASUREMENTS and the response
 * MEASUREMENTS of SPDM 1.1 (DMTF DSP0274, 10.11), least significant byte first. All of it but the
 * signature is signed, ECDSA P-384 with r and s of 48 bytes:
 *
 * <pre>
 * request   version 1 (11), code 1 (E0), param1 1, param2 1, nonce 32, slot 1
 * response  version 1 (11), code 1 (60), param1 1, param2 1, blocks 1, record length 3,
 *           record, nonce 32, opaque length 2, opaque data, signature 96
 * block     index 1, specification 1 (01), size 2, value type 1, value size 2, value
 * opaque    type 2, size 2, data
 * </pre>
 *
 * @param report request and response
 * @param nonce of the request
 * @param measurements the values, in ascending order of their index
 * @param certificates from that of the firmware's key to the device root
 */
public record NvidiaGpuReport(
        Bytes report,
        Bytes nonce,
        List<Measurement> measurements,
        List<Opaque> opaque,
        List<X509Certificate> certificates)
        implements HardwareEvidence {
    private static final String WHAT = "report";
    private static final int VERSION = 0x11;
    private static final int GET_MEASUREMENTS = 0xE0;
    private static final int MEASUREMENTS = 0x60;
    private static final int DMTF = 1;
    private static final int NONCE = 32;

    /** tcg-dice-TcbInfo, which the certificate of a firmware's key has. */
    private static final String FIRMWARE = "2.23.133.5.4.1";

    private static final int SIGNATURE = 2 * Curve.P384.bytes();

    /** The value of one measurement. */
    record Measurement(int index, Bytes value) {}

    /** A field that NVIDIA adds. */
    record Opaque(int type, Bytes value) {}

    /** The fields that are told, by NVIDIA's numbers for them. */
    private enum Told {
        DRIVER("driver", 3),
        VBIOS("vbios", 6),
        BOARD("board", 14);

        private final String label;
        private final int type;

        Told(String label, int type) {
            this.label = label;
            this.type = type;
        }
    }

    public NvidiaGpuReport {
        measurements = List.copyOf(measurements);
        opaque = List.copyOf(opaque);
        certificates = List.copyOf(certificates);
    }

    /** Reads a report as NVML gives it, with the request before it. */
    public static NvidiaGpuReport parse(Bytes report, List<X509Certificate> certificates)
            throws VerificationException {
        BinaryFields in = BinaryFields.littleEndian(WHAT, report.toArray());
        message(in, "request", GET_MEASUREMENTS);
        byte[] nonce = in.bytes("request.nonce", NONCE);
        in.u8("request.slot");
        message(in, "response", MEASUREMENTS);
        int blocks = in.u8("response.blocks");
        int length = in.u16("response.recordLength") | in.u8("response.recordLength") << 16;
        byte[] record = in.bytes("response.record", length);
        in.bytes("response.nonce", NONCE);
        byte[] opaque = in.sized("response.opaque", in.remaining());
        in.bytes("response.signature", SIGNATURE);
        in.end();
        return new NvidiaGpuReport(
                report,
                Bytes.copyOf(nonce),
                measurements(blocks, record),
                opaque(opaque),
                certificates);
    }

    private static void message(BinaryFields in, String name, int expected)
            throws VerificationException {
        int version = in.u8(name + ".version");
        if (version != VERSION) {
            throw in.wrong(name + ".version", Integer.toHexString(version) + " is not SPDM 1.1");
        }
        int code = in.u8(name + ".code");
        if (code != expected) {
            throw in.wrong(
                    name + ".code",
                    Integer.toHexString(code) + ", not " + Integer.toHexString(expected));
        }
        in.u8(name + ".param1");
        in.u8(name + ".param2");
    }

    private static List<Measurement> measurements(int blocks, byte[] record)
            throws VerificationException {
        BinaryFields in = BinaryFields.littleEndian("report.response.record", record);
        List<Measurement> measurements = new ArrayList<>();
        int last = 0;
        for (int i = 0; i < blocks; i++) {
            String field = "[" + i + "]";
            int index = in.u8(field + ".index");
            if (index <= last) {
                throw in.wrong(field + ".index", index + " after " + last);
            }
            last = index;
            int specification = in.u8(field + ".specification");
            if (specification != DMTF) {
                throw in.wrong(field + ".specification", specification + ", not DMTF's (1)");
            }
            int size = in.u16(field + ".size");
            in.u8(field + ".valueType");
            byte[] value = in.sized(field + ".value", in.remaining());
            if (size != value.length + 3) {
                throw in.wrong(
                        field + ".size", size + ", but its value has " + value.length + " bytes");
            }
            measurements.add(new Measurement(index, Bytes.copyOf(value)));
        }
        in.end();
        if (measurements.isEmpty()) {
            throw in.wrong("blocks", "no measurement at all");
        }
        return measurements;
    }

    private static List<Opaque> opaque(byte[] bytes) throws VerificationException {
        BinaryFields in = BinaryFields.littleEndian("report.response.opaque", bytes);
        List<Opaque> fields = new ArrayList<>();
        while (in.remaining() > 0) {
            int type = in.u16("type");
            fields.add(new Opaque(type, Bytes.copyOf(in.sized("data of " + type, in.remaining()))));
        }
        return fields;
    }

    @Override
    public EvidenceKind kind() {
        return EvidenceKind.NVIDIA_GPU_REPORT;
    }

    @Override
    public VerifiedHardware verify(EvidenceNonce expected, TrustRoots roots, Instant at)
            throws VerificationException {
        CertificateChain chain = new CertificateChain("certificates", certificates);
        PublicKey key = Keys.require("certificates[0]", Curve.P384, chain.signer().getPublicKey());
        if (chain.leaf().getExtensionValue(FIRMWARE) == null) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    "certificates[0]: no certificate of a device's firmware, it has no "
                            + FIRMWARE);
        }
        byte[] bytes = report.toArray();
        int end = bytes.length - SIGNATURE;
        Keys.requireSigned(
                WHAT,
                Curve.P384,
                key,
                Arrays.copyOf(bytes, end),
                Arrays.copyOfRange(bytes, end, bytes.length));
        expected.require("report.request.nonce", NONCE, nonce.toArray());
        TrustRoots.Root root = chain.verify(kind(), roots, at);
        return new VerifiedHardware(
                kind(),
                Optional.of(root),
                List.of(
                        "the firmware key of an NVIDIA device signed this report, certified up to "
                                + root,
                        "it was made for this nonce"),
                List.of(
                        "what the firmware is: the measurements are compared with no reference"
                                + " (RIM)",
                        "whether the GPU, its driver and its VBIOS are free of known faults",
                        "whether a certificate was revoked",
                        "which device it is: its certificate's subject names a model, and is shown",
                        "whether the GPU is in confidential mode, and free of debug",
                        "that the work was done on this GPU, and for this lease alone"),
                facts(chain.leaf()));
    }

    private List<Fact> facts(X509Certificate leaf) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("key.subject", Certificates.subject(leaf)));
        for (Told told : Told.values()) {
            opaque.stream()
                    .filter(field -> field.type() == told.type)
                    .findFirst()
                    .ifPresent(
                            field ->
                                    facts.add(new Fact(told.label, text(field.value().toArray()))));
        }
        for (Measurement measurement : measurements) {
            facts.add(
                    new Fact(
                            "measurement." + measurement.index(),
                            Hex.of(measurement.value().toArray())));
        }
        return facts;
    }

    /** Printable text up to its first zero, else hex digits. */
    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        String text = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        return text.chars().allMatch(c -> c > ' ' && c < 0x7F) && !text.isEmpty()
                ? text
                : Hex.of(bytes);
    }
}
