package dev.assay.runtime.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a PTX kernel on the CPU: as much of the language as the kernels here use, by the PTX ISA's
 * text. The threads of a warp go in step; warps take turns in random order, each until its next
 * barrier, and an asynchronous copy arrives only when it is waited for, so that a kernel which
 * lacks a barrier or a wait computes nonsense. Branches must be taken by a whole warp, and memory
 * be reached at multiples of what is moved.
 *
 * @see <a href="https://docs.nvidia.com/cuda/parallel-thread-execution/">PTX ISA</a>
 */
final class PtxMachine {
    static final int WARP = 32;

    private static final Pattern VECTOR = Pattern.compile("\\{([^}]*)}");
    private static final Pattern ADDRESS = Pattern.compile("\\[([%\\w.]+)(?:\\+(\\d+))?]");

    private final List<Instruction> program = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final Map<String, Integer> registers = new HashMap<>();
    private final List<String> parameters = new ArrayList<>();
    private int sharedBytes;

    /** Device memory; addresses are positions in it. */
    private final ByteBuffer global;

    /** One instruction: a guard or none, the operation's words, its operands. */
    private record Instruction(String guard, List<String> words, List<String> operands) {
        String name() {
            return words.getFirst();
        }

        boolean has(String word) {
            return words.contains(word);
        }
    }

    PtxMachine(String source, ByteBuffer global) {
        this.global = global.order(ByteOrder.LITTLE_ENDIAN);
        for (String line : source.lines().map(l -> l.replaceAll("//.*", "").strip()).toList()) {
            read(line);
        }
    }

    private void read(String line) {
        Matcher parameter = Pattern.compile("\\.param \\.u(?:32|64) (\\w+),?").matcher(line);
        Matcher shared = Pattern.compile("\\.shared .* share\\[(\\d+)];").matcher(line);
        if (parameter.matches()) {
            parameters.add(parameter.group(1));
        } else if (shared.matches()) {
            sharedBytes = Integer.parseInt(shared.group(1));
        } else if (line.endsWith(":")) {
            labels.put(line.substring(0, line.length() - 1), program.size());
        } else if (line.endsWith(";") && !line.startsWith(".")) {
            program.add(instruction(line.substring(0, line.length() - 1)));
        }
    }

    private static Instruction instruction(String text) {
        String guard = "";
        if (text.startsWith("@")) {
            guard = text.substring(1, text.indexOf(' '));
            text = text.substring(text.indexOf(' ') + 1);
        }
        int space = text.indexOf(' ');
        String operation = space < 0 ? text : text.substring(0, space);
        List<String> operands = new ArrayList<>();
        if (space >= 0) {
            for (String operand : text.substring(space + 1).split(",(?![^{]*})")) {
                operands.add(operand.strip());
            }
        }
        return new Instruction(guard, List.of(operation.split("\\.")), operands);
    }

    /** Runs every block of a grid. */
    void launch(int gridX, int gridY, int threads, Random order, long... arguments) {
        for (int y = 0; y < gridY; y++) {
            for (int x = 0; x < gridX; x++) {
                new Block(x, y, gridX, threads, arguments).run(order);
            }
        }
    }

    private int register(String name) {
        return registers.computeIfAbsent(name, _ -> registers.size());
    }

    /** A copy that has not arrived. */
    private record Arriving(int to, byte[] bytes) {}

    private final class Block {
        private final int x;
        private final int y;
        private final int gridX;
        private final long[] arguments;
        private final long[][] values;
        private final int[] next;
        private final ByteBuffer shared =
                ByteBuffer.allocate(sharedBytes).order(ByteOrder.LITTLE_ENDIAN);
        private final List<Deque<List<Arriving>>> groups = new ArrayList<>();
        private final List<List<Arriving>> open = new ArrayList<>();

        Block(int x, int y, int gridX, int threads, long[] arguments) {
            this.x = x;
            this.y = y;
            this.gridX = gridX;
            this.arguments = arguments;
            this.values = new long[threads][256];
            this.next = new int[threads / WARP];
            for (int i = 0; i < threads / WARP; i++) {
                groups.add(new ArrayDeque<>());
                open.add(new ArrayList<>());
            }
        }

        void run(Random order) {
            List<Integer> waiting = new ArrayList<>();
            for (int warp = 0; warp < next.length; warp++) {
                waiting.add(warp);
            }
            while (!waiting.isEmpty()) {
                Collections.shuffle(waiting, order);
                waiting.removeIf(warp -> !toBarrier(warp));
            }
        }

        /** Runs a warp until it waits at a barrier, or to its end. */
        private boolean toBarrier(int warp) {
            while (true) {
                Instruction instruction = program.get(next[warp]++);
                switch (instruction.name()) {
                    case "bar" -> {
                        return true;
                    }
                    case "ret" -> {
                        return false;
                    }
                    case "bra" -> branch(warp, instruction);
                    case "mma" -> product(warp, instruction);
                    case "ldmatrix" -> matrices(warp, instruction);
                    case "cp" -> copy(warp, instruction);
                    default -> {
                        for (int lane = 0; lane < WARP; lane++) {
                            int thread = warp * WARP + lane;
                            if (holds(instruction, thread)) {
                                step(thread, instruction);
                            }
                        }
                    }
                }
            }
        }

        private boolean holds(Instruction instruction, int thread) {
            return instruction.guard().isEmpty() || value(thread, instruction.guard()) != 0;
        }

        private void branch(int warp, Instruction instruction) {
            int taken = 0;
            for (int lane = 0; lane < WARP; lane++) {
                taken += holds(instruction, warp * WARP + lane) ? 1 : 0;
            }
            if (taken != 0 && taken != WARP) {
                throw new IllegalStateException("a warp that does not stay together");
            }
            if (taken == WARP) {
                next[warp] = labels.get(instruction.operands().getFirst());
            }
        }

        private void step(int thread, Instruction i) {
            List<String> operands = i.operands();
            switch (i.name()) {
                case "ld", "st" -> move(thread, i);
                case "mov", "cvta", "cvt" -> set(thread, i, value(thread, operands.get(1)));
                case "setp" -> {
                    int order =
                            i.has("u64")
                                    ? Long.compareUnsigned(of(thread, i, 1), of(thread, i, 2))
                                    : Integer.compareUnsigned(
                                            (int) of(thread, i, 1), (int) of(thread, i, 2));
                    boolean truth = i.has("lt") ? order < 0 : i.has("ge") && order >= 0;
                    values[thread][register(operands.getFirst())] = truth ? 1 : 0;
                }
                case "fma" -> {
                    float sum =
                            Math.fma(
                                    number(of(thread, i, 1)),
                                    number(of(thread, i, 2)),
                                    number(of(thread, i, 3)));
                    set(thread, i, Float.floatToRawIntBits(sum) & 0xffffffffL);
                }
                default -> set(thread, i, whole(thread, i));
            }
        }

        private long whole(int thread, Instruction i) {
            long a = of(thread, i, 1);
            long b = of(thread, i, 2);
            return switch (i.name()) {
                case "add" -> a + b;
                case "sub" -> a - b;
                case "and" -> a & b;
                case "shl" -> a << b;
                case "shr" -> a >>> b;
                case "mul" -> a * b;
                case "mad" -> a * b + of(thread, i, 3);
                default -> throw new IllegalArgumentException("not of this machine: " + i);
            };
        }

        /** Stores a result in as many bits as the operation has. */
        private void set(int thread, Instruction i, long value) {
            boolean wide = i.has("wide") || i.has("u64") || i.has("b64");
            values[thread][register(i.operands().getFirst())] = wide ? value : value & 0xffffffffL;
        }

        private long of(int thread, Instruction i, int operand) {
            return value(thread, i.operands().get(operand));
        }

        private long value(int thread, String operand) {
            return switch (operand) {
                case "%tid.x" -> thread;
                case "%ctaid.x" -> x;
                case "%ctaid.y" -> y;
                case "%ntid.x" -> values.length;
                case "%nctaid.x" -> gridX;
                case "share" -> 0;
                case "0f00000000" -> 0;
                default ->
                        operand.startsWith("%")
                                ? values[thread][register(operand)]
                                : Long.parseLong(operand);
            };
        }

        private void move(int thread, Instruction i) {
            boolean load = i.name().equals("ld");
            List<String> registers = vector(i.operands().get(load ? 0 : 1));
            Matcher address = ADDRESS.matcher(i.operands().get(load ? 1 : 0));
            if (!address.matches()) {
                throw new IllegalArgumentException(i.toString());
            }
            if (i.has("param")) {
                set(thread, i, arguments[parameters.indexOf(address.group(1))]);
                return;
            }
            int at = aligned(at(thread, address), 4 * registers.size(), i);
            ByteBuffer memory = i.has("shared") ? shared : global;
            for (int n = 0; n < registers.size(); n++) {
                int register = register(registers.get(n));
                if (load) {
                    values[thread][register] = memory.getInt(at + 4 * n) & 0xffffffffL;
                } else {
                    memory.putInt(at + 4 * n, (int) values[thread][register]);
                }
            }
        }

        private static int aligned(int at, int bytes, Instruction i) {
            if (at % bytes != 0) {
                throw new IllegalStateException("misaligned: " + i + " at " + at);
            }
            return at;
        }

        private int at(int thread, Matcher address) {
            long offset = address.group(2) == null ? 0 : Long.parseLong(address.group(2));
            return Math.toIntExact(value(thread, address.group(1)) + offset);
        }

        private int at(int thread, String operand) {
            Matcher address = ADDRESS.matcher(operand);
            if (!address.matches()) {
                throw new IllegalArgumentException(operand);
            }
            return at(thread, address);
        }

        private void copy(int warp, Instruction i) {
            if (i.has("commit_group")) {
                groups.get(warp).add(open.get(warp));
                open.set(warp, new ArrayList<>());
            } else if (i.has("wait_group")) {
                int left = Integer.parseInt(i.operands().getFirst());
                while (groups.get(warp).size() > left) {
                    groups.get(warp).remove().forEach(a -> shared.put(a.to(), a.bytes()));
                }
            } else {
                for (int lane = 0; lane < WARP; lane++) {
                    int thread = warp * WARP + lane;
                    if (holds(i, thread)) {
                        byte[] bytes = new byte[16];
                        global.get(aligned(at(thread, i.operands().get(1)), 16, i), bytes);
                        int to = aligned(at(thread, i.operands().getFirst()), 16, i);
                        open.get(warp).add(new Arriving(to, bytes));
                    }
                }
            }
        }

        /** Lane l gives the address of row l%8 of matrix l/8 and gets word l%4 of its row l/4. */
        private void matrices(int warp, Instruction i) {
            List<String> results = vector(i.operands().getFirst());
            int[] rows = new int[WARP];
            for (int lane = 0; lane < WARP; lane++) {
                rows[lane] = aligned(at(warp * WARP + lane, i.operands().get(1)), 16, i);
            }
            for (int matrix = 0; matrix < 4; matrix++) {
                int register = register(results.get(matrix));
                for (int lane = 0; lane < WARP; lane++) {
                    int row = rows[8 * matrix + lane / 4];
                    values[warp * WARP + lane][register] =
                            shared.getInt(row + 4 * (lane % 4)) & 0xffffffffL;
                }
            }
        }

        /** Sixteen by eight sums of products, spread over the lanes as the ISA's figures say. */
        private void product(int warp, Instruction i) {
            boolean wide = i.has("tf32");
            int depth = wide ? 8 : 16;
            float[][] a = new float[16][depth];
            float[][] b = new float[depth][8];
            List<String> as = vector(i.operands().get(1));
            List<String> bs = vector(i.operands().get(2));
            List<String> cs = vector(i.operands().get(3));
            for (int lane = 0; lane < WARP; lane++) {
                int thread = warp * WARP + lane;
                int group = lane / 4;
                int place = lane % 4;
                for (int r = 0; r < 4; r++) {
                    int bits = (int) values[thread][register(as.get(r))];
                    spread(a[group + 8 * (r % 2)], place, r / 2, bits, i);
                }
                for (int r = 0; r < 2; r++) {
                    int bits = (int) values[thread][register(bs.get(r))];
                    float[] column = new float[depth];
                    spread(column, place, r, bits, i);
                    int first = wide ? place + 4 * r : 2 * place + 8 * r;
                    for (int k = first; k < first + (wide ? 1 : 2); k++) {
                        b[k][group] = column[k];
                    }
                }
            }
            for (int lane = 0; lane < WARP; lane++) {
                for (int r = 0; r < 4; r++) {
                    int register = register(cs.get(r));
                    float sum = number(values[warp * WARP + lane][register]);
                    for (int k = 0; k < depth; k++) {
                        sum += a[lane / 4 + 8 * (r / 2)][k] * b[k][2 * (lane % 4) + r % 2];
                    }
                    values[warp * WARP + lane][register] =
                            Float.floatToRawIntBits(sum) & 0xffffffffL;
                }
            }
        }

        /** Puts the one or two elements of a register where they belong along k. */
        private static void spread(float[] line, int place, int half, int bits, Instruction i) {
            if (i.has("tf32")) {
                line[place + 4 * half] = Float.intBitsToFloat(bits);
            } else {
                for (int e = 0; e < 2; e++) {
                    short element = (short) (bits >>> (16 * e));
                    line[2 * place + 8 * half + e] =
                            i.has("bf16")
                                    ? Float.intBitsToFloat(element << 16)
                                    : Float.float16ToFloat(element);
                }
            }
        }
    }

    private static float number(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static List<String> vector(String operand) {
        Matcher matcher = VECTOR.matcher(operand);
        return matcher.matches() ? List.of(matcher.group(1).split(", ")) : List.of(operand);
    }
}
