package dev.assay.verification.http;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.log.NoteSignature;
import dev.assay.verification.witness.AddCheckpoint;
import dev.assay.verification.witness.WitnessAnswer;
import dev.assay.verification.witness.WitnessConnection;
import dev.assay.verification.witness.WitnessKey;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A witness at a URL (C2SP tlog-witness). The owner closes it. */
public final class HttpWitness implements WitnessConnection, AutoCloseable {
    private static final int MAX_ANSWER_BYTES = 1 << 16;
    private static final int MAX_REASON_CHARS = 200;

    private final WitnessKey key;
    private final URI addCheckpoint;
    private final BoundedClient client;

    private HttpWitness(WitnessKey key, URI addCheckpoint, BoundedClient client) {
        this.key = key;
        this.addCheckpoint = addCheckpoint;
        this.client = client;
    }

    /**
     * The witness with this key at this submission prefix.
     *
     * @param limit for each request, from the first packet to the last
     */
    public static HttpWitness at(URI prefix, WitnessKey key, Duration limit)
            throws VerificationException {
        String url = BoundedClient.requireHttp(prefix);
        URI addCheckpoint = URI.create((url.endsWith("/") ? url : url + "/") + "add-checkpoint");
        return new HttpWitness(key, addCheckpoint, new BoundedClient(limit));
    }

    @Override
    public WitnessKey key() {
        return key;
    }

    /** The submission prefix. */
    URI prefix() {
        return addCheckpoint.resolve("./");
    }

    @Override
    public WitnessAnswer ask(AddCheckpoint request) throws VerificationException {
        BoundedClient.Reply reply = client.post(addCheckpoint, request.bytes(), MAX_ANSWER_BYTES);
        String text = new String(reply.body(), StandardCharsets.UTF_8);
        return switch (reply.status()) {
            case 200 -> new WitnessAnswer.Cosigned(ownLine(text));
            case 400 -> new WitnessAnswer.Malformed(said(text));
            case 403 -> new WitnessAnswer.NotSigned(said(text));
            case 404 -> new WitnessAnswer.UnknownLog(request.note().checkpoint().origin());
            case 409 -> new WitnessAnswer.Conflict(size(text));
            case 422 -> new WitnessAnswer.NotConsistent(said(text));
            default -> throw notAWitness("status " + reply.status());
        };
    }

    @Override
    public void close() {
        client.close();
    }

    /** The one line that this witness's key claims; lines of other keys are not looked at. */
    private NoteSignature ownLine(String text) throws VerificationException {
        List<NoteSignature> lines = NoteSignature.parseAll(text);
        List<NoteSignature> own = lines.stream().filter(key::isOwn).toList();
        if (own.size() != 1) {
            throw notAWitness(
                    own.size()
                            + " cosignatures by its key, of "
                            + lines.size()
                            + "; its key is the one that it prints when it starts, and was to be "
                            + key.vkey());
        }
        return own.getFirst();
    }

    /** A stranger's reason, as much of it as fits a line. */
    private static String said(String text) {
        String line = text.lines().findFirst().orElse("").replaceAll("[^ -~]", "?");
        return line.substring(0, Math.min(line.length(), MAX_REASON_CHARS));
    }

    private long size(String text) throws VerificationException {
        if (text.matches("(0|[1-9][0-9]{0,17})\n")) {
            return Long.parseLong(text.stripTrailing());
        }
        throw notAWitness("no size");
    }

    private VerificationException notAWitness(String what) {
        return new VerificationException(
                Code.BAD_ENCODING,
                "witness " + key.name() + " at " + addCheckpoint + " answered with " + what);
    }
}
