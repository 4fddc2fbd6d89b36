package dev.assay.models.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes TorchScript files for tests: one module without parameters, by the code of its forward. It
 * has an attribute {@code calls}, which is 0.
 */
public final class ScriptBytes {
    private static final String MODULE =
            """
            class M(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              calls : int
              def forward(self: __torch__.M,
                x: Tensor) -> Tensor:
            """;

    private ScriptBytes() {}

    /** A module whose forward is these lines. */
    public static Path write(Path file, String... forward) throws IOException {
        StringBuilder code = new StringBuilder(MODULE);
        for (String line : forward) {
            code.append("    ").append(line).append('\n');
        }
        return Files.write(file, archive(code.toString(), ZipEntry.STORED));
    }

    /** A whole file of this code. */
    public static byte[] archive(String code, int method) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, "m/data.pkl", module(), method);
            entry(zip, "m/code/__torch__.py", code.getBytes(UTF_8), method);
            entry(zip, "m/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'}, method);
            entry(zip, "m/version", "3\n".getBytes(UTF_8), method);
        }
        return out.toByteArray();
    }

    /** A pickle of protocol 2: an object of class {@code __torch__.M} with its attributes. */
    private static byte[] module() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x80, 2});
        out.writeBytes("c__torch__\nM\n".getBytes(UTF_8));
        out.writeBytes(")\u0081}(X".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        out.writeBytes(new byte[] {8, 0, 0, 0});
        out.writeBytes("training".getBytes(UTF_8));
        out.writeBytes(new byte[] {(byte) 0x89, 'X', 5, 0, 0, 0});
        out.writeBytes("calls".getBytes(UTF_8));
        out.writeBytes(new byte[] {'K', 0, 'u', 'b', '.'});
        return out.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content, int method)
            throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
            CRC32 crc = new CRC32();
            crc.update(content);
            entry.setSize(content.length);
            entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
