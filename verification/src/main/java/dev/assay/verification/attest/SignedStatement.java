package dev.assay.verification.attest;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.Predicate;
import dev.assay.verification.statement.Statement;

/**
 * Evidence that a key signed a statement with this predicate; made only by {@link #verify}. It says
 * nothing yet of whether the key had the right to, or whether the contents are true.
 */
public final class SignedStatement<P extends Predicate> {
    private final P predicate;
    private final Envelope envelope;

    private SignedStatement(P predicate, Envelope envelope) {
        this.predicate = predicate;
        this.envelope = envelope;
    }

    /** Signs a statement. */
    public static Envelope sign(Statement statement, SigningKey key) throws VerificationException {
        return Envelope.sign(statement.bytes(), key);
    }

    /** Verifies the signature, then reads the statement, whose predicate must be a {@code kind}. */
    public static <P extends Predicate> SignedStatement<P> verify(
            Envelope envelope, VerifyingKey key, Class<P> kind) throws VerificationException {
        byte[] payload = envelope.verify(key).payload();
        try {
            Predicate predicate = Statement.parse(payload).predicate();
            if (!kind.isInstance(predicate)) {
                throw new VerificationException(
                        Code.BAD_STATEMENT,
                        "a statement of type "
                                + predicate.type()
                                + " where another kind is expected");
            }
            return new SignedStatement<>(kind.cast(predicate), envelope);
        } catch (JsonException e) {
            throw new VerificationException(Code.BAD_STATEMENT, e);
        }
    }

    public P predicate() {
        return predicate;
    }

    /** SHA-256 of the statement: its identity. */
    public Digest digest() {
        return envelope.payloadDigest();
    }

    public Envelope envelope() {
        return envelope;
    }

    /** The envelope's bytes, as they travel. */
    public Bytes bytes() {
        return Bytes.copyOf(envelope.bytes());
    }
}
