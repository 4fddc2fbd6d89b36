package dev.assay.verification.http;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.log.LogFiles;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The files of a log at a URL. Each is read within a limit of time and of bytes; redirections are
 * not followed. The owner closes it.
 */
public final class HttpLogFiles implements LogFiles, AutoCloseable {
    private final String prefix;
    private final BoundedClient client;

    private HttpLogFiles(String prefix, BoundedClient client) {
        this.prefix = prefix;
        this.client = client;
    }

    /**
     * The log at this http or https URL, below which its checkpoint and tiles are.
     *
     * @param limit for each file, from the first packet to the last
     */
    public static HttpLogFiles at(URI url, Duration limit) throws VerificationException {
        String prefix = BoundedClient.requireHttp(url);
        return new HttpLogFiles(
                prefix.endsWith("/") ? prefix : prefix + "/", new BoundedClient(limit));
    }

    @Override
    public String name(String file) {
        return prefix + file;
    }

    @Override
    public Optional<byte[]> read(String file, int maxBytes) throws VerificationException {
        BoundedClient.Reply reply = client.get(URI.create(name(file)), maxBytes);
        return switch (reply.status()) {
            case 200 -> Optional.of(reply.body());
            case 404, 410 -> Optional.empty();
            default ->
                    throw new VerificationException(
                            Code.IO, name(file) + " was answered with status " + reply.status());
        };
    }

    @Override
    public void close() {
        client.close();
    }
}
