import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the GPU kernels' PTX: {@code java tools/Kernels.java [DIRECTORY]}, from the root
 * directory; without a directory into runtime's resources. Loops that a GPU must not run as loops
 * are unrolled here. PTX ISA 7.0: any driver since 450 compiles it for its GPU.
 */
public final class Kernels {
    private static final String RESOURCES = "runtime/src/main/resources/dev/assay/runtime/cuda";

    private final StringBuilder text = new StringBuilder();

    private Kernels() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args.length > 0 ? args[0] : RESOURCES);
        Files.createDirectories(directory);
        Map<String, String> files = new TreeMap<>();
        files.put("copy.ptx", copy());
        files.put("gemm-fp32.ptx", gemmFp32());
        files.put("gemm-tf32.ptx", gemmTensor("tf32", "m16n8k8"));
        files.put("gemm-bf16.ptx", gemmTensor("bf16", "m16n8k16"));
        files.put("gemm-fp16.ptx", gemmTensor("f16", "m16n8k16"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
    }

    private void line(String format, Object... arguments) {
        text.append("    ").append(String.format(format, arguments)).append('\n');
    }

    private void begin(String target, String name, String what, String... parameters) {
        text.append("// Written by tools/Kernels.java: ").append(what).append("\n");
        text.append(".version 7.0\n.target ").append(target).append("\n.address_size 64\n\n");
        text.append(".visible .entry ").append(name).append("(\n");
        for (int i = 0; i < parameters.length; i++) {
            text.append("    .param ").append(parameters[i]);
            text.append(i + 1 < parameters.length ? ",\n" : "\n");
        }
        text.append(")\n{\n");
    }

    private String end() {
        line("ret;");
        return text.append("}\n").toString();
    }

    /** A parameter that is an address in device memory. */
    private void address(String register, String parameter) {
        line("ld.param.u64 %s, [%s];", register, parameter);
        line("cvta.to.global.u64 %s, %s;", register, register);
    }

    /** Each thread moves 16 bytes, and again at a grid's distance until all are moved. */
    private static String copy() {
        Kernels k = new Kernels();
        k.begin(
                "sm_75",
                "copy",
                "to[i] = from[i] for count pieces of 16 bytes.",
                ".u64 to",
                ".u64 from",
                ".u64 count");
        k.line(".reg .pred %%p;");
        k.line(".reg .b32 %%i<4>, %%v<4>;");
        k.line(".reg .b64 %%to, %%from, %%count, %%at, %%step, %%x, %%y;");
        k.address("%to", "to");
        k.address("%from", "from");
        k.line("ld.param.u64 %%count, [count];");
        k.line("mov.u32 %%i0, %%ctaid.x;");
        k.line("mov.u32 %%i1, %%ntid.x;");
        k.line("mov.u32 %%i2, %%tid.x;");
        k.line("mov.u32 %%i3, %%nctaid.x;");
        k.line("mul.wide.u32 %%at, %%i0, %%i1;");
        k.line("cvt.u64.u32 %%x, %%i2;");
        k.line("add.u64 %%at, %%at, %%x;");
        k.line("mul.wide.u32 %%step, %%i3, %%i1;");
        k.text.append("next:\n");
        k.line("setp.ge.u64 %%p, %%at, %%count;");
        k.line("@%%p bra done;");
        k.line("shl.b64 %%x, %%at, 4;");
        k.line("add.u64 %%y, %%from, %%x;");
        k.line("ld.global.v4.u32 {%%v0, %%v1, %%v2, %%v3}, [%%y];");
        k.line("add.u64 %%y, %%to, %%x;");
        k.line("st.global.v4.u32 [%%y], {%%v0, %%v1, %%v2, %%v3};");
        k.line("add.u64 %%at, %%at, %%step;");
        k.line("bra next;");
        k.text.append("done:\n");
        return k.end();
    }

    /*
     * C = A B, fp32, all row by row, n by n, n a multiple of 128. A block of 256 threads makes 128
     * by 128 of C; a thread 8 by 8: rows 4y..4y+3 and 64+4y.., columns 4x.. and 64+4x.., for x, y in
     * 0..15. Eight columns of A (transposed, rows 132 apart so that storing meets no bank twice) and
     * eight rows of B wait in shared memory; the next eight are fetched while these are used.
     */
    private static String gemmFp32() {
        final int apart = 132;
        final int shareB = 8 * apart * 4;
        Kernels k = new Kernels();
        k.begin(
                "sm_75",
                "gemm",
                "C = A B in fp32, row by row, n a multiple of 128.",
                ".u64 c",
                ".u64 a",
                ".u64 b",
                ".u32 n");
        k.line(".reg .pred %%p;");
        k.line(".reg .b32 %%n, %%t, %%x, %%y, %%bx, %%by, %%r, %%q, %%k, %%w<8>;");
        k.line(".reg .b32 %%sa, %%sb, %%la, %%lb;");
        k.line(".reg .b64 %%a, %%b, %%c, %%s, %%stepb;");
        k.line(".reg .f32 %%ga<4>, %%gb<4>, %%fa<8>, %%fb<8>, %%c<64>;");
        k.line(".shared .align 16 .b8 share[%d];", shareB + 8 * 128 * 4);
        k.address("%a", "a");
        k.address("%b", "b");
        k.address("%c", "c");
        k.line("ld.param.u32 %%n, [n];");
        k.line("mov.u32 %%t, %%tid.x;");
        k.line("mov.u32 %%bx, %%ctaid.x;");
        k.line("mov.u32 %%by, %%ctaid.y;");
        k.line("and.b32 %%x, %%t, 15;");
        k.line("shr.u32 %%y, %%t, 4;");
        k.line("mov.u32 %%w7, share;");
        // This thread's four elements of A: row t/2 of the block, columns 4(t%2)...
        k.line("shr.u32 %%r, %%t, 1;");
        k.line("and.b32 %%q, %%t, 1;");
        k.line("shl.b32 %%q, %%q, 2;");
        k.line("mad.lo.u32 %%w0, %%by, 128, %%r;");
        k.line("mul.wide.u32 %%s, %%w0, %%n;");
        k.line("shl.b64 %%s, %%s, 2;");
        k.line("add.u64 %%a, %%a, %%s;");
        k.line("mul.wide.u32 %%s, %%q, 4;");
        k.line("add.u64 %%a, %%a, %%s;");
        k.line("mad.lo.u32 %%sa, %%q, %d, %%r;", apart);
        k.line("mad.lo.u32 %%sa, %%sa, 4, %%w7;");
        // And of B: row t/32, columns 4(t%32)...
        k.line("shr.u32 %%r, %%t, 5;");
        k.line("and.b32 %%q, %%t, 31;");
        k.line("mul.wide.u32 %%s, %%r, %%n;");
        k.line("shl.b64 %%s, %%s, 2;");
        k.line("add.u64 %%b, %%b, %%s;");
        k.line("shl.b32 %%w0, %%bx, 7;");
        k.line("mad.lo.u32 %%w0, %%q, 4, %%w0;");
        k.line("mul.wide.u32 %%s, %%w0, 4;");
        k.line("add.u64 %%b, %%b, %%s;");
        k.line("mul.wide.u32 %%stepb, %%n, 32;");
        k.line("mad.lo.u32 %%sb, %%t, 16, %%w7;");
        k.line("add.u32 %%sb, %%sb, %d;", shareB);
        // Where it reads its rows and columns.
        k.line("mad.lo.u32 %%la, %%y, 16, %%w7;");
        k.line("mad.lo.u32 %%lb, %%x, 16, %%w7;");
        k.line("add.u32 %%lb, %%lb, %d;", shareB);
        for (int i = 0; i < 64; i++) {
            k.line("mov.f32 %%c%d, 0f00000000;", i);
        }
        k.line("ld.global.v4.f32 {%%ga0, %%ga1, %%ga2, %%ga3}, [%%a];");
        k.line("ld.global.v4.f32 {%%gb0, %%gb1, %%gb2, %%gb3}, [%%b];");
        k.line("mov.u32 %%k, 0;");
        k.text.append("next:\n");
        for (int i = 0; i < 4; i++) {
            k.line("st.shared.f32 [%%sa+%d], %%ga%d;", i * apart * 4, i);
        }
        k.line("st.shared.v4.f32 [%%sb], {%%gb0, %%gb1, %%gb2, %%gb3};");
        k.line("bar.sync 0;");
        k.line("add.u32 %%k, %%k, 8;");
        k.line("add.u64 %%a, %%a, 32;");
        k.line("add.u64 %%b, %%b, %%stepb;");
        k.line("setp.lt.u32 %%p, %%k, %%n;");
        k.line("@%%p ld.global.v4.f32 {%%ga0, %%ga1, %%ga2, %%ga3}, [%%a];");
        k.line("@%%p ld.global.v4.f32 {%%gb0, %%gb1, %%gb2, %%gb3}, [%%b];");
        for (int step = 0; step < 8; step++) {
            int rowA = step * apart * 4;
            int rowB = step * 128 * 4;
            k.line("ld.shared.v4.f32 {%%fa0, %%fa1, %%fa2, %%fa3}, [%%la+%d];", rowA);
            k.line("ld.shared.v4.f32 {%%fa4, %%fa5, %%fa6, %%fa7}, [%%la+%d];", rowA + 256);
            k.line("ld.shared.v4.f32 {%%fb0, %%fb1, %%fb2, %%fb3}, [%%lb+%d];", rowB);
            k.line("ld.shared.v4.f32 {%%fb4, %%fb5, %%fb6, %%fb7}, [%%lb+%d];", rowB + 256);
            for (int i = 0; i < 8; i++) {
                for (int j = 0; j < 8; j++) {
                    int c = 8 * i + j;
                    k.line("fma.rn.f32 %%c%d, %%fa%d, %%fb%d, %%c%d;", c, i, j, c);
                }
            }
        }
        k.line("bar.sync 0;");
        k.line("@%%p bra next;");
        k.line("mul.wide.u32 %%stepb, %%n, 4;");
        k.line("shl.b32 %%w0, %%by, 7;");
        k.line("mad.lo.u32 %%w0, %%y, 4, %%w0;");
        k.line("mul.wide.u32 %%s, %%w0, %%n;");
        k.line("shl.b32 %%w1, %%bx, 7;");
        k.line("mad.lo.u32 %%w1, %%x, 4, %%w1;");
        k.line("cvt.u64.u32 %%a, %%w1;");
        k.line("add.u64 %%s, %%s, %%a;");
        k.line("shl.b64 %%s, %%s, 2;");
        k.line("add.u64 %%c, %%c, %%s;");
        for (int i = 0; i < 8; i++) {
            if (i == 4) {
                k.line("mul.lo.u64 %%s, %%stepb, 60;");
                k.line("add.u64 %%c, %%c, %%s;");
            }
            for (int j = 0; j < 8; j += 4) {
                int c = 8 * i + j;
                k.line(
                        "st.global.v4.f32 [%%c+%d], {%%c%d, %%c%d, %%c%d, %%c%d};",
                        j * 64, c, c + 1, c + 2, c + 3);
            }
            k.line("add.u64 %%c, %%c, %%stepb;");
        }
        return k.end();
    }

    /*
     * C = A Bt by tensor cores, with sums in fp32: A and B are row by row (B transposed), C too; n a
     * multiple of 128. A block of eight warps makes 128 by 128 of C, a warp 64 by 32. What is
     * computed at a time is 64 bytes of each row of A and B, whichever the type; in shared memory
     * rows are 80 bytes apart, so that eight of them meet no bank twice. Two such pieces alternate:
     * one is fetched while the other is used.
     */
    private static String gemmTensor(String type, String shape) {
        final int apart = 80;
        final int half = 128 * apart;
        final int stage = 2 * half;
        final int bytes = type.equals("tf32") ? 4 : 2;
        Kernels k = new Kernels();
        k.begin(
                "sm_80",
                "gemm",
                "C = A Bt in " + type + " by tensor cores, n a multiple of 128.",
                ".u64 c",
                ".u64 a",
                ".u64 b",
                ".u32 n");
        k.line(".reg .pred %%p;");
        k.line(".reg .b32 %%n, %%t, %%l, %%wm, %%wn, %%bx, %%by, %%r, %%q, %%k, %%w<4>;");
        k.line(".reg .b32 %%share, %%put, %%la, %%lb, %%use, %%fill, %%pa, %%pb;");
        k.line(".reg .b64 %%a, %%b, %%c, %%s, %%row, %%far, %%x;");
        k.line(".reg .b32 %%a<4>, %%b<8>;");
        k.line(".reg .f32 %%c<64>;");
        k.line(".shared .align 16 .b8 share[%d];", 2 * stage);
        k.address("%a", "a");
        k.address("%b", "b");
        k.address("%c", "c");
        k.line("ld.param.u32 %%n, [n];");
        k.line("mov.u32 %%t, %%tid.x;");
        k.line("mov.u32 %%bx, %%ctaid.x;");
        k.line("mov.u32 %%by, %%ctaid.y;");
        k.line("mov.u32 %%share, share;");
        k.line("mul.wide.u32 %%row, %%n, %d;", bytes);
        // This thread fetches 16 bytes of rows t/4 and 64+t/4, at 16(t%4).
        k.line("shr.u32 %%r, %%t, 2;");
        k.line("and.b32 %%q, %%t, 3;");
        k.line("shl.b32 %%q, %%q, 4;");
        k.line("mad.lo.u32 %%put, %%r, %d, %%q;", apart);
        k.line("add.u32 %%put, %%put, %%share;");
        k.line("cvt.u64.u32 %%x, %%q;");
        for (String[] operand : new String[][] {{"a", "by"}, {"b", "bx"}}) {
            k.line("shl.b32 %%w0, %%%s, 7;", operand[1]);
            k.line("add.u32 %%w0, %%w0, %%r;");
            k.line("cvt.u64.u32 %%s, %%w0;");
            k.line("mul.lo.u64 %%s, %%s, %%row;");
            k.line("add.u64 %%%s, %%%s, %%s;", operand[0], operand[0]);
            k.line("add.u64 %%%s, %%%s, %%x;", operand[0], operand[0]);
        }
        k.line("shl.b64 %%far, %%row, 6;");
        // A warp's place: 64 rows of two, 32 columns of four; a lane's rows for ldmatrix.
        k.line("and.b32 %%l, %%t, 31;");
        k.line("shr.u32 %%w0, %%t, 5;");
        k.line("and.b32 %%wm, %%w0, 1;");
        k.line("shr.u32 %%wn, %%w0, 1;");
        k.line("shl.b32 %%wm, %%wm, 6;");
        k.line("shl.b32 %%wn, %%wn, 5;");
        k.line("and.b32 %%w0, %%l, 15;");
        k.line("add.u32 %%w0, %%w0, %%wm;");
        k.line("shr.u32 %%w1, %%l, 4;");
        k.line("shl.b32 %%w1, %%w1, 4;");
        k.line("mad.lo.u32 %%la, %%w0, %d, %%w1;", apart);
        k.line("add.u32 %%la, %%la, %%share;");
        k.line("and.b32 %%w0, %%l, 7;");
        k.line("shr.u32 %%w1, %%l, 4;");
        k.line("mad.lo.u32 %%w0, %%w1, 8, %%w0;");
        k.line("add.u32 %%w0, %%w0, %%wn;");
        k.line("shr.u32 %%w1, %%l, 3;");
        k.line("and.b32 %%w1, %%w1, 1;");
        k.line("shl.b32 %%w1, %%w1, 4;");
        k.line("mad.lo.u32 %%lb, %%w0, %d, %%w1;", apart);
        k.line("add.u32 %%lb, %%lb, %%share;");
        k.line("add.u32 %%lb, %%lb, %d;", half);
        for (int i = 0; i < 64; i++) {
            k.line("mov.f32 %%c%d, 0f00000000;", i);
        }
        k.line("mov.u32 %%use, 0;");
        k.line("mov.u32 %%k, 0;");
        k.fetch("", "%put", half, apart);
        k.text.append("next:\n");
        k.line("add.u32 %%k, %%k, %d;", 64 / bytes);
        k.line("setp.lt.u32 %%p, %%k, %%n;");
        k.line("sub.u32 %%fill, %d, %%use;", stage);
        k.line("add.u32 %%w0, %%put, %%fill;");
        k.line("add.u64 %%a, %%a, 64;");
        k.line("add.u64 %%b, %%b, 64;");
        k.fetch("@%p ", "%w0", half, apart);
        k.line("cp.async.wait_group 1;");
        k.line("bar.sync 0;");
        k.line("add.u32 %%pa, %%la, %%use;");
        k.line("add.u32 %%pb, %%lb, %%use;");
        for (int step = 0; step < 2; step++) {
            for (int j = 0; j < 2; j++) {
                k.line(
                        "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%%b%d, %%b%d, %%b%d, %%b%d},"
                                + " [%%pb+%d];",
                        4 * j, 4 * j + 1, 4 * j + 2, 4 * j + 3, 16 * j * apart + 32 * step);
            }
            for (int i = 0; i < 4; i++) {
                k.line(
                        "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%%a0, %%a1, %%a2, %%a3},"
                                + " [%%pa+%d];",
                        16 * i * apart + 32 * step);
                for (int j = 0; j < 4; j++) {
                    int c = 16 * i + 4 * j;
                    String sums =
                            String.format("{%%c%d, %%c%d, %%c%d, %%c%d}", c, c + 1, c + 2, c + 3);
                    k.line(
                            "mma.sync.aligned.%s.row.col.f32.%s.%s.f32 %s, {%%a0, %%a1, %%a2,"
                                    + " %%a3}, {%%b%d, %%b%d}, %s;",
                            shape, type, type, sums, 2 * j, 2 * j + 1, sums);
                }
            }
        }
        k.line("bar.sync 0;");
        k.line("mov.u32 %%use, %%fill;");
        k.line("@%%p bra next;");
        // Lane l holds columns 2(l%4), +1 of rows l/4 and 8+l/4 of each 16 by 8.
        k.line("shr.u32 %%w0, %%l, 2;");
        k.line("add.u32 %%w0, %%w0, %%wm;");
        k.line("mad.lo.u32 %%w0, %%by, 128, %%w0;");
        k.line("mul.wide.u32 %%s, %%w0, %%n;");
        k.line("and.b32 %%w1, %%l, 3;");
        k.line("mad.lo.u32 %%w1, %%w1, 2, %%wn;");
        k.line("mad.lo.u32 %%w1, %%bx, 128, %%w1;");
        k.line("cvt.u64.u32 %%x, %%w1;");
        k.line("add.u64 %%s, %%s, %%x;");
        k.line("shl.b64 %%s, %%s, 2;");
        k.line("add.u64 %%c, %%c, %%s;");
        k.line("mul.wide.u32 %%row, %%n, 32;");
        for (int i = 0; i < 4; i++) {
            for (int high = 0; high < 2; high++) {
                for (int j = 0; j < 4; j++) {
                    int c = 16 * i + 4 * j + 2 * high;
                    k.line("st.global.v2.f32 [%%c+%d], {%%c%d, %%c%d};", 32 * j, c, c + 1);
                }
                k.line("add.u64 %%c, %%c, %%row;");
            }
        }
        return k.end();
    }

    /** Fetches this thread's part of the next piece of A and B into shared memory. */
    private void fetch(String guard, String to, int half, int apart) {
        String copy = "%scp.async.cg.shared.global [%s+%d], [%s], 16;";
        line("add.u64 %%s, %%a, %%far;");
        line("add.u64 %%x, %%b, %%far;");
        line(copy, guard, to, 0, "%a");
        line(copy, guard, to, 64 * apart, "%s");
        line(copy, guard, to, half, "%b");
        line(copy, guard, to, half + 64 * apart, "%x");
        line("cp.async.commit_group;");
    }
}
