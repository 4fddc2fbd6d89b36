package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A TPMS_ATTEST of type quote (TPM 2.0 Library, Part 2, 10.12.12), all fields most significant byte
 * first:
 *
 * <pre>
 * magic            4  FF 54 43 47, TPM_GENERATED_VALUE
 * type             2  80 18, TPM_ST_ATTEST_QUOTE
 * qualifiedSigner  2 + n
 * extraData        2 + n  the nonce
 * clock            8, resetCount 4, restartCount 4, safe 1
 * firmwareVersion  8
 * pcrSelect        4 count, each: hash 2, length 1, bits
 * pcrDigest        2 + n
 * </pre>
 *
 * @param encoded the bytes that are signed
 * @param qualifiedSigner the key's name with those of its parents, hashed
 * @param clock milliseconds that the TPM was powered
 * @param safe whether the clock surely never went back
 */
record TpmAttest(
        Bytes encoded,
        Bytes qualifiedSigner,
        Bytes extraData,
        long clock,
        long resetCount,
        long restartCount,
        boolean safe,
        long firmwareVersion,
        List<Selection> selections,
        Bytes pcrDigest) {
    private static final String WHAT = "attest";
    private static final long MAGIC = 0xFF544347L;
    private static final int QUOTE = 0x8018;

    /** The longest TPM2B_NAME: an algorithm and a digest of 64 bytes. */
    private static final int MAX_NAME = 66;

    private static final int MAX_DIGEST = 64;
    private static final int MAX_SELECTIONS = 16;
    private static final int MAX_SELECT_BYTES = 4;

    /** PCRs of one bank, in ascending order. */
    record Selection(TpmHash bank, List<Integer> registers) {
        Selection {
            registers = List.copyOf(registers);
        }
    }

    TpmAttest {
        selections = List.copyOf(selections);
    }

    static TpmAttest parse(byte[] bytes) throws VerificationException {
        BinaryFields in = BinaryFields.bigEndian(WHAT, bytes);
        if (in.u32("magic") != MAGIC) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    WHAT + ".magic: not FF544347; no TPM made these bytes of itself");
        }
        int type = in.u16("type");
        if (type != QUOTE) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    WHAT + ".type: " + Integer.toHexString(type) + ", no quote (8018)");
        }
        TpmAttest attest =
                new TpmAttest(
                        Bytes.copyOf(bytes),
                        Bytes.copyOf(in.sized("qualifiedSigner", MAX_NAME)),
                        Bytes.copyOf(in.sized("extraData", MAX_NAME)),
                        in.u64("clock"),
                        in.u32("resetCount"),
                        in.u32("restartCount"),
                        flag(in, "safe"),
                        in.u64("firmwareVersion"),
                        selections(in),
                        Bytes.copyOf(in.sized("pcrDigest", MAX_DIGEST)));
        in.end();
        return attest;
    }

    /** The length of the selected registers' values, one after another. */
    int valuesLength() {
        return selections.stream().mapToInt(s -> s.bank().bytes() * s.registers().size()).sum();
    }

    private static boolean flag(BinaryFields in, String field) throws VerificationException {
        int value = in.u8(field);
        if (value > 1) {
            throw in.wrong(field, value + " is neither yes nor no");
        }
        return value == 1;
    }

    private static List<Selection> selections(BinaryFields in) throws VerificationException {
        long count = in.u32("pcrSelect.count");
        if (count < 1 || count > MAX_SELECTIONS) {
            throw in.wrong("pcrSelect.count", count + " banks, not 1 to " + MAX_SELECTIONS);
        }
        List<Selection> selections = new ArrayList<>();
        Set<TpmHash> banks = new HashSet<>();
        for (int i = 0; i < count; i++) {
            String field = "pcrSelect[" + i + "]";
            int id = in.u16(field + ".hash");
            TpmHash bank =
                    TpmHash.of(id)
                            .orElseThrow(
                                    () ->
                                            in.wrong(
                                                    field + ".hash",
                                                    "algorithm "
                                                            + Integer.toHexString(id)
                                                            + " is none of SHA-256, SHA-384,"
                                                            + " SHA-512; quote such a bank"));
            if (!banks.add(bank)) {
                throw in.wrong(field + ".hash", "the bank " + bank.bank() + " a second time");
            }
            int length = in.u8(field + ".sizeofSelect");
            if (length < 1 || length > MAX_SELECT_BYTES) {
                throw in.wrong(
                        field + ".sizeofSelect", length + " bytes, not 1 to " + MAX_SELECT_BYTES);
            }
            selections.add(new Selection(bank, registers(in.bytes(field + ".pcrSelect", length))));
        }
        if (selections.stream().allMatch(selection -> selection.registers().isEmpty())) {
            throw in.wrong("pcrSelect", "selects no PCR, so the quote says nothing");
        }
        return selections;
    }

    private static List<Integer> registers(byte[] bits) {
        List<Integer> registers = new ArrayList<>();
        for (int i = 0; i < bits.length * Byte.SIZE; i++) {
            if ((bits[i / Byte.SIZE] >> (i % Byte.SIZE) & 1) == 1) {
                registers.add(i);
            }
        }
        return registers;
    }
}
