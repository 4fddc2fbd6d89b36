package dev.assay.protocol.job;

import dev.assay.protocol.job.JobFile.Task;
import dev.assay.protocol.job.JobFile.Task.ContainerTask;
import dev.assay.protocol.job.JobFile.Task.InferenceTask;

import java.util.List;

/** Reads the section of a job file that says what is to be computed: there is exactly one. */
final class TaskReader {
    private TaskReader() {}

    static Task task(YamlFields job) {
        if (!job.has(Container.KIND)) {
            return inference(job.mapping(Inference.KIND, "model", "input", "engine", "batch"));
        }
        if (job.has(Inference.KIND)) {
            job.problem(
                    Container.KIND, "a job is one of inference and container; remove the other");
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
                        "array"));
    }

    private static InferenceTask inference(YamlFields fields) {
        return new InferenceTask(
                fields.value("model", "", YamlScalars::nonEmpty),
                fields.value("input", "", YamlScalars::nonEmpty),
                fields.optional(
                        "engine",
                        EngineName.EXACT,
                        YamlScalars.named(EngineName::named, EngineName.values())),
                fields.optional(
                        "batch", 64, text -> YamlScalars.integer(text, 1, Inference.MAX_BATCH)));
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
                                text -> YamlScalars.integer(text, 1, Container.MAX_ARRAY)));
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
                            task.array());
            task.inputs().keySet().forEach(RelativePath::require);
        } catch (IllegalArgumentException e) {
            fields.problem("image", "container: " + e.getMessage());
        }
        return task;
    }
}
