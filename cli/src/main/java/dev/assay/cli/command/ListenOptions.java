package dev.assay.cli.command;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.net.InetSocketAddress;
import java.util.Objects;

/** Where a command listens: on loopback, unless it is told otherwise. */
final class ListenOptions {
    private static final Logger LOG = LoggerFactory.getLogger(ListenOptions.class);
    private static final int MAX_PORT = 65_535;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "listen on this address (default: ${DEFAULT-VALUE}, this machine alone)")
    private String address = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "listen on this port (default: one that is free)")
    private int port;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    InetSocketAddress socketAddress() {
        if (port < 0 || port > MAX_PORT) {
            throw bad("--port: " + port + " is not from 0 to " + MAX_PORT);
        }
        InetSocketAddress resolved = new InetSocketAddress(address, port);
        if (resolved.isUnresolved()) {
            throw bad(
                    "--address: '"
                            + address
                            + "' is no address that this machine can find; name one of its own");
        }
        return resolved;
    }

    private ParameterException bad(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }

    /** Tells the operator why a request failed, which its sender is not told. */
    static void failed(String request, Exception why) {
        LOG.error("{} failed: {}", request.replaceAll("\\p{Cntrl}", " "), String.valueOf(why));
    }

    /** The URL of what listens there. */
    static String url(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return "http://"
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + address.getPort()
                + "/";
    }
}
