package dev.assay.verification.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.check.TinyModel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A statement has one sequence of bytes, and nothing else is read as it. */
final class StatementTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void everyPredicate_written_isReadAsTheSame() throws JsonException {
        for (long seed = 0; seed < 200; seed++) {
            for (Statement statement : new RandomStatements(seed).all()) {
                byte[] bytes = statement.bytes();
                Statement read = Statement.parse(bytes);
                assertThat(read).as("seed %d", seed).isEqualTo(statement);
                assertThat(read.bytes()).isEqualTo(bytes);
            }
        }
    }

    @Test
    void everyPredicate_typeUri_namesItsVersion() {
        assertThat(new RandomStatements(1).all().stream().map(s -> s.predicate().type()))
                .containsExactly(
                        "https://assay.dev/attestation/order/v1",
                        "https://assay.dev/attestation/lease/v1",
                        "https://assay.dev/attestation/usage/v1",
                        "https://assay.dev/attestation/result/v1",
                        "https://assay.dev/attestation/verdict/v1",
                        "https://assay.dev/attestation/settlement/v1",
                        "https://assay.dev/attestation/key-register/v1",
                        "https://assay.dev/attestation/key-rotate/v1",
                        "https://assay.dev/attestation/key-revoke/v1",
                        "https://assay.dev/attestation/evidence/v1",
                        "https://assay.dev/attestation/inventory/v1",
                        "https://assay.dev/attestation/access/v1");
    }

    /** Every object of every statement, with one field more. */
    @Test
    void anyObject_withAnUnknownField_isRefused() throws IOException {
        for (Statement statement : new RandomStatements(3).all()) {
            JsonNode json = MAPPER.readTree(statement.bytes());
            for (ObjectNode object : objects(json)) {
                object.put("surprise", "1");
                assertRefused(CanonicalJson.bytes(json), "");
                object.remove("surprise");
            }
            assertThat(CanonicalJson.bytes(json)).isEqualTo(statement.bytes());
        }
    }

    /** Every object of every statement, with one field less. */
    @Test
    void anyObject_withAFieldMissing_isRefused() throws IOException {
        for (Statement statement : new RandomStatements(4).all()) {
            JsonNode json = MAPPER.readTree(statement.bytes());
            for (ObjectNode object : objects(json)) {
                for (String name : names(object)) {
                    if (List.of("usageHead", "result", "verdict").contains(name)
                            && statement.predicate() instanceof SettlementPredicate) {
                        continue; // not every settlement cites these
                    }
                    if (name.equals("powerLimitMilliwatts")) {
                        continue; // not every device has one
                    }
                    if (name.equals("evidence")) {
                        continue; // not every inventory or result names some
                    }
                    JsonNode value = object.remove(name);
                    assertRefused(CanonicalJson.bytes(json), "");
                    object.set(name, value);
                }
            }
        }
    }

    /** Every value of every statement, as another type. */
    @Test
    void anyValue_ofAnotherType_isRefused() throws IOException {
        for (Statement statement : new RandomStatements(5).all()) {
            JsonNode json = MAPPER.readTree(statement.bytes());
            for (ObjectNode object : objects(json)) {
                for (String name : names(object)) {
                    JsonNode value = object.get(name);
                    object.set(
                            name,
                            value.isTextual() ? MAPPER.createObjectNode() : object.textNode("x"));
                    assertRefused(CanonicalJson.bytes(json), "");
                    object.putNull(name);
                    assertRefused(CanonicalJson.bytes(json), "");
                    object.set(name, value);
                }
            }
        }
    }

    @Test
    void statement_ofAnUnknownPredicate_isRefused() throws Exception {
        assertRefused(
                Forgery.bytes(order(), "/predicateType", "https://assay.dev/attestation/order/v2"),
                "statement.predicateType: this version knows no predicate"
                        + " 'https://assay.dev/attestation/order/v2'; docs/formats lists");
    }

    @Test
    void statement_ofAnotherStatementType_isRefused() throws Exception {
        assertRefused(
                Forgery.bytes(order(), "/_type", "https://in-toto.io/Statement/v0.1"),
                "statement._type: 'https://in-toto.io/Statement/v0.1', expected"
                        + " 'https://in-toto.io/Statement/v1'");
    }

    /** Digests with and without prefix, instants with other digits: read alike, written once. */
    @ParameterizedTest
    @CsvSource({
        "/predicate/seedCommitment, bare",
        "/predicate/nonce,          prefixed",
        "/predicate/tenant,         prefixed",
        "/predicate/createdOn,      2026-01-01T00:00:00.000Z",
        "/predicate/createdOn,      2026-01-01T00:00:00.100000Z",
    })
    void value_inAnotherForm_isRefused(String pointer, String form) throws Exception {
        String digest = "ab".repeat(32);
        String value =
                switch (form) {
                    case "bare" -> digest;
                    case "prefixed" -> "sha256:" + digest;
                    default -> form;
                };
        assertRefused(
                Forgery.bytes(order(), pointer, value),
                "statement" + pointer.replace('/', '.') + ": '");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "+1", "01", "1.0", "1e3", "", " 1", "9223372036854775808", "١"})
    void quantity_thatIsNoPlainDecimal_isRefused(String quantity) throws Exception {
        assertRefused(Forgery.bytes(order(), "/predicate/deposit", quantity), "deposit");
    }

    @Test
    void quantity_asAJsonNumber_isRefused() throws Exception {
        assertRefused(
                Forgery.bytes(order(), "/predicate/deposit", 4_000),
                "statement.predicate.deposit: expected a string");
    }

    @Test
    void key_givenTwice_isRefused() throws Exception {
        String text = new String(order().bytes(), StandardCharsets.UTF_8);
        assertRefused(
                text.replace("\"deposit\":\"4000\"", "\"deposit\":\"4000\",\"deposit\":\"4000\"")
                        .getBytes(StandardCharsets.UTF_8),
                "Duplicate field 'deposit'");
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\n", "{}"})
    void bytes_afterTheStatement_areRefused(String more) throws Exception {
        String text = new String(order().bytes(), StandardCharsets.UTF_8);
        assertRefused((text + more).getBytes(StandardCharsets.UTF_8), "");
        assertRefused((" " + text).getBytes(StandardCharsets.UTF_8), "canonical");
    }

    @Test
    void statement_aboutSomethingElseThanItsPredicate_isRefused() throws Exception {
        for (Statement statement : new RandomStatements(6).all()) {
            if (statement.predicate() instanceof EvidencePredicate) {
                continue; // an index is about whatever it lists
            }
            assertRefused(
                    Forgery.bytes(statement, "/subject/0/digest/sha256", "ab".repeat(32)),
                    "subject");
            assertRefused(Forgery.bytes(statement, "/subject/0/name", "another"), "subject");
        }
    }

    @Test
    void statement_withoutSubjects_isRefused() throws Exception {
        assertRefused(Forgery.bytes(order(), "/subject", List.of()), "needs a subject");
    }

    @Test
    void statement_tooLarge_isRefusedBeforeItIsParsed() {
        assertRefused(
                new byte[Statement.MAX_BYTES + 1],
                "statement: 524289 bytes, more than the 524288 allowed");
    }

    @Test
    void verdict_thatContradictsItself_isRefused() throws Exception {
        Statement fail = verdict("FAIL");
        assertRefused(Forgery.bytes(fail, "/predicate/failed", List.of()), "FAIL");
        assertRefused(Forgery.bytes(fail, "/predicate/failed", List.of(99)), "not drawn");
        assertRefused(Forgery.bytes(fail, "/predicate/outcome", "PASS"), "FAIL");
        assertRefused(Forgery.bytes(fail, "/predicate/outcome", "fail"), "is not one of");
    }

    @Test
    void receipt_withAnUnknownMeter_isRefused() throws Exception {
        Statement usage =
                new RandomStatements(8)
                        .all().stream()
                                .filter(s -> s.predicate() instanceof UsagePredicate)
                                .findFirst()
                                .orElseThrow();
        assertRefused(Forgery.bytes(usage, "/predicate/meters/0/meter", "watts"), "meter");
        assertRefused(Forgery.bytes(usage, "/predicate/meters/0/unit", "s"), "meter");
        assertRefused(
                Forgery.bytes(usage, "/predicate/chargePeriodEnd", "1969-12-31T23:59:59Z"),
                "a receipt needs");
    }

    /** A meter that is not in every receipt has one form for zero: it is left out. */
    @Test
    void receipt_withAMeterThatSaysNothing_isRefused() throws Exception {
        Papers papers = new Papers();
        UsagePredicate receipt = papers.receipt(Optional.empty(), 0, TinyModel.output());
        String text = new String(receipt.statement().bytes(), StandardCharsets.UTF_8);
        assertThat(text).doesNotContain("gpu", "steps");
        String meters = "\"meters\":[";
        assertThat(text).contains(meters);
        String zero = "{\"meter\":\"assay.steps\",\"quantity\":\"0\",\"unit\":\"{step}\"},";
        assertRefused(
                text.replace(meters, meters + zero).getBytes(StandardCharsets.UTF_8),
                "statement.predicate.meters");
    }

    @Test
    void receipt_withoutAMeterThatEveryOneHas_isRefused() throws Exception {
        UsagePredicate receipt = new Papers().receipt(Optional.empty(), 0, TinyModel.output());
        assertRefused(
                Forgery.bytes(receipt.statement(), "/predicate/meters", List.of()),
                "meter assay.wall.time in ms is missing");
    }

    @Test
    void receipt_withAPowerLimitOfNothing_isRefused() throws Exception {
        UsagePredicate receipt = new Papers().receipt(Optional.empty(), 0, TinyModel.output());
        assertRefused(
                Forgery.bytes(
                        receipt.statement(), "/predicate/resources/0/powerLimitMilliwatts", "0"),
                "a power limit is more than nothing");
    }

    @Test
    void keyRegistration_ofAKeyThatCannotBe_isRefused() throws Exception {
        Statement register = ofType("key-register");
        KeyRegisterPredicate predicate = (KeyRegisterPredicate) register.predicate();
        assertRefused(
                Forgery.bytes(register, "/predicate/recoveryKey", predicate.key().keyId().hex()),
                "its own recovery key");
        assertRefused(Forgery.bytes(register, "/predicate/holder/name", "Al der"), "has a name of");
        assertRefused(Forgery.bytes(register, "/predicate/holder/role", "BANK"), "not one of");
        assertRefused(Forgery.bytes(register, "/predicate/publicKey", "MFkw"), "publicKey");
        assertRefused(Forgery.bytes(register, "/predicate/log", "log\nold 00"), "no origin");
        assertRefused(Forgery.bytes(register, "/predicate/publicKey", "%"), "publicKey");
    }

    @Test
    void keyRotation_thatGoesNowhere_isRefused() throws Exception {
        Statement rotate = ofType("key-rotate");
        String newKey = ((KeyRotatePredicate) rotate.predicate()).terms().newKey().keyId().hex();
        assertRefused(Forgery.bytes(rotate, "/predicate/oldKey", newKey), "neither the old key");
        assertRefused(
                Forgery.bytes(rotate, "/predicate/recoveryKey", newKey), "nor the recovery key");
        assertRefused(Forgery.bytes(rotate, "/predicate/possession", "MAA="), "possession");
        assertRefused(Forgery.bytes(rotate, "/predicate/expires", "-1"), "expires");
    }

    @Test
    void inventory_thatContradictsItself_isRefused() throws Exception {
        Statement inventory = ofType("inventory");
        assertRefused(
                Forgery.bytes(inventory, "/predicate/devices/0/views/0/source", "cuda"),
                "a device was seen by cuda, which saw nothing");
        assertRefused(
                Forgery.bytes(inventory, "/predicate/sources/0/state", "ABSENT"),
                "a device was seen by nvml, which saw nothing");
        assertRefused(
                Forgery.bytes(inventory, "/predicate/sources/0/state", "seen"), "is not one of");
        assertRefused(
                Forgery.bytes(inventory, "/predicate/measurements/0/least", "9223372036854775807"),
                "gemm.fp32: the median is not between");
        assertRefused(
                Forgery.bytes(inventory, "/predicate/measurements/0/rounds", "0"), "gemm.fp32");
        assertRefused(
                Forgery.bytes(inventory, "/predicate/machine/0/name", "Memory Bytes"),
                "is no name such as memory.bytes");
        assertRefused(
                Forgery.bytes(inventory, "/predicate/findings/0/code", "gpu lost"), "is no code");
    }

    private static Statement order() throws ModelException {
        return new Papers().order().statement();
    }

    private static Statement ofType(String kind) {
        return new RandomStatements(2)
                .all().stream()
                        .filter(s -> s.predicate().type().contains("/" + kind + "/"))
                        .findFirst()
                        .orElseThrow();
    }

    private static Statement verdict(String outcome) {
        for (long seed = 0; ; seed++) {
            for (Statement statement : new RandomStatements(seed).all()) {
                if (statement.predicate() instanceof VerdictPredicate verdict
                        && verdict.outcome().name().equals(outcome)) {
                    return statement;
                }
            }
        }
    }

    private static void assertRefused(byte[] bytes, String message) {
        assertThatThrownBy(() -> Statement.parse(bytes))
                .as(new String(bytes, 0, Math.min(bytes.length, 2_000), StandardCharsets.UTF_8))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining(message);
    }

    private static List<ObjectNode> objects(JsonNode json) {
        List<ObjectNode> objects = new ArrayList<>();
        if (json instanceof ObjectNode object) {
            objects.add(object);
        }
        if (json instanceof ObjectNode || json instanceof ArrayNode) {
            json.forEach(child -> objects.addAll(objects(child)));
        }
        return objects;
    }

    private static List<String> names(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
