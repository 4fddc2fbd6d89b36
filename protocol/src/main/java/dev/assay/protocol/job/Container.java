package dev.assay.protocol.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The work: run a command in a container, once or once per index. The container finds its inputs
 * under {@link #INPUTS}, writes what it wants kept under {@link #OUTPUTS}, may use {@link #SCRATCH}
 * for what it does not, and can write nowhere else but to {@code /tmp}.
 *
 * @param image what the container is made of
 * @param command program and arguments; empty for the image's own
 * @param env environment variables; the prefix {@code ASSAY_} is ours
 * @param inputs files, by digest
 * @param outputs paths under {@link #OUTPUTS}, files or folders, that are kept; {@code .} for all
 * @param ports TCP ports that the container listens on; only with a network
 * @param shmBytes size of {@code /dev/shm}, which counts as memory
 * @param array how many containers: index {@code i} of {@code 0 … array − 1} runs with {@code
 *     ASSAY_INDEX=i} and {@code ASSAY_COUNT=array}
 * @param parallel the most of them that run at a time; each has that part of the lease's
 *     processors, memory and storage
 * @param shell whether the tenant may open a shell in a container that runs: what it does then is
 *     no longer told by the job alone
 */
public record Container(
        ImageName image,
        List<String> command,
        Map<String, String> env,
        List<Input> inputs,
        List<String> outputs,
        List<Integer> ports,
        long shmBytes,
        Network network,
        int array,
        int parallel,
        boolean shell)
        implements Work {
    /** Its key in job files and job specs. */
    public static final String KIND = "container";

    /** Where inputs are, read-only. */
    public static final String INPUTS = "/assay/in";

    /** Where outputs are collected from. */
    public static final String OUTPUTS = "/assay/out";

    /** Where a container may keep files that nobody collects; its home directory. */
    public static final String SCRATCH = "/assay/scratch";

    /** The size of {@code /dev/shm} when none is asked for. */
    public static final long DEFAULT_SHM_BYTES = 1L << 30;

    /** The most containers of one job. */
    public static final int MAX_ARRAY = 100_000;

    private static final String SHELL_ALLOWED = "allowed";
    private static final byte[] UNIT_DOMAIN =
            "assay container unit v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_WORDS_LENGTH = 1 << 17;
    private static final int MAX_INPUTS = 10_000;
    private static final int MAX_OUTPUTS = 1_000;
    private static final int MAX_PORTS = 32;

    /**
     * A file the container reads.
     *
     * @param path where it appears under {@link #INPUTS}
     */
    public record Input(String path, Digest digest) {
        public Input {
            RelativePath.require(path);
        }
    }

    public Container {
        command = List.copyOf(command);
        env = Collections.unmodifiableMap(new TreeMap<>(env));
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        ports = List.copyOf(ports);
        checkWords(command, env);
        atMost(MAX_INPUTS, inputs, "inputs");
        RelativePath.requireDisjoint(inputs.stream().map(Input::path).toList());
        atMost(MAX_OUTPUTS, outputs, "outputs");
        checkOutputs(outputs);
        checkPorts(ports, network);
        if (shmBytes < 0 || array < 1 || array > MAX_ARRAY) {
            throw new IllegalArgumentException(
                    "a container needs shm ≥ 0 bytes and an array from 1 to " + MAX_ARRAY);
        }
        if (parallel < 1 || parallel > array) {
            throw new IllegalArgumentException(
                    "parallel: " + parallel + " is not from 1 to the array's " + array);
        }
    }

    /** One container at a time, and no shell. */
    public Container(
            ImageName image,
            List<String> command,
            Map<String, String> env,
            List<Input> inputs,
            List<String> outputs,
            List<Integer> ports,
            long shmBytes,
            Network network,
            int array) {
        this(image, command, env, inputs, outputs, ports, shmBytes, network, array, 1, false);
    }

    /** The same with so many containers at a time. */
    public Container inParallel(int most) {
        return new Container(
                image, command, env, inputs, outputs, ports, shmBytes, network, array, most, shell);
    }

    /** The same with a shell for its tenant. */
    public Container withShell() {
        return new Container(
                image, command, env, inputs, outputs, ports, shmBytes, network, array, parallel,
                true);
    }

    private static void checkWords(List<String> command, Map<String, String> env) {
        List<String> words = new ArrayList<>(command);
        env.forEach(
                (name, value) -> {
                    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || name.startsWith("ASSAY_")) {
                        throw new IllegalArgumentException(
                                "'"
                                        + name
                                        + "' is no variable's name (letters, digits and '_', not"
                                        + " beginning with ASSAY_)");
                    }
                    words.add(name + "=" + value);
                });
        if (words.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("command and env cannot hold a zero character");
        }
        if (words.stream().mapToLong(String::length).sum() > MAX_WORDS_LENGTH) {
            throw new IllegalArgumentException(
                    "command and env have more than " + MAX_WORDS_LENGTH + " characters");
        }
    }

    private static void checkOutputs(List<String> outputs) {
        if (!outputs.equals(List.of("."))) {
            outputs.forEach(RelativePath::require);
            RelativePath.requireDisjoint(outputs);
        }
    }

    private static void checkPorts(List<Integer> ports, Network network) {
        atMost(MAX_PORTS, ports, "ports");
        Set<Integer> seen = new HashSet<>();
        for (int port : ports) {
            if (port < 1 || port > 65_535 || !seen.add(port)) {
                throw new IllegalArgumentException(
                        "port " + port + " is not from 1 to 65535, or is named twice");
            }
        }
        if (!ports.isEmpty() && network == Network.NONE) {
            throw new IllegalArgumentException("ports need network: egress");
        }
    }

    private static void atMost(int max, Collection<?> values, String what) {
        if (values.size() > max) {
            throw new IllegalArgumentException("more than " + max + " " + what);
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    /** One container is one unit. */
    @Override
    public int units() {
        return array;
    }

    @Override
    public long rows(long units) {
        return 0;
    }

    /**
     * All that fixes what a container does, but for its image when that is named by a tag.
     *
     * <pre>
     * SHA-256("assay container unit v1\n" ‖ SHA-256 of the canonical JSON ‖ u32BE index)
     * </pre>
     */
    @Override
    public Digest unitInput(int unit) {
        byte[] index = ByteBuffer.allocate(Integer.BYTES).putInt(unit).array();
        return Digest.sha256(UNIT_DOMAIN, CanonicalJson.digest(json()).bytes(), index);
    }

    @Override
    public Workload workload() {
        return new Workload(Digest.sha256(image.toString().getBytes(StandardCharsets.UTF_8)), KIND);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json = CanonicalJson.object();
        json.put("image", image.toString())
                .put("shmBytes", Long.toString(shmBytes))
                .put("network", network.text())
                .put("array", array);
        if (parallel > 1) {
            json.put("parallel", parallel);
        }
        if (shell) {
            json.put("shell", SHELL_ALLOWED);
        }
        command.forEach(json.putArray("command")::add);
        env.forEach(json.putObject("env")::put);
        ArrayNode files = json.putArray("inputs");
        for (Input input : inputs) {
            files.addObject().put("path", input.path()).put("digest", input.digest().toString());
        }
        outputs.forEach(json.putArray("outputs")::add);
        ports.forEach(json.putArray("ports")::add);
        return json;
    }

    /** Reads what {@link #json} writes. */
    public static Container parse(JsonFields json) throws JsonException {
        String image = json.text("image");
        String network = json.text("network");
        JsonFields variables = json.object("env");
        Map<String, String> env = new TreeMap<>();
        for (String name : variables.names()) {
            env.put(name, variables.text(name));
        }
        try {
            List<Input> inputs = new ArrayList<>();
            for (JsonFields input : json.objects("inputs")) {
                inputs.add(new Input(input.text("path"), input.digest("digest")));
                input.end();
            }
            Container container =
                    new Container(
                            ImageName.parse(image),
                            json.texts("command"),
                            env,
                            inputs,
                            json.texts("outputs"),
                            json.integers("ports"),
                            json.quantity("shmBytes"),
                            Network.named(network)
                                    .orElseThrow(
                                            () -> json.error("unknown network '" + network + "'")),
                            json.integer("array", 1, MAX_ARRAY),
                            json.names().contains("parallel")
                                    ? json.integer("parallel", 2, MAX_ARRAY)
                                    : 1,
                            shell(json));
            json.end();
            return container;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }

    private static boolean shell(JsonFields json) throws JsonException {
        Optional<String> shell = json.optionalText("shell");
        if (shell.isPresent() && !shell.get().equals(SHELL_ALLOWED)) {
            throw json.error("unknown shell '" + shell.get() + "'");
        }
        return shell.isPresent();
    }
}
