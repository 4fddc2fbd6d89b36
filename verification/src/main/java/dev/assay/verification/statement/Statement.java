package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonDifference;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An in-toto Statement v1: subjects, and a predicate about them. Written as canonical JSON (RFC
 * 8785); identified by the SHA-256 of those bytes.
 *
 * @see <a href="https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md">Statement
 *     v1</a>
 */
public record Statement(List<Subject> subjects, Predicate predicate) {
    /** The DSSE payload type of every statement. */
    public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    /** The largest statement accepted. */
    public static final int MAX_BYTES = 512 << 10;

    private static final String WHAT = "statement";
    private static final String TYPE = "https://in-toto.io/Statement/v1";
    private static final String PREDICATE = "predicate";
    private static final String SHA256 = "sha256";

    public Statement {
        subjects = List.copyOf(subjects);
        if (subjects.isEmpty()) {
            throw new IllegalArgumentException("a statement needs a subject");
        }
    }

    /** A statement about one thing. */
    public static Statement about(String name, Digest digest, Predicate predicate) {
        return new Statement(List.of(new Subject(name, digest)), predicate);
    }

    /** The canonical bytes: a DSSE payload. */
    public byte[] bytes() {
        return CanonicalJson.bytes(json());
    }

    private ObjectNode json() {
        ObjectNode json = CanonicalJson.object();
        json.put("_type", TYPE).put("predicateType", predicate.type());
        ArrayNode array = json.putArray("subject");
        for (Subject subject : subjects) {
            ObjectNode entry = array.addObject().put("name", subject.name());
            entry.putObject("digest").put(SHA256, subject.digest().hex());
        }
        json.set(PREDICATE, predicate.json());
        return json;
    }

    /**
     * Reads a statement from its canonical bytes; unknown predicates and unknown fields are
     * refused.
     */
    public static Statement parse(byte[] bytes) throws JsonException {
        ObjectNode tree = StrictJson.canonicalList(bytes, MAX_BYTES, WHAT);
        JsonFields json = JsonFields.of(tree, WHAT);
        json.text("_type", TYPE);
        List<Subject> subjects = new ArrayList<>();
        for (JsonFields entry : json.objects("subject")) {
            JsonFields digest = entry.object("digest");
            subjects.add(subject(entry, hex(digest)));
            digest.end();
            entry.end();
        }
        Predicate predicate = predicate(json);
        json.end();
        try {
            Statement statement = new Statement(subjects, predicate);
            // Subjects have one form: a name, and 64 digits.
            Optional<String> other =
                    JsonDifference.first(
                            json.tree(PREDICATE), predicate.json(), WHAT + "." + PREDICATE);
            if (other.isPresent()) {
                throw new JsonException(other.get());
            }
            if (!subjects.equals(due(predicate, subjects))) {
                throw json.error("subject", "is not what the predicate speaks of");
            }
            return statement;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }

    /**
     * The subjects that a predicate's statement has; an evidence index has any files, each once.
     */
    private static List<Subject> due(Predicate predicate, List<Subject> written) {
        return switch (predicate) {
            case OrderPredicate order -> order.statement().subjects();
            case LeasePredicate lease -> lease.statement().subjects();
            case UsagePredicate usage -> usage.statement().subjects();
            case ResultPredicate result -> result.statement().subjects();
            case VerdictPredicate verdict -> verdict.statement().subjects();
            case SettlementPredicate settlement -> settlement.statement().subjects();
            case InventoryPredicate inventory -> inventory.statement().subjects();
            case AccessPredicate access -> access.statement().subjects();
            case KeyRegisterPredicate register -> register.statement().subjects();
            case KeyRotatePredicate rotate -> rotate.statement().subjects();
            case KeyRevokePredicate revoke -> revoke.statement().subjects();
            case EvidencePredicate _ -> distinct(written);
        };
    }

    private static List<Subject> distinct(List<Subject> files) {
        Set<String> names = new HashSet<>();
        return files.stream().filter(file -> names.add(file.name())).toList();
    }

    private static Digest hex(JsonFields json) throws JsonException {
        Digest digest = json.digest(SHA256);
        if (json.text(SHA256).length() > 2 * Digest.BYTES) {
            throw json.error(SHA256, "'" + digest + "' must be written '" + digest.hex() + "'");
        }
        return digest;
    }

    private static Subject subject(JsonFields json, Digest digest) throws JsonException {
        try {
            return new Subject(json.text("name"), digest);
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }

    private static Predicate predicate(JsonFields statement) throws JsonException {
        String type = statement.text("predicateType");
        JsonFields json = statement.object(PREDICATE);
        try {
            Predicate predicate =
                    switch (type) {
                        case OrderPredicate.TYPE -> OrderPredicate.parse(json);
                        case LeasePredicate.TYPE -> LeasePredicate.parse(json);
                        case UsagePredicate.TYPE -> UsagePredicate.parse(json);
                        case ResultPredicate.TYPE -> ResultPredicate.parse(json);
                        case VerdictPredicate.TYPE -> VerdictPredicate.parse(json);
                        case SettlementPredicate.TYPE -> SettlementPredicate.parse(json);
                        case EvidencePredicate.TYPE -> EvidencePredicate.parse(json);
                        case InventoryPredicate.TYPE -> InventoryPredicate.parse(json);
                        case AccessPredicate.TYPE -> AccessPredicate.parse(json);
                        case KeyRegisterPredicate.TYPE -> KeyRegisterPredicate.parse(json);
                        case KeyRotatePredicate.TYPE -> KeyRotatePredicate.parse(json);
                        case KeyRevokePredicate.TYPE -> KeyRevokePredicate.parse(json);
                        default ->
                                throw statement.error(
                                        "predicateType",
                                        "this version knows no predicate '"
                                                + type
                                                + "'; docs/formats lists those it does");
                    };
            json.end();
            return predicate;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }
}
