package dev.assay.verification.history;

import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.CheckedLine.Refused;
import dev.assay.verification.history.CheckedLine.Signed;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.statement.Predicate;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.UsagePredicate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks what takes a line alone: its form, its statement, its signature. Thread-safe: this is the
 * work that many threads share.
 */
record LineCheck(SignerKeys keys) {
    /** The lines of a block, in their order. */
    List<CheckedLine> check(LineBlock block) {
        List<CheckedLine> lines = new ArrayList<>(block.lines());
        int from = 0;
        for (int i = 0; i < block.lines(); i++) {
            int to = from;
            while (block.bytes()[to] != '\n') {
                to++;
            }
            lines.add(check(block.first() + i, block.bytes(), from, to));
            from = to + 1;
        }
        return lines;
    }

    private CheckedLine check(long number, byte[] bytes, int from, int to) {
        HistoryLine line;
        try {
            line = HistoryLine.parse(bytes, from, to);
        } catch (VerificationException e) {
            return new Refused(
                    number, -1, Clause.ENCODING, e.field().orElse(Finding.WHOLE), e.problem());
        }
        return check(number, line);
    }

    private CheckedLine check(long number, HistoryLine line) {
        Envelope envelope = line.envelope();
        Optional<VerifyingKey> key = keys.find(envelope.keyId());
        if (key.isEmpty()) {
            return refused(
                    number,
                    line,
                    Clause.KEY,
                    "signatures[0].keyid",
                    "key " + envelope.keyId().brief() + " is not in " + HistoryLayout.KEYS);
        }
        try {
            byte[] payload = envelope.verify(key.get()).payload();
            return new Signed(
                    number,
                    line.index(),
                    envelope,
                    MerkleTree.leafHash(LogLeaf.of(envelope, key.get())),
                    envelope.payloadDigest(),
                    predicate(payload));
        } catch (VerificationException e) {
            return refused(number, line, Clause.SIGNATURE, "signatures[0].sig", e.problem());
        } catch (JsonException e) {
            String field = e.field().isEmpty() ? "payload" : e.field();
            return refused(number, line, Clause.STATEMENT, field, e.problem());
        }
    }

    private static Predicate predicate(byte[] payload) throws JsonException {
        Optional<UsagePredicate> receipt = ReceiptReader.read(payload);
        return receipt.isPresent() ? receipt.get() : Statement.parse(payload).predicate();
    }

    private static Refused refused(
            long number, HistoryLine line, Clause clause, String field, String message) {
        return new Refused(number, line.index(), clause, field, message);
    }
}
