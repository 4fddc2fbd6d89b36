package dev.assay.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.stream.Stream;

class PciAddressTest {
    /** sysfs, NVML, the kernel log, and a domain behind a host bridge of its own. */
    @ParameterizedTest
    @CsvSource({
        "0000:3b:00.0,     0000:3b:00.0",
        "00000000:3B:00.0, 0000:3b:00.0",
        "0000:3b:00,       0000:3b:00.0",
        "10000:01:1f.7,    10000:01:1f.7",
        "ffffffff:ff:00.1, ffffffff:ff:00.1",
    })
    void address_inAnySpelling_isTheSame(String spelling, String written) {
        assertThat(PciAddress.isOne(spelling)).isTrue();
        assertThat(PciAddress.parse(spelling)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "3b:00.0", "0000:3b:20.0", "0000:3b:00.8", "0000:3b:00.0 ", "zz", "::"})
    void text_thatIsNoAddress_isRefused(String text) {
        assertThat(PciAddress.isOne(text)).isFalse();
        assertThatThrownBy(() -> PciAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void addresses_sorted_areInTheOrderOfTheBus() {
        List<String> order =
                List.of("0000:02:00.0", "0000:0a:00.0", "0001:01:00.0", "ffffffff:00:00.0");
        Stream<PciAddress> shuffled =
                Stream.of(3, 1, 2, 0).map(order::get).map(PciAddress::parse).sorted();
        assertThat(shuffled.map(PciAddress::toString)).isEqualTo(order);
    }
}
