package dev.assay.protocol.job;

import dev.assay.protocol.money.Price;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job as a tenant writes it, before paths are resolved to digests. {@link JobFileReader} reads it
 * from YAML.
 *
 * @param task the work, as its section says
 */
public record JobFile(
        String name,
        Resources resources,
        Task task,
        Price maxPrice,
        Verification verify,
        Deadline deadline) {

    /** The same with a shell for its tenant; nothing for work that is not containers. */
    public Optional<JobFile> withShell() {
        return task instanceof Task.ContainerTask containers
                ? Optional.of(
                        new JobFile(
                                name,
                                resources,
                                containers.withShell(),
                                maxPrice,
                                verify,
                                deadline))
                : Optional.empty();
    }

    /** What is to be computed, with files named by paths relative to the job file. */
    public sealed interface Task {
        /**
         * Rows through a model.
         *
         * @param model {@code builtin:NAME}, {@code sha256:…}, or the path of a model package
         *     directory
         * @param input path of the input file
         */
        record InferenceTask(String model, String input, EngineName engine, int batch)
                implements Task {}

        /**
         * Training of a model on labelled rows.
         *
         * @param model as of an inference; its weights are not used
         * @param dataset path of the labelled rows
         * @param checkpoint steps from one training checkpoint to the next
         * @param seed fixes the initial weights and the order of rows
         */
        record TrainingTask(
                String model,
                String dataset,
                EngineName engine,
                Optimizer optimizer,
                int steps,
                int batch,
                int checkpoint,
                long seed)
                implements Task {}

        /**
         * A command in a container, once or once per index; see {@link Container} for the parts.
         *
         * @param image an image's name, or the path of an archive that {@code docker save} wrote
         * @param inputs file to read by the path it has in the container
         * @param parallel when it says how many of an array run at a time
         */
        record ContainerTask(
                String image,
                List<String> command,
                Map<String, String> env,
                Map<String, String> inputs,
                List<String> outputs,
                List<Integer> ports,
                long shmBytes,
                Network network,
                int array,
                Optional<Integer> parallel,
                boolean shell)
                implements Task {
            public ContainerTask {
                command = List.copyOf(command);
                env = Map.copyOf(env);
                inputs = Map.copyOf(inputs);
                outputs = List.copyOf(outputs);
                ports = List.copyOf(ports);
            }

            /** The same with a shell for its tenant. */
            public ContainerTask withShell() {
                return new ContainerTask(
                        image, command, env, inputs, outputs, ports, shmBytes, network, array,
                        parallel, true);
            }
        }
    }

    /** By when the work must be done. */
    public sealed interface Deadline {
        /** So long after the order is placed. */
        record Within(Duration duration) implements Deadline {}

        /** At this instant. */
        record At(Instant instant) implements Deadline {}

        /** The instant, for an order placed at {@code now}. */
        default Instant from(Instant now) {
            return switch (this) {
                case Within within -> now.plus(within.duration());
                case At at -> at.instant();
            };
        }
    }
}
