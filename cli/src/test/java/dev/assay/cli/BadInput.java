package dev.assay.cli;

import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.script.ScriptBytes;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A job that cannot be run, and the one line that says why. */
enum BadInput {
    UNKNOWN_KEY("job.yaml:10:3: unknown key 'bach' in 'inference'; did you mean 'batch'?") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "batch: 64", "bach: 64");
        }
    },
    WRONG_TYPE("job.yaml:4:8: 'cpu' in 'resources': 'two' is no whole number from 1 to 65536") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "cpu: 2", "cpu: two");
        }
    },
    NOT_A_MAPPING("job.yaml:11:8: 'price' must be a mapping with the keys max, denom, per") {
        @Override
        void make(Path folder) throws Exception {
            Path job = Example.job(folder, 5);
            List<String> lines = Files.readAllLines(job);
            lines.subList(11, 14).clear();
            lines.set(10, "price: 3");
            Files.write(job, lines);
        }
    },
    NOT_YAML("job.yaml:2:7: not valid YAML: mapping values are not allowed here") {
        @Override
        void make(Path folder) throws Exception {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("job.yaml"), "version: assay/v1\nname: : :\n");
        }
    },
    NO_JOB_FILE("job.yaml: no such file") {
        @Override
        void make(Path folder) throws Exception {
            Files.createDirectories(folder);
        }
    },
    PRICE_OF_ZERO("job.yaml:12:8: 'max' in 'price': a price must be more than 0") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "\"0.80\"", "\"0.00\"");
        }
    },
    DEADLINE_IN_THE_PAST(
            "deadline: 2001-02-03T04:05:06Z is in the past; choose a later one, or a duration such"
                    + " as 10m") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "deadline: 10m", "deadline: \"2001-02-03T04:05:06Z\"");
        }
    },
    NO_BUILTIN_MODEL("there is no model 'builtin:digit'; the built-in ones are [builtin:digits]") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "builtin:digits", "builtin:digit");
        }
    },
    NO_MODEL_FOLDER(
            "inference.model: no model package FOLDER/mine (a directory with model.json and"
                    + " weights.safetensors, or a file NAME.onnx or NAME.pt, or builtin:NAME, or"
                    + " sha256:…)") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "builtin:digits", "mine");
        }
    },
    NO_ONNX_FILE("inference.model: no file FOLDER/mine.onnx (paths are relative to the job file)") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "builtin:digits", "mine.onnx");
        }
    },
    NO_SCRIPT_FILE("inference.model: no file FOLDER/mine.pt (paths are relative to the job file)") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "builtin:digits", "mine.pt");
        }
    },
    SCRIPT_ON_THE_EXACT_ENGINE(
            "inference.engine: exact does not run mine.pt, which is TorchScript; set engine:"
                    + " pytorch") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "builtin:digits", "mine.pt");
            ScriptBytes.write(folder.resolve("mine.pt"), "return torch.neg(x)");
        }
    },
    SCRIPT_THAT_WRITES_FILES(
            "FOLDER/mine.pt: its code calls save, which is not among the operators that only"
                    + " compute") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "builtin:digits", "mine.pt");
            ScriptBytes.write(folder.resolve("mine.pt"), "return torch.save(x, \"f\")");
        }
    },
    NO_MODEL_BLOB(
            "no blob sha256:abababababababababababababababababababababababababababababababab in"
                    + " HOME/blobs") {
        @Override
        void make(Path folder) throws Exception {
            Example.edited(folder, 5, "builtin:digits", "sha256:" + "ab".repeat(32));
        }
    },
    MODEL_WITHOUT_MANIFEST("no model in FOLDER/model: it has no model.json") {
        @Override
        void make(Path folder) throws Exception {
            model(folder, weights -> weights);
            Files.delete(folder.resolve("model/model.json"));
        }
    },
    MODEL_DIGEST_MISMATCH(
            "FOLDER/model/weights.safetensors: its digest is sha256:* the manifest names"
                    + " sha256:*") {
        @Override
        void make(Path folder) throws Exception {
            model(folder, weights -> weights);
            Path file = folder.resolve("model/weights.safetensors");
            byte[] weights = Files.readAllBytes(file);
            weights[weights.length - 1] ^= 1;
            Files.write(file, weights);
        }
    },
    MODEL_WITH_NAN(
            "FOLDER/model/weights.safetensors: tensor '*' holds NaN at element *; weights must be"
                    + " finite") {
        @Override
        void make(Path folder) throws Exception {
            model(folder, weights -> last(weights, Float.NaN));
        }
    },
    MODEL_WITH_INFINITY(
            "FOLDER/model/weights.safetensors: tensor '*' holds -Infinity at element *; weights"
                    + " must be finite") {
        @Override
        void make(Path folder) throws Exception {
            model(folder, weights -> last(weights, Float.NEGATIVE_INFINITY));
        }
    },
    MODEL_TRUNCATED(
            "FOLDER/model/weights.safetensors: truncated: * bytes, its header describes *") {
        @Override
        void make(Path folder) throws Exception {
            model(folder, weights -> Arrays.copyOf(weights, weights.length - 4));
        }
    },
    MODEL_TRUNCATED_IN_ITS_HEADER(
            "FOLDER/model/weights.safetensors: truncated or not safetensors: it announces a header"
                    + " of * bytes in a file of 40") {
        @Override
        void make(Path folder) throws Exception {
            model(folder, weights -> Arrays.copyOf(weights, 40));
        }
    },
    MODEL_WITH_BF16(
            "FOLDER/model/weights.safetensors.*: element type BF16 is not supported; convert the"
                    + " weights to F32") {
        @Override
        void make(Path folder) throws Exception {
            model(
                    folder,
                    weights -> {
                        String text = new String(weights, StandardCharsets.ISO_8859_1);
                        String bf16 = text.replaceFirst("\"F32\",", "\"BF16\",");
                        int header =
                                (int)
                                        ByteBuffer.wrap(weights)
                                                .order(ByteOrder.LITTLE_ENDIAN)
                                                .getLong();
                        byte[] changed = bf16.getBytes(StandardCharsets.ISO_8859_1);
                        ByteBuffer.wrap(changed)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(header + 1L);
                        return changed;
                    });
        }
    },
    NO_INPUT("inference.input: no file FOLDER/digits.csv (paths are relative to the job file)") {
        @Override
        void make(Path folder) throws Exception {
            Files.delete(Example.job(folder, 5).resolveSibling("digits.csv"));
        }
    },
    ROW_TOO_SHORT(
            "FOLDER/digits.csv:3: 3 columns; the model takes 64, and one more with the label") {
        @Override
        void make(Path folder) throws Exception {
            row(folder, 3, "1,2,3");
        }
    },
    ROW_TOO_LONG("FOLDER/digits.csv:3: more than 65 columns") {
        @Override
        void make(Path folder) throws Exception {
            row(folder, 3, Example.rows(1).getFirst() + ",4");
        }
    },
    ROW_WITHOUT_A_LABEL("FOLDER/digits.csv:3: no label, but the rows before have one") {
        @Override
        void make(Path folder) throws Exception {
            row(folder, 3, "0,".repeat(63) + "0");
        }
    },
    ROW_WITH_A_WORD("FOLDER/digits.csv:2: column 1: 'seven' is not a number") {
        @Override
        void make(Path folder) throws Exception {
            row(folder, 2, "seven," + "0,".repeat(63) + "4");
        }
    },
    ROW_WITH_NAN("FOLDER/digits.csv:2: column 1: 'NaN' is not a number") {
        @Override
        void make(Path folder) throws Exception {
            row(folder, 2, "NaN," + "0,".repeat(63) + "4");
        }
    },
    ROW_OUT_OF_RANGE("FOLDER/digits.csv:2: column 64: 17 is outside 0 to 16") {
        @Override
        void make(Path folder) throws Exception {
            row(folder, 2, "0,".repeat(63) + "17,4");
        }
    },
    NO_ROWS("FOLDER/digits.csv: no rows; an input needs at least one") {
        @Override
        void make(Path folder) throws Exception {
            Example.job(folder, 0);
        }
    },
    NOT_TEXT("FOLDER/digits.csv:1: not UTF-8 text") {
        @Override
        void make(Path folder) throws Exception {
            Files.write(
                    Example.job(folder, 5).resolveSibling("digits.csv"),
                    new byte[] {(byte) 0xff, (byte) 0xfe});
        }
    };

    private final String line;

    BadInput(String line) {
        this.line = line;
    }

    /** Writes {@code job.yaml} and what it needs. */
    abstract void make(Path folder) throws Exception;

    /** The line as a pattern: {@code *} stands for anything. */
    String pattern(Path folder, Path home) {
        String named = line.replace("FOLDER", folder.toString()).replace("HOME", home.toString());
        return "\\Q" + named.replace(".*", "*").replace("*", "\\E.*\\Q") + "\\E";
    }

    private interface Change {
        byte[] to(byte[] weights);
    }

    private static void row(Path folder, int number, String row) throws Exception {
        Path input = Example.job(folder, 5).resolveSibling("digits.csv");
        List<String> rows = Files.readAllLines(input);
        rows.set(number - 1, row);
        Files.write(input, rows);
    }

    /** The built-in model as a folder of the tenant's own, its weights changed. */
    private static void model(Path folder, Change change) throws Exception {
        Example.edited(folder, 5, "builtin:digits", "model");
        BlobStore blobs = BlobStore.open(folder.resolve("blobs"));
        Digest digest = BuiltinModels.install("builtin:digits", blobs);
        ModelPackage model = ModelPackage.open(blobs, digest);
        byte[] weights = change.to(Files.readAllBytes(model.weightsFile()));
        ModelManifest manifest = model.manifest();
        Path target = Files.createDirectories(folder.resolve("model"));
        Files.write(target.resolve("weights.safetensors"), weights);
        Files.write(
                target.resolve("model.json"),
                new ModelManifest(
                                manifest.name(),
                                manifest.graph(),
                                Digest.sha256(weights),
                                manifest.rows(),
                                manifest.labels())
                        .bytes());
    }

    private static byte[] last(byte[] weights, float value) {
        byte[] changed = weights.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putFloat(changed.length - 4, value);
        return changed;
    }
}
