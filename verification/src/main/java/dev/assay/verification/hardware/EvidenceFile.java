package dev.assay.verification.hardware;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Hardware evidence as one file: canonical JSON with the hardware's own bytes in base64, so that
 * one digest names all of it.
 *
 * <pre>
 * tpm2-quote         attest, certificates[], key, kind, pcrs, signature
 * sev-snp-report     certificates[], kind, report
 * tdx-quote          kind, quote
 * nvidia-gpu-report  certificates[], kind, report
 * </pre>
 *
 * @param parts the hardware's bytes, one for each part that the kind has
 * @param certificates in DER, from the signer's to the root's
 */
public record EvidenceFile(EvidenceKind kind, Map<Part, Bytes> parts, List<Bytes> certificates) {
    /** The largest file accepted. */
    public static final int MAX_BYTES = 128 << 10;

    private static final String WHAT = "evidence";
    private static final String KIND = "kind";
    private static final String CERTIFICATES = "certificates";

    /** A part of a file, in bytes of the hardware's own format. */
    public enum Part {
        /** TPMS_ATTEST. */
        ATTEST("attest"),
        /** TPMT_SIGNATURE. */
        SIGNATURE("signature"),
        /** TPM2B_PUBLIC of the attestation key. */
        KEY("key"),
        /** The values of the quoted PCRs, one after another. */
        PCRS("pcrs"),
        /** An attestation report. */
        REPORT("report"),
        /** A TDX quote, with its certificates in it. */
        QUOTE("quote");

        private final String label;

        Part(String label) {
            this.label = label;
        }

        /** The name of its field. */
        public String label() {
            return label;
        }
    }

    public EvidenceFile {
        parts = Map.copyOf(parts);
        certificates = List.copyOf(certificates);
        if (!parts.keySet().equals(Set.copyOf(parts(kind)))) {
            throw new IllegalArgumentException(
                    "a " + kind.label() + " is made of " + names(parts(kind)));
        }
        if (!certificates.isEmpty() && !hasCertificates(kind)) {
            throw new IllegalArgumentException("a " + kind.label() + " has its certificates in it");
        }
    }

    /** The parts that a file of this kind has. */
    public static List<Part> parts(EvidenceKind kind) {
        return switch (kind) {
            case TPM2_QUOTE -> List.of(Part.ATTEST, Part.SIGNATURE, Part.KEY, Part.PCRS);
            case SEV_SNP_REPORT, NVIDIA_GPU_REPORT -> List.of(Part.REPORT);
            case TDX_QUOTE -> List.of(Part.QUOTE);
        };
    }

    private static boolean hasCertificates(EvidenceKind kind) {
        return switch (kind) {
            case TPM2_QUOTE, SEV_SNP_REPORT, NVIDIA_GPU_REPORT -> true;
            case TDX_QUOTE -> false;
        };
    }

    /** The canonical bytes. */
    public byte[] bytes() {
        Base64.Encoder base64 = Base64.getEncoder();
        ObjectNode json = CanonicalJson.object().put(KIND, kind.label());
        parts.forEach(
                (part, bytes) -> json.put(part.label(), base64.encodeToString(bytes.toArray())));
        if (hasCertificates(kind)) {
            ArrayNode chain = json.putArray(CERTIFICATES);
            certificates.forEach(der -> chain.add(base64.encodeToString(der.toArray())));
        }
        return CanonicalJson.bytes(json);
    }

    /** Reads exactly what {@link #bytes} writes. */
    public static EvidenceFile parse(byte[] bytes) throws VerificationException {
        if (bytes.length > MAX_BYTES) {
            throw new VerificationException(
                    Code.TOO_LARGE,
                    WHAT + ": " + bytes.length + " bytes, more than the " + MAX_BYTES + " allowed");
        }
        try {
            JsonFields json =
                    JsonFields.of(StrictJson.canonicalObject(bytes, MAX_BYTES, WHAT), WHAT);
            EvidenceKind kind = json.parsed(KIND, EvidenceFile::kind);
            Map<Part, Bytes> parts = new EnumMap<>(Part.class);
            for (Part part : parts(kind)) {
                parts.put(part, json.parsed(part.label(), EvidenceFile::decoded));
            }
            List<Bytes> certificates = new ArrayList<>();
            if (hasCertificates(kind)) {
                for (String der : json.texts(CERTIFICATES)) {
                    certificates.add(decoded(der));
                }
            }
            json.end();
            EvidenceFile file = new EvidenceFile(kind, parts, certificates);
            if (!Arrays.equals(file.bytes(), bytes)) {
                throw json.error("not in its canonical form; use the bytes as first written");
            }
            return file;
        } catch (JsonException e) {
            throw new VerificationException(Code.BAD_ENCODING, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new VerificationException(Code.BAD_ENCODING, WHAT + ": " + e.getMessage(), e);
        }
    }

    /** Reads the hardware's own formats; what they say is not to be believed yet. */
    public HardwareEvidence evidence() throws VerificationException {
        return switch (kind) {
            case TPM2_QUOTE ->
                    TpmQuote.parse(
                            part(Part.ATTEST),
                            part(Part.SIGNATURE),
                            part(Part.KEY),
                            part(Part.PCRS),
                            Certificates.fromDer(CERTIFICATES, certificates));
            case SEV_SNP_REPORT ->
                    SevSnpReport.parse(
                            part(Part.REPORT), Certificates.fromDer(CERTIFICATES, certificates));
            case TDX_QUOTE -> TdxQuote.parse(part(Part.QUOTE));
            case NVIDIA_GPU_REPORT ->
                    NvidiaGpuReport.parse(
                            part(Part.REPORT), Certificates.fromDer(CERTIFICATES, certificates));
        };
    }

    private Bytes part(Part part) {
        return Objects.requireNonNull(parts.get(part));
    }

    private static EvidenceKind kind(String label) {
        return EvidenceKind.labelled(label)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no kind of evidence that this version knows; it knows "
                                                + Arrays.stream(EvidenceKind.values())
                                                        .map(EvidenceKind::label)
                                                        .toList()));
    }

    private static Bytes decoded(String base64) {
        return Bytes.copyOf(Base64.getDecoder().decode(base64));
    }

    private static List<String> names(List<Part> parts) {
        return parts.stream().map(Part::label).toList();
    }
}
