package dev.assay.verification.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.audit.Finding.Standing;

/**
 * The finding that an attack must produce.
 *
 * @param caughtBy the public entry point that refuses it
 * @param file the file that the finding names; empty where the input is one file
 * @param field the field that it names; empty where it is about a whole file
 * @param clause the rule that is broken, as an audit names it; of a witness its status
 * @param says a part of the message
 * @param standing whether it is refuted, or could not be checked
 */
public record Expected(
        String caughtBy, String file, String field, String clause, String says, Standing standing) {
    private static final String STANDING = "standing";

    /** That something is refuted. */
    Expected(String caughtBy, String file, String field, String clause, String says) {
        this(caughtBy, file, field, clause, says, Standing.REFUTED);
    }

    /** Of a provider's history. */
    static Expected inHistory(String file, String field, String clause, String says) {
        return new Expected("HistoryAudit.audit", file, field, clause, says);
    }

    /** The same, when it is not wrong but could not be checked. */
    Expected unchecked() {
        return new Expected(caughtBy, file, field, clause, says, Standing.UNCHECKED);
    }

    /** Of an input that is one file. */
    static Expected of(String caughtBy, String clause, String says) {
        return new Expected(caughtBy, "", "", clause, says);
    }

    /** The same, of one field of it; the message begins with its name and a colon. */
    static Expected ofField(String caughtBy, String clause, String says) {
        int colon = says.indexOf(": ");
        if (colon < 0) {
            return new Expected(caughtBy, "", says, clause, "");
        }
        return new Expected(
                caughtBy, "", says.substring(0, colon), clause, says.substring(colon + 2));
    }

    static Expected parse(JsonNode json) {
        return new Expected(
                json.path("caughtBy").textValue(),
                json.path("file").asText(),
                json.path("field").asText(),
                json.path("clause").textValue(),
                json.path("says").textValue(),
                json.has(STANDING)
                        ? Standing.valueOf(json.path(STANDING).textValue())
                        : Standing.REFUTED);
    }

    ObjectNode json() {
        ObjectNode json = CanonicalJson.object().put("caughtBy", caughtBy);
        if (!file.isEmpty()) {
            json.put("file", file);
        }
        if (!field.isEmpty()) {
            json.put("field", field);
        }
        if (standing != Standing.REFUTED) {
            json.put(STANDING, standing.name());
        }
        return json.put("clause", clause).put("says", says);
    }

    /** Whether what was found is this: the same, but for the rest of the message. */
    boolean isMetBy(Expected found) {
        return caughtBy.equals(found.caughtBy)
                && file.equals(found.file)
                && field.equals(found.field)
                && clause.equals(found.clause)
                && standing == found.standing
                && found.says.contains(says);
    }
}
