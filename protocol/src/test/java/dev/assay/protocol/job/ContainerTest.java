package dev.assay.protocol.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container.Input;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

class ContainerTest {
    private static final String DIGEST = "sha256:" + "ab".repeat(32);
    private static final Container CONTAINER =
            new Container(
                    ImageName.parse("registry.example/render/blender@" + DIGEST),
                    List.of("render", "--frame", "$ASSAY_INDEX"),
                    Map.of("QUALITY", "high", "A", ""),
                    List.of(new Input("scene/main.blend", Digest.sha256(new byte[] {1}))),
                    List.of("frames"),
                    List.of(8080),
                    1L << 30,
                    Network.EGRESS,
                    250);
    private static final String CANONICAL =
            "{\"array\":250,\"command\":[\"render\",\"--frame\",\"$ASSAY_INDEX\"],\"env\":{\"A\":"
                    + "\"\",\"QUALITY\":\"high\"},\"image\":\"registry.example/render/blender@"
                    + "sha256:abababababababababababababababababababababababababababababababab\","
                    + "\"inputs\":[{\"digest\":\"sha256:4bf5122f344554c53bde2ebb8cd2b7e3d1600ad6"
                    + "31c385a5d7cce23c7785459a\",\"path\":\"scene/main.blend\"}],\"network\":"
                    + "\"egress\",\"outputs\":[\"frames\"],\"ports\":[8080],\"shmBytes\":"
                    + "\"1073741824\"}";

    @Test
    void container_asCanonicalJson_isTheseBytes() {
        assertThat(new String(CanonicalJson.bytes(CONTAINER.json()), StandardCharsets.UTF_8))
                .isEqualTo(CANONICAL);
    }

    @Test
    void container_throughItsJson_comesBackEqual() throws Exception {
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            Container container = random(random);
            assertThat(parse(CanonicalJson.bytes(container.json()))).isEqualTo(container);
        }
    }

    private static Container random(Random random) {
        boolean network = random.nextBoolean();
        List<String> words = new ArrayList<>();
        Map<String, String> env = new TreeMap<>();
        List<Input> inputs = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            words.add("w \"ü\n" + random.nextInt());
            env.put("N" + i, "v=" + random.nextInt());
            inputs.add(new Input("d" + i + "/f", Digest.sha256(new byte[] {(byte) i})));
            if (network) {
                ports.add(1 + random.nextInt(60_000) * (i + 1) % 65_000);
            }
        }
        int array = 1 + random.nextInt(Container.MAX_ARRAY);
        return new Container(
                random.nextBoolean()
                        ? new ImageName.Archive(Digest.sha256(new byte[] {7}))
                        : new ImageName.Reference("name:" + random.nextInt(100)),
                words,
                env,
                inputs,
                random.nextBoolean() ? List.of(".") : List.of("a/b", "a/c", "ab"),
                List.copyOf(new java.util.TreeSet<>(ports)),
                random.nextLong() >>> 1,
                network ? Network.EGRESS : Network.NONE,
                array,
                1 + random.nextInt(array),
                random.nextBoolean());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"array\":250 | \"array\":0 | container.array: expected an integer from 1 to"
                        + " 100000",
                "\"egress\" | \"host\" | container: unknown network 'host'",
                "\"egress\" | \"none\" | container: ports need network: egress",
                "[8080] | [8080,8080] | container: port 8080 is not from 1 to 65535, or is named"
                        + " twice",
                "[8080] | [0] | container: port 0 is not from 1 to 65535, or is named twice",
                "[8080] | [\"80\"] | container.ports: expected an array of integers",
                "\"QUALITY\" | \"A B\" | container: 'A B' is no variable's name (letters, digits"
                        + " and '_', not beginning with ASSAY_)",
                "\"QUALITY\" | \"ASSAY_INDEX\" | container: 'ASSAY_INDEX' is no variable's name"
                        + " (letters, digits and '_', not beginning with ASSAY_)",
                "\"high\" | \"a\\u0000b\" | container: command and env cannot hold a zero"
                        + " character",
                "scene/main.blend | ../main.blend | container: '../main.blend' is no path inside"
                        + " a folder (plain names with '/' between, no '..')",
                "[\"frames\"] | [\"a/b\",\"a\"] | container: 'a/b' lies inside 'a'",
                "[\"frames\"] | [\".\",\"a\"] | container: '.' is no path inside a folder (plain"
                        + " names with '/' between, no '..')",
                "\"path\" | \"x\":1,\"path\" | container.inputs[0].x: unknown field; a version that"
                        + " knows it is needed",
                "\"network\" | \"x\":1,\"network\" | container.x: unknown field; a version that"
                        + " knows it is needed",
                "[8080] | [8080],\"parallel\":251 | container: parallel: 251 is not from 1 to the"
                        + " array's 250",
                "[8080] | [8080],\"parallel\":1 | container.parallel: expected an integer from 2"
                        + " to 100000",
                "[8080] | [8080],\"shell\":\"yes\" | container: unknown shell 'yes'",
            })
    void json_withAMistake_isRefused(String good, String bad, String message) {
        assertThat(CANONICAL).contains(good);
        byte[] bytes = CANONICAL.replace(good, bad).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> parse(bytes))
                .isInstanceOf(JsonException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a", "a/", "a//b", ".", "a/./b", "a/../b", "..", "a\nb"})
    void input_outsideItsFolder_isRefused(String path) {
        assertThatThrownBy(() -> new Input(path, Digest.sha256(new byte[0])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void inputs_withTheSamePath_areRefused() {
        Input input = new Input("a", Digest.sha256(new byte[0]));
        assertThatThrownBy(() -> withInputs(List.of(input, input)))
                .hasMessage("'a' is named twice");
        assertThatThrownBy(() -> withInputs(Collections.nCopies(10_001, input)))
                .hasMessage("more than 10000 inputs");
    }

    private static Container withInputs(List<Input> inputs) {
        return new Container(
                CONTAINER.image(),
                List.of(),
                Map.of(),
                inputs,
                List.of(),
                List.of(),
                0,
                Network.NONE,
                1);
    }

    @ParameterizedTest
    @CsvSource({
        "name,false",
        "name:tag,false",
        "library/name:1.2_3-x,false",
        "localhost:5000/a/b__c,false",
        "registry.example:443/a/b:t@"
                + "sha256:"
                + "abababababababababababababababababababababababababababababababab,true",
    })
    void imageName_ofARegistry_isTaken(String text, boolean pinned) {
        assertThat(ImageName.parse(text))
                .isEqualTo(new ImageName.Reference(text))
                .hasToString(text)
                .extracting(name -> ((ImageName.Reference) name).pinned())
                .isEqualTo(pinned);
    }

    @Test
    void imageName_ofADigest_isAnArchive() {
        assertThat(ImageName.parse(DIGEST))
                .isEqualTo(new ImageName.Archive(Digest.parse(DIGEST)))
                .hasToString(DIGEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "UPPER", "a b", "-a", "a:", "a@sha256:12", "a@md5:00", "../a", "a//b"})
    void imageName_thatIsNone_isRefused(String text) {
        assertThatThrownBy(() -> ImageName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no image name");
    }

    private static Container parse(byte[] bytes) throws JsonException {
        return Container.parse(
                JsonFields.of(StrictJson.object(bytes, 1 << 20, "container"), "container"));
    }
}
