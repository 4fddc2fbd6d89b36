package dev.assay.verification.hardware;

import dev.assay.verification.referees.Program;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A software TPM (swtpm) with its state in one folder, spoken to by tpm2-tools. Owns its process,
 * which ends with it.
 */
public final class SoftwareTpm implements AutoCloseable {
    private static final int STARTS = 100;
    private static final long PAUSE_MILLIS = 100;

    private final Process process;
    private final Path folder;
    private final Path sockets;
    private final Path socket;

    private SoftwareTpm(Process process, Path folder, Path sockets) {
        this.process = process;
        this.folder = folder;
        this.sockets = sockets;
        this.socket = socket(sockets);
    }

    /** Starts a TPM; skips the test when the programs are not there. */
    public static SoftwareTpm start(Path folder) throws IOException, InterruptedException {
        Program.needs("swtpm", "tpm2_createek", "tpm2_createak", "tpm2_quote");
        // The path of a Unix socket has a limit that folders of tests can be over.
        Path sockets = Files.createTempDirectory("tpm");
        Path socket = socket(sockets);
        Process process =
                new ProcessBuilder(
                                List.of(
                                        "swtpm",
                                        "socket",
                                        "--tpm2",
                                        "--tpmstate",
                                        "dir=" + folder,
                                        "--server",
                                        "type=unixio,path=" + socket,
                                        "--ctrl",
                                        "type=unixio,path=" + socket + ".ctrl",
                                        "--flags",
                                        "not-need-init,startup-clear"))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("swtpm.log").toFile())
                        .start();
        SoftwareTpm tpm = new SoftwareTpm(process, folder, sockets);
        for (int i = 0; i < STARTS && process.isAlive(); i++) {
            if (tpm.tool("tpm2_getcap", "properties-fixed").exit() == 0) {
                return tpm;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        tpm.close();
        return Assumptions.abort(
                "swtpm does not start: " + Files.readString(folder.resolve("swtpm.log")));
    }

    private static Path socket(Path sockets) {
        return sockets.resolve("s");
    }

    /** Runs a tool in the TPM's folder. */
    Program.Output tool(String... command) throws IOException, InterruptedException {
        return Program.run(folder, environment(), "", command);
    }

    /** Runs a tool that must succeed. */
    void run(String... command) throws IOException, InterruptedException {
        Program.lines(folder, environment(), "", command);
    }

    /** How tools find this TPM. */
    public Map<String, String> environment() {
        return Map.of("TPM2TOOLS_TCTI", "swtpm:path=" + socket);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(socket);
        Files.deleteIfExists(Path.of(socket + ".ctrl"));
        Files.deleteIfExists(sockets);
    }
}
