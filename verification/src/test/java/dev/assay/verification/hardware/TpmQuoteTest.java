package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.EvidenceFile.Part;
import dev.assay.verification.hardware.VerifiedHardware.Fact;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/** Quotes of a software TPM (swtpm 0.7.1), made by TPM2_Quote. */
class TpmQuoteTest {
    /** Offsets of a quote by a key with a name of 34 bytes. */
    private static final int EXTRA_DATA = 4 + 2 + 2 + 34 + 2;

    private static final int CLOCK = EXTRA_DATA + 32;
    private static final int SELECTION = CLOCK + 17 + 8;
    private static final int ATTRIBUTES = 6;

    @ParameterizedTest
    @ValueSource(strings = {"rsassa", "rsapss", "ecdsa"})
    void quote_ofEachScheme_isVerified(String scheme) throws VerificationException {
        VerifiedHardware verified = verify(Samples.tpm(scheme), Samples.TPM_NONCE);

        assertThat(verified.root()).isEmpty();
        assertThat(verified.proved())
                .anyMatch(line -> line.contains(scheme.toUpperCase(java.util.Locale.ROOT)))
                .contains("it was made for this nonce")
                .contains("the sha256 PCRs 0, 1, 2, 3, 4, 7 have the values given");
        assertThat(verified.unchecked())
                .anyMatch(line -> line.startsWith("that a TPM holds the key at all"));
        assertThat(verified.facts())
                .contains(new Fact("pcr.sha256.0", "00".repeat(32)))
                .contains(new Fact("firmware", "2019102300163636"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsassa", "rsapss", "ecdsa"})
    void keyName_isWhatTheTpmCalledIt(String scheme) throws VerificationException {
        TpmPublic key = TpmPublic.parse(Samples.file("tpm/" + scheme + ".pub").toArray());

        assertThat(key.name()).isEqualTo(Samples.file("tpm/" + scheme + ".name"));
    }

    @Test
    void quote_forAnotherNonce_isRefused() {
        assertRefused(Code.BAD_STATEMENT, () -> verify(Samples.tpm("ecdsa"), Samples.ZERO))
                .startsWith("attest.extraData: made for another nonce, 78377b52");
    }

    @Test
    void nonce_swappedInTheQuote_breaksItsSignature() {
        assertRefused(Code.BAD_SIGNATURE, () -> verify(flipped(Part.ATTEST, EXTRA_DATA)))
                .startsWith("signature: not signed by this key");
    }

    @Test
    void clock_setBack_breaksTheSignature() {
        assertRefused(Code.BAD_SIGNATURE, () -> verify(flipped(Part.ATTEST, CLOCK + 7)))
                .startsWith("signature: not signed by this key");
    }

    @Test
    void pcr_ofAnotherValue_isRefused() {
        assertRefused(Code.BAD_STATEMENT, () -> verify(flipped(Part.PCRS, 0)))
                .isEqualTo("pcrs: these values are not those that were quoted");
    }

    @Test
    void pcrs_ofAnotherCount_areRefused() {
        byte[] fewer = Arrays.copyOf(Changed.bytes(Samples.tpm("ecdsa"), Part.PCRS), 5 * 32);

        assertRefused(
                        Code.BAD_STATEMENT,
                        () -> verify(Changed.part(Samples.tpm("ecdsa"), Part.PCRS, fewer)))
                .startsWith("pcrs: 160 bytes, but the quote selects 192");
    }

    @Test
    void attest_notMadeByATpm_isRefused() {
        assertRefused(Code.BAD_STATEMENT, () -> verify(flipped(Part.ATTEST, 0)))
                .startsWith("attest.magic: not FF544347");
    }

    @Test
    void attest_ofAnotherType_isRefused() {
        assertRefused(Code.BAD_STATEMENT, () -> verify(flipped(Part.ATTEST, 5)))
                .startsWith("attest.type: 8019, no quote");
    }

    @Test
    void selection_ofFourBillionBanks_isRefusedBeforeItIsRead() {
        byte[] attest = Changed.bytes(Samples.tpm("ecdsa"), Part.ATTEST);
        Arrays.fill(attest, SELECTION, SELECTION + 4, (byte) 0xFF);

        assertRefused(Code.BAD_ENCODING, () -> TpmAttest.parse(attest))
                .isEqualTo("attest.pcrSelect.count: 4294967295 banks, not 1 to 16");
    }

    @Test
    void selection_ofNoPcr_isRefused() {
        byte[] attest = Changed.bytes(Samples.tpm("ecdsa"), Part.ATTEST);
        Arrays.fill(attest, SELECTION + 7, SELECTION + 10, (byte) 0);

        assertRefused(Code.BAD_ENCODING, () -> TpmAttest.parse(attest))
                .startsWith("attest.pcrSelect: selects no PCR");
    }

    @ParameterizedTest
    @EnumSource
    void key_thatIsNoAttestationKey_isRefused(Attribute attribute) {
        byte[] key = Changed.bytes(Samples.tpm("ecdsa"), Part.KEY);
        key[ATTRIBUTES + 3 - attribute.bit / 8] ^= (byte) (1 << attribute.bit % 8);

        assertRefused(Code.BAD_KEY, () -> TpmPublic.parse(key))
                .startsWith("key.objectAttributes: " + attribute.name());
    }

    /** The attributes that make an attestation key, by their TPMA_OBJECT bits. */
    @SuppressWarnings("MemberName")
    enum Attribute {
        fixedTPM(1),
        fixedParent(4),
        sensitiveDataOrigin(5),
        restricted(16),
        decrypt(17),
        sign(18),
        x509sign(19);

        private final int bit;

        Attribute(int bit) {
            this.bit = bit;
        }
    }

    @Test
    void key_ofAnotherTpm_isRefused() {
        EvidenceFile swapped =
                Changed.part(
                        Samples.tpm("rsassa"), Part.KEY, Samples.file("tpm/rsapss.pub").toArray());

        assertRefused(Code.BAD_SIGNATURE, () -> verify(swapped, Samples.TPM_NONCE))
                .startsWith("signature: by RSASSA with SHA256, but the key signs by RSAPSS");
    }

    @Test
    void key_offTheCurve_isRefused() {
        assertRefused(Code.BAD_KEY, () -> verify(flipped(Part.KEY, 40)))
                .isEqualTo("key: not a point of secp256r1");
    }

    @Test
    void signature_withSha1_isRefused() {
        byte[] signature = Changed.bytes(Samples.tpm("ecdsa"), Part.SIGNATURE);
        signature[3] = 4;

        assertRefused(Code.BAD_ENCODING, () -> TpmSignature.parse(signature))
                .startsWith("signature.hash: 4 is none of SHA-256");
    }

    @Test
    void signature_ofTwoZeros_isRefused() {
        byte[] signature = Changed.bytes(Samples.tpm("ecdsa"), Part.SIGNATURE);
        Arrays.fill(signature, 6, 38, (byte) 0);
        Arrays.fill(signature, 40, 72, (byte) 0);

        assertRefused(
                        Code.BAD_SIGNATURE,
                        () ->
                                verify(
                                        Changed.part(
                                                Samples.tpm("ecdsa"), Part.SIGNATURE, signature),
                                        Samples.TPM_NONCE))
                .startsWith("signature: not signed by this key");
    }

    @ParameterizedTest
    @EnumSource(names = {"ATTEST", "SIGNATURE", "KEY", "PCRS"})
    void bytes_cutAddedOrFlipped_areRefused(Part part) throws VerificationException {
        for (String scheme : new String[] {"rsassa", "rsapss", "ecdsa"}) {
            Changed.assertChangesRefused(Samples.tpm(scheme), part, Samples.TPM_NONCE);
        }
    }

    private static EvidenceFile flipped(Part part, int at) {
        return Changed.flipped(Samples.tpm("ecdsa"), part, at);
    }

    private static VerifiedHardware verify(EvidenceFile file) throws VerificationException {
        return verify(file, Samples.TPM_NONCE);
    }

    private static VerifiedHardware verify(EvidenceFile file, EvidenceNonce nonce)
            throws VerificationException {
        return file.evidence().verify(nonce, TrustRoots.none(), Samples.NOW);
    }
}
