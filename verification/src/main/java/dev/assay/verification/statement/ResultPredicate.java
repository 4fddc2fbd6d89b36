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
import dev.assay.verification.hardware.EvidenceReference;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * {@code result}: what a provider computed, and its commitment to every unit of it. Signed by the
 * provider; its subject is the output. The layout follows SLSA provenance v1.
 *
 * @param build what was run, by digest
 * @param output digest of the output file, the statement's subject
 * @param unitRoot Merkle root over all units
 * @param seedCommitment the lease's: the provider saw it before it worked
 * @param usageHead digest of the last receipt's statement
 * @param evidence what hardware signed of this lease, by digest; left out when there is none
 */
public record ResultPredicate(
        LeaseId lease,
        Digest spec,
        KeyId provider,
        Build build,
        Digest output,
        int units,
        Digest unitRoot,
        Digest seedCommitment,
        Instant startedOn,
        Instant finishedOn,
        Digest usageHead,
        List<EvidenceReference> evidence)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "result/v1";

    private static final String MODEL = "model";
    private static final String INPUT = "input";
    private static final String DATASET = "dataset";
    private static final String IMAGE = "image";

    /** What was run, all of it by digest. */
    public sealed interface Build {
        /** The subject's name: the output file. */
        String outputName();
    }

    /**
     * A model over an input, on an engine.
     *
     * @param graph of the model; of a TorchScript model, which has none, the script's digest
     */
    public record InferenceBuild(Digest model, Digest input, EngineName engine, Digest graph)
            implements Build {
        private static final String BUILD_TYPE = TYPE_PREFIX + "inference/v1";

        @Override
        public String outputName() {
            return "output.safetensors";
        }
    }

    /**
     * Training of a model on a dataset, on an engine.
     *
     * @param graph of the model; that of a step follows from it and the optimizer
     */
    public record TrainingBuild(Digest model, Digest dataset, EngineName engine, Digest graph)
            implements Build {
        private static final String BUILD_TYPE = TYPE_PREFIX + "training/v1";

        @Override
        public String outputName() {
            return "training.json";
        }
    }

    /**
     * Containers of an image; what else they were given is in the job spec.
     *
     * @param image the image's id
     */
    public record ContainerBuild(Digest image) implements Build {
        private static final String BUILD_TYPE = TYPE_PREFIX + "container/v1";

        @Override
        public String outputName() {
            return "result.json";
        }
    }

    public ResultPredicate {
        evidence = List.copyOf(evidence);
        if (evidence.size() > EvidenceReference.MAX) {
            throw new IllegalArgumentException(
                    "evidence: " + evidence.size() + " entries, over " + EvidenceReference.MAX);
        }
        if (!evidence.stream().allMatch(named -> named.isAbout(lease))) {
            throw new IllegalArgumentException("evidence: not of the result's own lease");
        }
    }

    /** A result without evidence of hardware. */
    public ResultPredicate(
            LeaseId lease,
            Digest spec,
            KeyId provider,
            Build build,
            Digest output,
            int units,
            Digest unitRoot,
            Digest seedCommitment,
            Instant startedOn,
            Instant finishedOn,
            Digest usageHead) {
        this(
                lease,
                spec,
                provider,
                build,
                output,
                units,
                unitRoot,
                seedCommitment,
                startedOn,
                finishedOn,
                usageHead,
                List.of());
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this result. */
    public Statement statement() {
        return Statement.about(build.outputName(), output, this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json = CanonicalJson.object();
        ObjectNode definition = json.putObject("buildDefinition");
        definition.putObject("externalParameters").put("spec", spec.toString());
        definition.putObject("internalParameters").put("leaseId", lease.hex());
        ArrayNode dependencies = definition.putArray("resolvedDependencies");
        switch (build) {
            case InferenceBuild inference -> {
                definition.put("buildType", InferenceBuild.BUILD_TYPE);
                dependency(dependencies, MODEL, inference.model());
                dependency(dependencies, INPUT, inference.input());
                json.put("engine", inference.engine().text())
                        .put("graphDigest", inference.graph().toString());
            }
            case TrainingBuild training -> {
                definition.put("buildType", TrainingBuild.BUILD_TYPE);
                dependency(dependencies, MODEL, training.model());
                dependency(dependencies, DATASET, training.dataset());
                json.put("engine", training.engine().text())
                        .put("graphDigest", training.graph().toString());
            }
            case ContainerBuild container -> {
                definition.put("buildType", ContainerBuild.BUILD_TYPE);
                dependency(dependencies, IMAGE, container.image());
            }
        }
        ObjectNode details = json.putObject("runDetails");
        details.putObject("builder").put("id", provider.hex());
        details.putObject("metadata")
                .put("invocationId", lease.hex())
                .put("startedOn", startedOn.toString())
                .put("finishedOn", finishedOn.toString());
        json.put("output", output.toString())
                .put("units", units)
                .put("unitRoot", unitRoot.toString())
                .put("seedCommitment", seedCommitment.toString())
                .put("usageHead", usageHead.toString());
        EvidenceReference.put(json, evidence);
        return json;
    }

    static ResultPredicate parse(JsonFields json) throws JsonException {
        JsonFields definition = json.object("buildDefinition");
        String buildType = definition.text("buildType");
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
        return new ResultPredicate(
                lease,
                spec,
                provider,
                build(json, definition, buildType, dependencies),
                json.digest("output"),
                json.integer("units", 1, Integer.MAX_VALUE),
                json.digest("unitRoot"),
                json.digest("seedCommitment"),
                startedOn,
                finishedOn,
                json.digest("usageHead"),
                EvidenceReference.all(json));
    }

    private static Build build(
            JsonFields json, JsonFields definition, String type, Map<String, Digest> dependencies)
            throws JsonException {
        return switch (type) {
            case InferenceBuild.BUILD_TYPE -> {
                List<Digest> files = only(definition, dependencies, MODEL, INPUT);
                yield new InferenceBuild(
                        files.get(0), files.get(1), engine(json), json.digest("graphDigest"));
            }
            case TrainingBuild.BUILD_TYPE -> {
                List<Digest> files = only(definition, dependencies, MODEL, DATASET);
                yield new TrainingBuild(
                        files.get(0), files.get(1), engine(json), json.digest("graphDigest"));
            }
            case ContainerBuild.BUILD_TYPE -> {
                yield new ContainerBuild(only(definition, dependencies, IMAGE).getFirst());
            }
            default -> throw definition.error("buildType", "'" + type + "' is unknown");
        };
    }

    private static EngineName engine(JsonFields json) throws JsonException {
        String engine = json.text("engine");
        return EngineName.named(engine)
                .orElseThrow(() -> json.error("engine", "'" + engine + "' is unknown"));
    }

    private static void dependency(ArrayNode dependencies, String name, Digest digest) {
        dependencies.addObject().put("name", name).putObject("digest").put("sha256", digest.hex());
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

    /** The dependencies with these names, in this order: there must be no others. */
    private static List<Digest> only(
            JsonFields json, Map<String, Digest> dependencies, String... names)
            throws JsonException {
        List<Digest> found =
                Stream.of(names).map(dependencies::get).filter(Objects::nonNull).toList();
        if (found.size() != names.length || dependencies.size() != names.length) {
            throw json.error(
                    "resolvedDependencies", "must be exactly " + String.join(" and ", names));
        }
        return found;
    }
}
