package dev.assay.cli.tenant;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.protocol.market.Bytes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The orders that this tenant placed and has not seen closed. So an order survives the process that
 * placed it.
 *
 * <pre>
 * ORDER.json         the secret that the audit needs, there before the order is submitted
 * ORDER.tlog-proof   what the audit drew from, there before the verdict is posted
 * </pre>
 */
public final class OpenOrders {
    private static final int MAX_BYTES = 4096;

    private final Path directory;

    /** The secret behind an order's seed commitment. */
    public record OpenOrder(OrderId order, Digest secret) {}

    private OpenOrders(Path directory) {
        this.directory = directory;
    }

    public static OpenOrders in(Path directory) throws TenantException {
        try {
            Files.createDirectories(directory);
            return new OpenOrders(directory);
        } catch (IOException e) {
            throw new TenantException(
                    "cannot keep orders in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Remembers an order. */
    public void add(OpenOrder order) throws TenantException {
        ObjectNode json =
                CanonicalJson.object()
                        .put("order", order.order().hex())
                        .put("secret", order.secret().hex());
        write(file(order.order()), CanonicalJson.bytes(json));
    }

    /** Keeps the proof whose checkpoint fixes an order's draw: an audit draws once. */
    public void keepDraw(OrderId order, Bytes proof) throws TenantException {
        write(draw(order), proof.toArray());
    }

    /** The proof kept for an order, if its audit began. */
    public Optional<Bytes> keptDraw(OrderId order) throws TenantException {
        try {
            return Files.exists(draw(order))
                    ? Optional.of(Bytes.copyOf(Files.readAllBytes(draw(order))))
                    : Optional.empty();
        } catch (IOException e) {
            throw new TenantException("cannot read " + draw(order) + ": " + e.getMessage(), e);
        }
    }

    private void write(Path file, byte[] bytes) throws TenantException {
        try {
            Path partial =
                    Files.createTempFile(
                            directory,
                            "order",
                            ".part",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            Files.write(partial, bytes);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new TenantException(
                    "cannot remember the order in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Forgets an order that is closed, or was never accepted. */
    public void remove(OrderId order) throws TenantException {
        try {
            Files.deleteIfExists(file(order));
            Files.deleteIfExists(draw(order));
        } catch (IOException e) {
            throw new TenantException(
                    "cannot forget order " + order.brief() + ": " + e.getMessage(), e);
        }
    }

    /** Every order remembered. */
    public List<OpenOrder> all() throws TenantException {
        List<OpenOrder> orders = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                JsonFields json =
                        JsonFields.of(
                                StrictJson.canonicalObject(
                                        Files.readAllBytes(file), MAX_BYTES, file.toString()),
                                file.toString());
                orders.add(new OpenOrder(new OrderId(json.digest("order")), json.digest("secret")));
                json.end();
            }
            return orders;
        } catch (IOException | JsonException e) {
            throw new TenantException(
                    "cannot read the open orders in " + directory + ": " + e.getMessage(), e);
        }
    }

    private Path draw(OrderId order) {
        return directory.resolve(order.hex() + ".tlog-proof");
    }

    private Path file(OrderId order) {
        return directory.resolve(order.hex() + ".json");
    }
}
