package dev.assay.benchmarks.bundles;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.dsse.Envelope;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Bundles of receipts in a large log, verified from their bytes to the end: by us, and by
 * sigstore-js in Node. Both read all files first, then take turns, on one thread each; rates are
 * medians by the clock. Beside it the length of a bundle of each kind of statement in small and
 * large logs. Arguments: rounds, bundles, size of the log, result file.
 */
public final class BundleVerification {
    private static final Path EXAMPLES = Path.of("docs/formats/examples");
    private static final Path SCRIPT = Path.of("benchmarks/bundles/verify.cjs");
    private static final Path PACKAGES = Path.of("referees/node_modules");
    private static final List<String> KINDS =
            List.of("usage", "order", "lease", "result", "verdict", "settlement");
    private static final List<Long> SIZES = List.of(10L, 1_000L, 1_000_000L);

    private BundleVerification() {}

    public static void main(String[] args)
            throws IOException, VerificationException, JsonException {
        int rounds = Integer.parseInt(args[0]);
        Path directory = Files.createTempDirectory("assay-bundles");
        ObjectNode figures = CanonicalJson.object().put("rounds", rounds);
        try {
            lengths(directory.resolve("lengths"), figures.putObject("bytes"));
            try (GrowingLog log = new GrowingLog(directory.resolve("log"))) {
                int count = Integer.parseInt(args[1]);
                long size = Long.parseLong(args[2]);
                List<SigstoreBundle> bundles =
                        log.bundles(log.receipts(EXAMPLES.resolve("usage.json"), count), size);
                figures.put("bundles", count).put("logSize", size);
                compare(directory, log, bundles, rounds, figures);
            }
        } finally {
            delete(directory);
        }
        System.out.println(figures.toPrettyString());
        ResultFile.write(Path.of(args[3]), "benchmarks/run.sh bundles", figures);
    }

    private static void lengths(Path directory, ObjectNode figures)
            throws IOException, VerificationException {
        for (long size : SIZES) {
            try (GrowingLog log = new GrowingLog(directory.resolve(Long.toString(size)))) {
                List<Envelope> signed = new ArrayList<>();
                for (String kind : KINDS) {
                    signed.add(log.signed(EXAMPLES.resolve(kind + ".json")));
                }
                ObjectNode lengths = figures.putObject("logOf" + size);
                List<SigstoreBundle> bundles = log.bundles(signed, size);
                for (int i = 0; i < bundles.size(); i++) {
                    lengths.put(KINDS.get(i), bundles.get(i).bytes().length);
                }
            }
        }
    }

    private static void compare(
            Path directory,
            GrowingLog log,
            List<SigstoreBundle> bundles,
            int rounds,
            ObjectNode figures)
            throws IOException, VerificationException {
        Path folder = Files.createDirectory(directory.resolve("bundles"));
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < bundles.size(); i++) {
            files.add(bundles.get(i).bytes());
            Files.write(folder.resolve(i + ".sigstore.json"), files.getLast());
        }
        Path signer = directory.resolve("signer.pem");
        Files.writeString(signer, log.signer.verifyingKey().toPem());
        ProcessBuilder node =
                new ProcessBuilder(
                                "node",
                                SCRIPT.toString(),
                                folder.toString(),
                                signer.toString(),
                                log.key.verifyingKey().vkey())
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        node.environment().put("NODE_PATH", PACKAGES.toAbsolutePath().toString());
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        Process process = node.start();
        try (BufferedWriter requests = process.outputWriter();
                BufferedReader answers = process.inputReader()) {
            figures.put("node", answer(answers));
            for (int round = -2; round < rounds; round++) {
                double us = rate(files, log);
                requests.write("verify\n");
                requests.flush();
                double them = Double.parseDouble(answer(answers));
                if (round >= 0) {
                    ours[round] = us;
                    theirs[round] = them;
                }
            }
        } finally {
            process.destroy();
        }
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            ratios[round] = ours[round] / theirs[round];
        }
        figures.put("assayPerSecond", ResultFile.rounded(ResultFile.median(ours)))
                .put("sigstoreJsPerSecond", ResultFile.rounded(ResultFile.median(theirs)))
                .put("ratio", ResultFile.rounded(ResultFile.median(ratios)));
    }

    private static String answer(BufferedReader answers) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(
                    "Node ended without an answer; are its packages installed? cd referees && npm"
                            + " ci --ignore-scripts");
        }
        return line;
    }

    private static double rate(List<byte[]> files, GrowingLog log) throws VerificationException {
        var signer = log.signer.verifyingKey();
        var key = log.key.verifyingKey();
        long began = System.nanoTime();
        for (byte[] file : files) {
            SigstoreBundle.parse(file).verify(signer, key);
        }
        return files.size() * 1e9 / (System.nanoTime() - began);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
