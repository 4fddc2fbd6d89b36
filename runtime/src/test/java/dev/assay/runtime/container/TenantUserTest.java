package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

class TenantUserTest {
    private static final String PASSWD =
            """
            root:x:0:0:root:/root:/bin/sh
            toor:x:00:0::/:/bin/sh
            work:x:1000:100::/home/work:/bin/sh
            wheel:x:1001:0::/:/bin/sh
            broken
            odd:x:abc:1::/:
            """;

    @ParameterizedTest
    @CsvSource({
        "'',65534:65534",
        "root,65534:65534",
        "0,65534:65534",
        "000,65534:65534",
        "0:1000,65534:65534",
        "root:work,65534:65534",
        "toor,65534:65534",
        "nobodyhere,65534:65534",
        "odd,65534:65534",
        "-1,65534:65534",
        "4294967296,65534:65534",
        "1000,1000:65534",
        "1000:0,1000:65534",
        "1000:staff,1000:65534",
        "1000:50,1000:50",
        "work,1000:100",
        "wheel,1001:65534",
    })
    void user_ofAnImage_isNeverRoot(String user, String expected) throws Exception {
        assertThat(of(user, Optional.of(PASSWD.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(expected);
    }

    @Test
    void user_byNameInAnImageWithoutAccounts_isNobody() throws Exception {
        assertThat(of("work", Optional.empty())).isEqualTo(TenantUser.NOBODY);
    }

    private static String of(String user, Optional<byte[]> passwd) throws ContainerException {
        return TenantUser.of(
                new EngineImage("sha256:1", user, List.of(), List.of(), 1), () -> passwd);
    }
}
