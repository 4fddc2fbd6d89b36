package dev.assay.cli.command;

import picocli.CommandLine.Option;

import java.net.InetSocketAddress;

/** Where a command listens: on loopback, unless it is told otherwise. */
final class ListenOptions {
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

    InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
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
