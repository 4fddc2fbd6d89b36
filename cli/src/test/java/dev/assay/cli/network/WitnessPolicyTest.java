package dev.assay.cli.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.witness.WitnessKey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.security.SecureRandom;
import java.util.List;

/** Which witnesses a user can name, and how. */
final class WitnessPolicyTest {
    private final LogVerifyingKey key;
    private final WitnessKey witness;

    WitnessPolicyTest() throws Exception {
        key = LogSigningKey.create("w.example/w1", new SecureRandom()).verifyingKey();
        witness = new WitnessKey(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1:8971/", "https://w.example/a+b", "http://[::1]:1/%3D/w"})
    void address_read_isWhatWasWritten(String url) throws Exception {
        String text = url + "=" + witness.vkey();

        WitnessAddress address = WitnessAddress.parse(text);

        assertThat(address).isEqualTo(new WitnessAddress(URI.create(url), witness));
        assertThat(address).hasToString(text);
        assertThat(WitnessAddress.key(text)).isEqualTo(witness);
        assertThat(WitnessAddress.key(witness.vkey())).isEqualTo(witness);
    }

    @Test
    void address_thatIsNone_saysItsForm() {
        assertRefused(witness.vkey(), "is no witness of the form URL=VKEY");
        assertRefused("http://127.0.0.1:8971/", "is no witness of the form URL=VKEY");
        assertRefused("http://127.0.0.1:8971/=", "not the verifier key of a witness");
        assertRefused("http://127.0.0.1/=" + key.vkey(), "not the verifier key of a witness");
        assertRefused("http://a b/=" + witness.vkey(), "'http://a b/' is no URL");
    }

    @Test
    void policy_withAWitnessThatCountsTwice_isAMistake() throws Exception {
        LogVerifyingKey another = LogSigningKey.create("w2", new SecureRandom()).verifyingKey();
        WitnessAddress first = at("http://127.0.0.1:1/", key);

        assertMistake(first, at("http://127.0.0.1:2/", renamed(another, key.origin())), "name");
        assertMistake(first, at("http://127.0.0.1:2/", renamed(key, "w2")), "key");
        assertMistake(first, at("http://127.0.0.1:1", another), "URL");
        assertThat(WitnessPolicy.mistake(List.of(first, at("http://127.0.0.1:2/", another)), 2))
                .isEmpty();
    }

    @Test
    void policy_thatNeedsMoreOrFewerThanThereAre_isAMistake() {
        List<WitnessAddress> one = List.of(at("http://127.0.0.1:1/", key));

        assertThat(WitnessPolicy.mistake(one, 2)).isPresent();
        assertThat(WitnessPolicy.mistake(one, 0)).isPresent();
        assertThat(WitnessPolicy.mistake(one, -1)).isPresent();
        assertThat(WitnessPolicy.mistake(one, 1)).isEmpty();
        assertThat(WitnessPolicy.mistake(List.of(), 0)).isEmpty();
        assertThatThrownBy(() -> new WitnessPolicy(one, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertMistake(WitnessAddress one, WitnessAddress other, String what) {
        assertThat(WitnessPolicy.mistake(List.of(one, other), 2).orElseThrow())
                .startsWith("two witnesses have the " + what + " in common: ");
    }

    private static void assertRefused(String text, String why) {
        assertThatThrownBy(() -> WitnessAddress.parse(text))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining(why);
    }

    private static WitnessAddress at(String url, LogVerifyingKey key) {
        return new WitnessAddress(URI.create(url), new WitnessKey(key));
    }

    private static LogVerifyingKey renamed(LogVerifyingKey key, String name)
            throws VerificationException {
        return LogVerifyingKey.of(name, key.bytes());
    }
}
