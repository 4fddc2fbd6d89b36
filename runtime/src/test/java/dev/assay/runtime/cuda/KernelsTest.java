package dev.assay.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * The GPU kernels without a GPU: NVIDIA's own compiler takes them for every generation, and {@link
 * PtxMachine} runs them. How fast they are on a GPU is not known from that.
 */
class KernelsTest {
    private static final int N = 256;
    private static final int TILE = 128;

    private static String source(String name) {
        String text = new String(GpuSession.ptx(name), StandardCharsets.US_ASCII);
        return text.substring(0, text.length() - 1);
    }

    @Test
    void files_inTheRepository_areWhatTheirProgramWrites(@TempDir Path directory) throws Exception {
        Process program =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                Path.of(System.getProperty("assay.root"), "tools/Kernels.java")
                                        .toString(),
                                directory.toString())
                        .inheritIO()
                        .start();
        assertThat(program.waitFor()).isZero();
        for (String name : List.of("copy", "gemm-fp32", "gemm-tf32", "gemm-bf16", "gemm-fp16")) {
            assertThat(source(name)).isEqualTo(Files.readString(directory.resolve(name + ".ptx")));
        }
    }

    /** Turing runs no tensor kernel; for the others the driver compiles the same text. */
    @ParameterizedTest
    @CsvSource({
        "copy, sm_75",
        "copy, sm_90",
        "gemm-fp32, sm_75",
        "gemm-fp32, sm_80",
        "gemm-fp32, sm_89",
        "gemm-fp32, sm_90",
        "gemm-tf32, sm_80",
        "gemm-tf32, sm_89",
        "gemm-tf32, sm_90",
        "gemm-bf16, sm_80",
        "gemm-bf16, sm_89",
        "gemm-bf16, sm_90",
        "gemm-fp16, sm_80",
        "gemm-fp16, sm_89",
        "gemm-fp16, sm_90",
    })
    void kernel_forAGeneration_compilesWithoutSpilling(String name, String generation) {
        String said = compile(GpuSession.ptx(name), generation);
        assertThat(said).contains("0 bytes spill stores, 0 bytes spill loads");
    }

    @Test
    void text_thatIsNoPtx_isRefusedByTheCompiler() {
        byte[] text = (source("copy").replace("add.u64", "add.u65") + "\0").getBytes();
        assertThat(compile(text, "sm_80")).contains("failed").contains("u65");
    }

    /** What the compiler says of a kernel; skipped where it cannot be loaded. */
    private static String compile(byte[] source, String generation) {
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        try {
            JNvPTXCompiler.setExceptionsEnabled(false);
        } catch (LinkageError e) {
            assumeTrue(false, "NVIDIA's PTX compiler cannot be loaded here");
        }
        JNvPTXCompiler.nvPTXCompilerCreate(compiler, source.length, source);
        try {
            String[] options = {"--gpu-name=" + generation, "--verbose"};
            int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
            long[] size = new long[1];
            if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
                JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
                byte[] log = new byte[(int) size[0] + 1];
                JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
                return "failed: " + new String(log, StandardCharsets.US_ASCII);
            }
            JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
            byte[] log = new byte[(int) size[0] + 1];
            JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
            return new String(log, StandardCharsets.US_ASCII);
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void product_run_isTheProduct(Precision precision) {
        int bytes = precision.bytes();
        int b = N * N * bytes;
        int c = 2 * b;
        ByteBuffer memory = ByteBuffer.allocate(c + N * N * Float.BYTES);
        memory.order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < N; row++) {
            for (int column = 0; column < N; column++) {
                int at = (row * N + column) * bytes;
                put(memory, at, precision, GpuProduct.element(1, row, column));
                put(
                        memory,
                        b + at,
                        precision,
                        precision.transposed()
                                ? GpuProduct.element(2, column, row)
                                : GpuProduct.element(2, row, column));
            }
        }
        new PtxMachine(source(precision.resource()), memory)
                .launch(N / TILE, N / TILE, 256, new Random(1), c, 0, b, N);
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                int sum = 0;
                for (int k = 0; k < N; k++) {
                    sum += GpuProduct.element(1, i, k) * GpuProduct.element(2, k, j);
                }
                assertThat(memory.getFloat(c + (i * N + j) * Float.BYTES))
                        .as("%d, %d", i, j)
                        .isEqualTo(sum);
            }
        }
    }

    /**
     * The machine notices what a GPU would: without its barriers or its waits a product is wrong.
     */
    @ParameterizedTest
    @ValueSource(strings = {"bar.sync 0;", "cp.async.wait_group 1;"})
    void product_withoutItsBarriersOrWaits_isWrong(String line) {
        ByteBuffer memory = ByteBuffer.allocate(2 * TILE * TILE * 2 + TILE * TILE * 4);
        memory.order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < 2 * TILE * TILE * 2; at += 2) {
            put(memory, at, Precision.BF16, 1);
        }
        int c = 2 * TILE * TILE * 2;
        new PtxMachine(source("gemm-bf16").replace(line, ""), memory)
                .launch(1, 1, 256, new Random(1), c, 0, TILE * TILE * 2, TILE);
        int wrong = 0;
        for (int at = c; at < memory.capacity(); at += 4) {
            wrong += memory.getFloat(at) == TILE ? 0 : 1;
        }
        assertThat(wrong).isPositive();
    }

    @Test
    void copy_ofMoreThanTheGridHasThreads_movesEverythingAndNoMore() {
        int pieces = 3 * 64 + 32;
        ByteBuffer memory = ByteBuffer.allocate(2 * 16 * pieces + 16);
        byte[] noise = new byte[16 * pieces];
        new Random(1).nextBytes(noise);
        memory.put(0, noise);
        new PtxMachine(source("copy"), memory)
                .launch(1, 1, 64, new Random(1), noise.length, 0, pieces);
        byte[] arrived = new byte[noise.length];
        memory.get(noise.length, arrived);
        assertThat(arrived).isEqualTo(noise);
        assertThat(memory.getLong(2 * noise.length)).isZero();
    }

    private static void put(ByteBuffer memory, int at, Precision precision, int value) {
        switch (precision) {
            case FP32, TF32 -> memory.putFloat(at, value);
            case BF16 -> memory.putShort(at, (short) (Float.floatToRawIntBits(value) >>> 16));
            case FP16 -> memory.putShort(at, Float.floatToFloat16(value));
        }
    }
}
