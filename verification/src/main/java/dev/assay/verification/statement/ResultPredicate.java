package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code result}: what a provider computed, and its commitment to every unit of it. Signed by the
 * provider; its subject is the output. The layout follows SLSA provenance v1.
 *
 * @param output digest of the output file, the statement's subject
 * @param unitRoot Merkle root over all units
 * @param seedCommitment the lease's: the provider saw it before it worked
 * @param usageHead digest of the last receipt's statement
 */
public record ResultPredicate(
        LeaseId lease,
        Digest spec,
        KeyId provider,
        Digest model,
        Digest input,
        Digest output,
        EngineName engine,
        Digest graphDigest,
        int units,
        Digest unitRoot,
        Digest seedCommitment,
        Instant startedOn,
        Instant finishedOn,
        Digest usageHead)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "result/v1";

    /** The subject's name: the output file. */
    public static final String OUTPUT_NAME = "output.safetensors";

    private static final String BUILD_TYPE = TYPE_PREFIX + "inference/v1";

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this result. */
    public Statement statement() {
        return Statement.about(OUTPUT_NAME, output, this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json = CanonicalJson.object();
        ObjectNode definition = json.putObject("buildDefinition").put("buildType", BUILD_TYPE);
        definition.putObject("externalParameters").put("spec", spec.toString());
        definition.putObject("internalParameters").put("leaseId", lease.hex());
        ArrayNode dependencies = definition.putArray("resolvedDependencies");
        dependencies
                .addObject()
                .put("name", "model")
                .putObject("digest")
                .put("sha256", model.hex());
        dependencies
                .addObject()
                .put("name", "input")
                .putObject("digest")
                .put("sha256", input.hex());
        ObjectNode details = json.putObject("runDetails");
        details.putObject("builder").put("id", provider.hex());
        details.putObject("metadata")
                .put("invocationId", lease.hex())
                .put("startedOn", startedOn.toString())
                .put("finishedOn", finishedOn.toString());
        return json.put("engine", engine.text())
                .put("graphDigest", graphDigest.toString())
                .put("output", output.toString())
                .put("units", units)
                .put("unitRoot", unitRoot.toString())
                .put("seedCommitment", seedCommitment.toString())
                .put("usageHead", usageHead.toString());
    }

    static ResultPredicate parse(JsonFields json) throws JsonException {
        JsonFields definition = json.object("buildDefinition");
        definition.text("buildType", BUILD_TYPE);
        Digest spec = only(definition.object("externalParameters"), "spec");
        LeaseId lease = new LeaseId(only(definition.object("internalParameters"), "leaseId"));
        Map<String, Digest> dependencies = dependencies(definition.objects("resolvedDependencies"));
        definition.end();
        JsonFields details = json.object("runDetails");
        KeyId provider = new KeyId(only(details.object("builder"), "id"));
        JsonFields metadata = details.object("metadata");
        metadata.text("invocationId", lease.hex());
        Instant startedOn = metadata.instant("startedOn");
        Instant finishedOn = metadata.instant("finishedOn");
        metadata.end();
        details.end();
        String engine = json.text("engine");
        return new ResultPredicate(
                lease,
                spec,
                provider,
                dependency(json, dependencies, "model"),
                dependency(json, dependencies, "input"),
                json.digest("output"),
                EngineName.named(engine)
                        .orElseThrow(() -> json.error("unknown engine '" + engine + "'")),
                json.digest("graphDigest"),
                json.integer("units", 1, Integer.MAX_VALUE),
                json.digest("unitRoot"),
                json.digest("seedCommitment"),
                startedOn,
                finishedOn,
                json.digest("usageHead"));
    }

    private static Digest only(JsonFields json, String name) throws JsonException {
        Digest digest = json.digest(name);
        json.end();
        return digest;
    }

    private static Map<String, Digest> dependencies(List<JsonFields> entries) throws JsonException {
        Map<String, Digest> dependencies = new HashMap<>();
        for (JsonFields entry : entries) {
            if (dependencies.put(entry.text("name"), only(entry.object("digest"), "sha256"))
                    != null) {
                throw entry.error("the dependency is given twice");
            }
            entry.end();
        }
        return dependencies;
    }

    private static Digest dependency(JsonFields json, Map<String, Digest> dependencies, String name)
            throws JsonException {
        Digest digest = dependencies.get(name);
        if (digest == null || dependencies.size() != 2) {
            throw json.error("resolvedDependencies must be exactly model and input");
        }
        return digest;
    }
}
