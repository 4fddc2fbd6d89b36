package dev.assay.protocol.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

class DigestTest {
    /** FIPS 180-2, appendix B.1: the digest of "abc". */
    private static final String ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir private Path folder;

    @Test
    void digest_ofAbc_isThePublishedOne() throws Exception {
        byte[] abc = "abc".getBytes(StandardCharsets.UTF_8);
        assertThat(Digest.sha256(abc)).hasToString("sha256:" + ABC);
        assertThat(Digest.sha256(new byte[] {'a'}, new byte[] {'b', 'c'}).hex()).isEqualTo(ABC);
        Path file = Files.write(folder.resolve("abc"), abc);
        assertThat(Digest.sha256(file).hex()).isEqualTo(ABC);
        assertThat(Digest.sha256(abc).brief()).isEqualTo("ba7816bf8f01");
    }

    @Test
    void digest_withOrWithoutPrefix_isReadBackEqual() {
        Digest digest = Digest.parse(ABC);
        assertThat(Digest.parse("sha256:" + ABC)).isEqualTo(digest).hasSameHashCodeAs(digest);
        assertThat(Digest.of(digest.bytes())).isEqualTo(digest);
        assertThat(OrderId.parse(new OrderId(digest).toString()).digest()).isEqualTo(digest);
        assertThat(LeaseId.parse(new LeaseId(digest).toString()).digest()).isEqualTo(digest);
        assertThat(KeyId.parse(new KeyId(digest).toString()).digest()).isEqualTo(digest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256:",
                "sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0",
                "ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            })
    void text_thatIsNoDigest_isRefused(String text) {
        assertThatThrownBy(() -> Digest.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a digest: '")
                .hasMessageEndingWith("(expected sha256: and 64 lower-case hex digits)");
    }

    @Test
    void bytes_ofAnotherLength_areRefused() {
        assertThatThrownBy(() -> Digest.of(new byte[31]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a SHA-256 digest has 32 bytes, not 31");
    }

    @Test
    void digest_handedOut_cannotBeChangedFromOutside() {
        byte[] bytes = new byte[Digest.BYTES];
        Digest digest = Digest.of(bytes);
        bytes[0] = 1;
        digest.bytes()[1] = 1;
        assertThat(digest.bytes()).containsOnly(0);
    }

    @Test
    void order_isThatOfUnsignedBytes() {
        byte[] high = new byte[Digest.BYTES];
        high[0] = (byte) 0x80;
        assertThat(Digest.of(high)).isGreaterThan(Digest.of(new byte[Digest.BYTES]));
    }
}
