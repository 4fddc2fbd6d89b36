package dev.assay.protocol.job;

import dev.assay.protocol.job.JobFile.Task;
import dev.assay.protocol.job.JobFile.Task.ContainerTask;
import dev.assay.protocol.job.JobFile.Task.InferenceTask;
import dev.assay.protocol.job.JobFile.Task.TrainingTask;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the section of a job file that says what is to be computed: there is exactly one. */
final class TaskReader {
    private static final int MOST_STEPS = 100_000_000;
    private static final int DEFAULT_CHECKPOINT = 100;

    private TaskReader() {}

    static Task task(YamlFields job) {
        List<String> kinds =
                Stream.of(Inference.KIND, Training.KIND, Container.KIND).filter(job::has).toList();
        if (kinds.size() > 1) {
            job.problem(
                    kinds.getLast(),
                    "a job is one of inference, training and container; keep one of "
                            + String.join(" and ", kinds));
        }
        if (job.has(Training.KIND)) {
            return training(
                    job.mapping(
                            Training.KIND,
                            "model",
                            "dataset",
                            "engine",
                            "optimizer",
                            "steps",
                            "batch",
                            "checkpoint",
                            "seed"));
        }
        if (!job.has(Container.KIND)) {
            return inference(job.mapping(Inference.KIND, "model", "input", "engine", "batch"));
        }
        return container(
                job.mapping(
                        Container.KIND,
                        "image",
                        "command",
                        "env",
                        "inputs",
                        "outputs",
                        "ports",
                        "shm",
                        "network",
                        "array",
                        "parallel",
                        "shell"));
    }

    private static InferenceTask inference(YamlFields fields) {
        return new InferenceTask(
                fields.value("model", "", YamlScalars::nonEmpty),
                fields.value("input", "", YamlScalars::nonEmpty),
                engine(fields),
                fields.optional(
                        "batch", 64, text -> YamlScalars.integer(text, 1, Inference.MAX_BATCH)));
    }

    private static EngineName engine(YamlFields fields) {
        return fields.optional(
                "engine",
                EngineName.EXACT,
                YamlScalars.named(EngineName::named, EngineName.values()));
    }

    private static TrainingTask training(YamlFields fields) {
        EngineName engine = engine(fields);
        int steps = fields.value("steps", 1, text -> YamlScalars.integer(text, 1, MOST_STEPS));
        return new TrainingTask(
                fields.value("model", "", YamlScalars::nonEmpty),
                fields.value("dataset", "", YamlScalars::nonEmpty),
                engine,
                optimizer(fields.mapping("optimizer", "name", "rate", "momentum")),
                steps,
                fields.optional(
                        "batch", 64, text -> YamlScalars.integer(text, 1, Inference.MAX_BATCH)),
                fields.optional(
                        "checkpoint",
                        defaultCheckpoint(steps, engine),
                        text -> YamlScalars.integer(text, 1, steps)),
                fields.optional(
                        "seed", 0L, text -> (long) YamlScalars.integer(text, 0, MOST_STEPS)));
    }

    /** As many steps as a unit may have, but no fewer than keep to the most units. */
    private static int defaultCheckpoint(int steps, EngineName engine) {
        int usual = Math.max(DEFAULT_CHECKPOINT, Math.ceilDiv(steps, Training.MAX_UNITS));
        return Math.min(steps, Math.min(usual, Training.longestUnit(engine)));
    }

    private static Optimizer optimizer(YamlFields fields) {
        String name =
                fields.value(
                        "name",
                        Optimizer.Adam.NAME,
                        YamlScalars.oneOf(List.of(Optimizer.Sgd.NAME, Optimizer.Adam.NAME)));
        String rate = fields.value("rate", "1", text -> Optimizer.Adam.of(text).learningRate());
        if (name.equals(Optimizer.Adam.NAME)) {
            if (fields.has("momentum")) {
                fields.problem("momentum", "adam has no momentum; remove it, or use sgd");
            }
            return Optimizer.Adam.of(rate);
        }
        String momentum =
                fields.optional("momentum", "0", text -> new Optimizer.Sgd("1", text).momentum());
        return new Optimizer.Sgd(rate, momentum);
    }

    /** The parts are checked together, by the record that is ordered. */
    private static ContainerTask container(YamlFields fields) {
        ContainerTask task =
                new ContainerTask(
                        fields.value("image", "", YamlScalars::nonEmpty),
                        fields.list("command", text -> text),
                        fields.entries("env"),
                        fields.entries("inputs"),
                        fields.list("outputs", text -> text),
                        fields.list("ports", text -> YamlScalars.integer(text, 1, 65_535)),
                        fields.optional("shm", 0L, YamlScalars::bytes),
                        fields.optional(
                                "network",
                                Network.NONE,
                                YamlScalars.named(Network::named, Network.values())),
                        fields.optional(
                                "array",
                                1,
                                text -> YamlScalars.integer(text, 1, Container.MAX_ARRAY)),
                        fields.optional(
                                "parallel",
                                Optional.empty(),
                                text ->
                                        Optional.of(
                                                YamlScalars.integer(text, 1, Container.MAX_ARRAY))),
                        fields.optional("shell", false, YamlScalars::truth));
        try {
            var _ =
                    new Container(
                            new ImageName.Reference("checked-later"),
                            task.command(),
                            task.env(),
                            List.of(),
                            task.outputs().isEmpty() ? List.of(".") : task.outputs(),
                            task.ports(),
                            task.shmBytes(),
                            task.network(),
                            task.array(),
                            task.parallel().orElse(1),
                            task.shell());
            task.inputs().keySet().forEach(RelativePath::require);
        } catch (IllegalArgumentException e) {
            fields.problem("image", "container: " + e.getMessage());
        }
        return task;
    }
}
