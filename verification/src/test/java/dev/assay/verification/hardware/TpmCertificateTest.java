package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/** Certificates of attestation keys, as the maker of a TPM or a cloud issues them. */
class TpmCertificateTest {
    private final TestCertificates authority = new TestCertificates();

    @ParameterizedTest
    @ValueSource(strings = {"rsassa", "rsapss", "ecdsa"})
    void key_thatIsCertified_isNamedWithItsRoot(String scheme) throws VerificationException {
        VerifiedHardware verified = verify(scheme, certificate(scheme), authority.root());

        assertThat(verified.root().orElseThrow().name()).isEqualTo("CN=Test Root");
        assertThat(verified.unchecked()).contains("whether a certificate was revoked");
    }

    @Test
    void certificate_ofAnotherKey_isRefused() {
        assertRefused(Code.BAD_KEY, () -> verify("ecdsa", certificate("rsassa"), authority.root()))
                .isEqualTo("certificates[0]: certifies another key than the one that signed");
    }

    @Test
    void certificate_byAnotherAuthorityOfTheSameName_isRefused() {
        assertRefused(
                        Code.BAD_KEY,
                        () -> verify("ecdsa", certificate("ecdsa"), new TestCertificates().root()))
                .contains("which is no root that is trusted for TPM 2.0 quotes");
    }

    @Test
    void certificate_alone_isRefused() throws VerificationException {
        EvidenceFile quote = Samples.tpm("ecdsa");
        EvidenceFile alone =
                new EvidenceFile(
                        quote.kind(), quote.parts(), Samples.der(List.of(certificate("ecdsa"))));

        assertRefused(
                        Code.BAD_KEY,
                        () ->
                                alone.evidence()
                                        .verify(Samples.TPM_NONCE, TrustRoots.none(), Samples.NOW))
                .startsWith("certificates: 1 certificates; needed are those from the signer's");
    }

    @Test
    void challenge_toAKeyThatIsNoEndorsementKey_isRefused() throws VerificationException {
        assertRefused(Code.BAD_KEY, () -> challenge(certificate("rsassa")))
                .isEqualTo(
                        "endorsement key[0]: no certificate of an endorsement key (2.23.133.8.1)");
        X509Certificate ecc =
                authority.leaf(
                        TestCertificates.ecKey("secp256r1").getPublic(),
                        TestCertificates.ENDORSEMENT);
        assertRefused(Code.BAD_KEY, () -> challenge(ecc))
                .startsWith("endorsement key[0]: not RSA of 2048 bits");
    }

    @Test
    void challenge_upToARootThatIsNotTrusted_isRefused() {
        assertRefused(
                        Code.BAD_KEY,
                        () ->
                                TpmChallenge.make(
                                        List.of(certificate("rsassa"), authority.root()),
                                        Samples.file("tpm/ecdsa.pub"),
                                        TrustRoots.published(),
                                        Samples.NOW,
                                        new SecureRandom()))
                .contains("ends at CN=Test Root, which is no root that is trusted");
    }

    private TpmChallenge challenge(X509Certificate endorsement) throws VerificationException {
        return TpmChallenge.make(
                List.of(endorsement, authority.root()),
                Samples.file("tpm/ecdsa.pub"),
                TrustRoots.none().with(EvidenceKind.TPM2_QUOTE, authority.root()),
                Samples.NOW,
                new SecureRandom());
    }

    private X509Certificate certificate(String scheme) throws VerificationException {
        PublicKey key = TpmPublic.parse(Samples.file("tpm/" + scheme + ".pub").toArray()).key();
        return authority.leaf(key, Map.of());
    }

    private VerifiedHardware verify(
            String scheme, X509Certificate certificate, X509Certificate trusted)
            throws VerificationException {
        EvidenceFile quote = Samples.tpm(scheme);
        return new EvidenceFile(
                        quote.kind(),
                        quote.parts(),
                        Samples.der(List.of(certificate, authority.root())))
                .evidence()
                .verify(
                        Samples.TPM_NONCE,
                        TrustRoots.none().with(EvidenceKind.TPM2_QUOTE, trusted),
                        Samples.NOW);
    }
}
