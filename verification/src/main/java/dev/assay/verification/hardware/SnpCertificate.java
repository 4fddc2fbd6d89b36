package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the certificate of a VCEK or VLEK says its key is for, in extensions below
 * 1.3.6.1.4.1.3704.1 (AMD 57230, VCEK Certificate and KDS Interface, table 8): the firmware
 * versions, each an INTEGER, and the chip's id.
 *
 * @param tcb the eight bytes of the report's TCB that this key is for
 * @param hardwareId of the chip; a VLEK has none
 */
record SnpCertificate(Bytes tcb, Optional<Bytes> hardwareId) {
    private static final String WHAT = "certificates[0]";
    private static final String AMD = "1.3.6.1.4.1.3704.1.";
    private static final String HARDWARE_ID = AMD + "4";
    private static final String FMC = AMD + "3.9";

    /** Where a report of Milan or Genoa has boot loader, TEE, reserved, SNP and microcode. */
    private static final List<String> TCB =
            List.of("3.1", "3.2", "3.4", "3.5", "3.6", "3.7", "3.3", "3.8");

    /** Where a report of Turin has FMC, boot loader, TEE, SNP, reserved and microcode. */
    private static final List<String> TURIN_TCB =
            List.of("3.9", "3.1", "3.2", "3.3", "3.5", "3.6", "3.7", "3.8");

    private static final int OCTET_STRING = 0x04;
    private static final int INTEGER = 0x02;

    static SnpCertificate of(X509Certificate certificate) throws VerificationException {
        boolean isTurin = certificate.getExtensionValue(FMC) != null;
        List<String> places = isTurin ? TURIN_TCB : TCB;
        byte[] tcb = new byte[places.size()];
        for (int i = 0; i < tcb.length; i++) {
            tcb[i] = version(certificate, AMD + places.get(i));
        }
        byte[] id = certificate.getExtensionValue(HARDWARE_ID);
        return new SnpCertificate(
                Bytes.copyOf(tcb),
                id == null
                        ? Optional.empty()
                        : Optional.of(Bytes.copyOf(der(HARDWARE_ID, OCTET_STRING, id))));
    }

    /** Refuses a report that is not for this key. */
    void require(SevSnpReport.Body report) throws VerificationException {
        if (!tcb.equals(report.reportedTcb())) {
            throw contradiction(
                    "report.reportedTcb: "
                            + Hex.of(report.reportedTcb().toArray())
                            + ", but the key is for "
                            + Hex.of(tcb.toArray())
                            + "; fetch the certificate for the TCB that the report names");
        }
        switch (report.key()) {
            case VCEK -> {
                byte[] id =
                        hardwareId
                                .orElseThrow(
                                        () ->
                                                contradiction(
                                                        WHAT
                                                                + ": names no chip, so it is of"
                                                                + " no VCEK"))
                                .toArray();
                byte[] told = report.chipId().toArray();
                if (report.chipMasked() ? !BinaryFields.areZero(told) : !isPadded(id, told)) {
                    throw contradiction(
                            "report.chipId: another chip than the one the key is of; give the"
                                    + " certificate of that chip");
                }
            }
            case VLEK -> {
                if (hardwareId.isPresent()) {
                    throw contradiction(WHAT + ": names a chip, so it is of no VLEK");
                }
            }
        }
    }

    /** Whether the longer is the shorter and then zeros: the ids of Turin have 8 bytes. */
    private static boolean isPadded(byte[] id, byte[] told) {
        return id.length > 0
                && id.length <= told.length
                && Arrays.equals(Arrays.copyOf(id, told.length), told);
    }

    /** An INTEGER from 0 to 255. */
    private static byte version(X509Certificate certificate, String oid)
            throws VerificationException {
        byte[] extension = certificate.getExtensionValue(oid);
        if (extension == null) {
            throw contradiction(
                    WHAT + ": has no extension " + oid + ", so it is of no VCEK or VLEK");
        }
        byte[] integer = der(oid, INTEGER, der(oid, OCTET_STRING, extension));
        if (integer.length == 1 && integer[0] >= 0) {
            return integer[0];
        }
        if (integer.length == 2 && integer[0] == 0 && integer[1] < 0) {
            return integer[1];
        }
        throw contradiction(WHAT + "." + oid + ": no number from 0 to 255");
    }

    /** The contents of one DER value of at most 127 bytes. */
    private static byte[] der(String oid, int tag, byte[] value) throws VerificationException {
        if (value.length < 2 || value[0] != tag || value[1] < 0 || value[1] != value.length - 2) {
            throw contradiction(WHAT + "." + oid + ": not the value that this extension has");
        }
        return Arrays.copyOfRange(value, 2, value.length);
    }

    private static VerificationException contradiction(String message) {
        return new VerificationException(Code.BAD_STATEMENT, message);
    }
}
