package dev.assay.benchmarks.bundles;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.StrictJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.log.TransparencyLog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** A log that is filled up to a size, and bundles of statements that it holds. */
final class GrowingLog implements AutoCloseable {
    private static final int LEAF_BYTES = 483;
    private static final int MOST_AT_ONCE = 8192;
    private static final int MAX_EXAMPLE_BYTES = 1 << 16;

    final LogSigningKey key;
    final SigningKey signer;
    private final TransparencyLog log;

    GrowingLog(Path directory) throws VerificationException {
        SecureRandom random = new SecureRandom();
        this.key = LogSigningKey.create("log.example/1", random);
        this.signer = SigningKey.create(random);
        this.log = TransparencyLog.open(directory, key);
    }

    /** Appends leaves that are nobody's until the log has so many. */
    private void fill(long size) throws VerificationException {
        byte[] leaf = new byte[LEAF_BYTES];
        for (long at = log.checkpoint().size(); at < size; ) {
            List<byte[]> leaves = new ArrayList<>();
            for (; at < size && leaves.size() < MOST_AT_ONCE; at++) {
                leaves.add(ByteBuffer.wrap(leaf.clone()).putLong(at).array());
            }
            log.append(leaves);
        }
    }

    /** Signs the statement in a file. */
    Envelope signed(Path example) throws IOException, VerificationException {
        return Envelope.sign(Files.readAllBytes(example), signer);
    }

    /** Signs so many receipts like the one in a file, each with another sequence number. */
    List<Envelope> receipts(Path example, int count)
            throws IOException, VerificationException, JsonException {
        ObjectNode statement =
                StrictJson.canonicalObject(
                                Files.readAllBytes(example), MAX_EXAMPLE_BYTES, "example")
                        .deepCopy();
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            statement.withObject("/predicate").put("sequence", Integer.toString(i));
            envelopes.add(Envelope.sign(CanonicalJson.bytes(statement), signer));
        }
        return envelopes;
    }

    /** Logs these in the middle of so many entries, and bundles each with its proof. */
    List<SigstoreBundle> bundles(List<Envelope> envelopes, long size) throws VerificationException {
        fill(size / 3);
        List<byte[]> leaves = new ArrayList<>();
        for (Envelope envelope : envelopes) {
            leaves.add(LogLeaf.of(envelope, signer.verifyingKey()));
        }
        long first = log.append(leaves).first();
        fill(size);
        return bundled(
                envelopes,
                log.proofs(LongStream.range(first, first + leaves.size()).boxed().toList()));
    }

    private List<SigstoreBundle> bundled(List<Envelope> envelopes, List<TlogProof> proofs) {
        List<SigstoreBundle> bundles = new ArrayList<>();
        for (int i = 0; i < envelopes.size(); i++) {
            bundles.add(
                    SigstoreBundle.of(
                            envelopes.get(i),
                            signer.verifyingKey(),
                            proofs.get(i),
                            key.verifyingKey()));
        }
        return bundles;
    }

    @Override
    public void close() throws VerificationException {
        log.close();
    }
}
