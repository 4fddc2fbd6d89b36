package dev.assay.verification.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;

/**
 * One attack.
 *
 * @param name of its file, without the ending
 * @param attacker who can do it: who holds which key
 * @param change how the file differs from its honest twin
 * @param twin the twin's name
 * @param expected what must be found
 */
public record Attack(
        Input input, String name, String attacker, String change, String twin, Expected expected) {
    /** Whoever passes the file on. */
    static final String ANYONE = "anyone";

    static final String PROVIDER = "provider";
    static final String TENANT = "tenant";
    static final String MARKET = "market";
    static final String LOG = "log";

    /** Whoever stole a key. */
    static final String THIEF = "thief of the key";

    static Attack parse(Input input, String name, JsonNode json) {
        return new Attack(
                input,
                name,
                json.path("attacker").textValue(),
                json.path("change").textValue(),
                json.path("twin").textValue(),
                Expected.parse(json.path("finding")));
    }

    ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("attacker", attacker)
                        .put("change", change)
                        .put("twin", twin);
        json.set("finding", expected.json());
        return json;
    }

    @Override
    public String toString() {
        return input.folder() + "/" + name;
    }
}
