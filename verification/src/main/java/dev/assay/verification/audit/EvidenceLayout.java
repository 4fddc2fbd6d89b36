package dev.assay.verification.audit;

import dev.assay.models.pack.Manifest;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ScriptManifest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Where things lie in an evidence folder.
 *
 * <pre>
 * README.md                     how to check the folder, with and without Assay
 * index.dsse.json               signed by the tenant: the digest of every other file
 * keys/                         tenant.pem  provider.pem  market.pem  log.vkey
 * statements/                   order, lease, receipt-0000 …, result, verdict, settlement  (.dsse.json)
 * bundles/                      statement and proof in one .sigstore.json for others' tools; of the
 *                               receipts only the last
 * proofs/                       one .tlog-proof a statement, of the log's newest checkpoint
 * proofs/draw.tlog-proof        of the result, of the checkpoint that fixed the draw
 * key-statements/               what the log holds about keys, when the tenant was told: N.dsse.json, the
 *                               envelope that is the log's entry N, and its N.tlog-proof
 * work/                         of an inference: model.json  weights.safetensors (of TorchScript:
 *                               model.pt)  input.csv  output.safetensors; of a training: model.json  dataset.csv
 *                               training.json and of each unit its checkpoint-00000.json and
 *                               checkpoint-00000.safetensors; of containers: result.json, and of each its
 *                               unit-00000.log and unit-00000-outputs.json
 * hardware/                     what hardware signed of the lease, N.json as the result's evidence[N] names it
 * </pre>
 *
 * A lease that closed without a result has no result, verdict, draw and work.
 */
public final class EvidenceLayout {
    public static final String README = "README.md";
    public static final String INDEX = "index.dsse.json";
    public static final String TENANT_KEY = "keys/tenant.pem";
    public static final String PROVIDER_KEY = "keys/provider.pem";
    public static final String MARKET_KEY = "keys/market.pem";
    public static final String LOG_KEY = "keys/log.vkey";
    public static final String ORDER = "order";
    public static final String LEASE = "lease";
    public static final String RESULT = "result";
    public static final String VERDICT = "verdict";
    public static final String SETTLEMENT = "settlement";
    public static final String DRAW_PROOF = "proofs/draw.tlog-proof";
    public static final String MODEL = "work/model.json";
    public static final String WEIGHTS = "work/weights.safetensors";
    public static final String SCRIPT = "work/model.pt";
    public static final String INPUT = "work/input.csv";
    public static final String OUTPUT = "work/output.safetensors";

    public static final String CONTAINER_RESULT = "work/result.json";
    public static final String DATASET = "work/dataset.csv";
    public static final String TRAINING_RESULT = "work/training.json";

    private static final String KEY_STATEMENTS = "key-statements/";
    private static final String STATEMENT = ".dsse.json";
    private static final String PROOF = ".tlog-proof";
    private static final String RECEIPT = "receipt-";

    private EvidenceLayout() {}

    /** Whether a folder has any of what an evidence folder must have: it is, or once was, one. */
    public static boolean isPresent(Path folder) {
        return Stream.of(INDEX, TENANT_KEY, PROVIDER_KEY, MARKET_KEY, LOG_KEY, statement(ORDER))
                .anyMatch(file -> Files.exists(folder.resolve(file)));
    }

    /** The file beside a model's manifest. */
    public static String companion(Manifest manifest) {
        return switch (manifest) {
            case ModelManifest _ -> WEIGHTS;
            case ScriptManifest _ -> SCRIPT;
        };
    }

    /** The manifest of the training checkpoint that a unit ended in. */
    public static String checkpoint(int unit) {
        return String.format(Locale.ROOT, "work/checkpoint-%05d.json", unit);
    }

    /** The tensors of that checkpoint. */
    public static String tensors(int unit) {
        return String.format(Locale.ROOT, "work/checkpoint-%05d.safetensors", unit);
    }

    /** The hardware evidence that a result names in this place, from 0. */
    public static String hardware(int place) {
        return "hardware/" + place + ".json";
    }

    /** The log of a container. */
    public static String log(int unit) {
        return String.format(Locale.ROOT, "work/unit-%05d.log", unit);
    }

    /** The manifest of a container's outputs. */
    public static String outputs(int unit) {
        return String.format(Locale.ROOT, "work/unit-%05d-outputs.json", unit);
    }

    /** The name of a receipt's statement. */
    public static String receipt(int sequence) {
        return String.format(Locale.ROOT, RECEIPT + "%04d", sequence);
    }

    /** The file of a statement. */
    public static String statement(String name) {
        return "statements/" + name + STATEMENT;
    }

    /**
     * Those of a lease's statements that have a bundle: every one that somebody acts upon. Of the
     * receipts that is the last, which counts cumulatively and binds those before it by their
     * digests.
     */
    public static List<String> bundled(Collection<String> statements) {
        int receipts = (int) statements.stream().filter(name -> name.startsWith(RECEIPT)).count();
        return statements.stream()
                .filter(name -> !name.startsWith(RECEIPT) || name.equals(receipt(receipts - 1)))
                .toList();
    }

    /** The file with a statement and its proof for others' tools. */
    public static String bundle(String name) {
        return "bundles/" + name + ".sigstore.json";
    }

    /** The file of the proof that a statement is in the log. */
    public static String proof(String name) {
        return "proofs/" + name + PROOF;
    }

    /** The statement about a key that is this entry of the log. */
    public static String keyStatement(long index) {
        return KEY_STATEMENTS + index + STATEMENT;
    }

    /** The file of the proof that it is. */
    public static String keyProof(long index) {
        return KEY_STATEMENTS + index + PROOF;
    }

    /** The log index of a statement about a key, by its file; empty when the file is another. */
    static OptionalLong keyStatementIndex(String file) {
        int end = file.length() - STATEMENT.length();
        if (file.startsWith(KEY_STATEMENTS) && file.endsWith(STATEMENT)) {
            String number = file.substring(KEY_STATEMENTS.length(), end);
            if (number.matches("0|[1-9][0-9]{0,17}")) {
                return OptionalLong.of(Long.parseLong(number));
            }
        }
        return OptionalLong.empty();
    }
}
