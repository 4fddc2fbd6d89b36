package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

/**
 * Whom a key speaks for: a role and a name in it, which keys follow each other under.
 *
 * @param name 1 to 63 of a-z, 0-9, dot and hyphen, which begins and ends with a letter or digit
 */
public record KeyHolder(Role role, String name) {
    /** What a party does in the market. */
    public enum Role {
        PROVIDER,
        TENANT,
        AUDITOR,
        MARKET
    }

    public KeyHolder {
        if (!name.matches("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    "a key's holder has a name of 1 to 63 of a-z, 0-9, '.' and '-', such as alder");
        }
    }

    ObjectNode json() {
        return CanonicalJson.object().put("role", role.name()).put("name", name);
    }

    static KeyHolder parse(JsonFields json) throws JsonException {
        try {
            KeyHolder holder =
                    new KeyHolder(json.constant("role", Role.values()), json.text("name"));
            json.end();
            return holder;
        } catch (IllegalArgumentException e) {
            throw json.error("name", String.valueOf(e.getMessage()));
        }
    }

    /** For people: role and name. */
    @Override
    public String toString() {
        return role.name().toLowerCase(java.util.Locale.ROOT) + " " + name;
    }
}
