package dev.assay.runtime.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;

import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerException.Code;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Optional;

/** Calls of the client, with its several kinds of unchecked exceptions made one checked kind. */
final class Calls {
    /**
     * The client keeps connections, and those to an engine that was restarted are broken: every
     * attempt uses one up.
     */
    private static final int ATTEMPTS = 10;

    private final URI socket;

    Calls(URI socket) {
        this.socket = socket;
    }

    /** A call of the client. */
    @FunctionalInterface
    interface Call<T> {
        T call();
    }

    /** Makes a call; a refusal of the engine gets this code. */
    <T> T to(String purpose, Code refusal, Call<T> call) throws ContainerException {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.call();
            } catch (RuntimeException e) {
                ContainerException failure = failed(purpose, refusal, e);
                boolean again =
                        failure.code() == Code.ENGINE_UNREACHABLE
                                && attempt < ATTEMPTS
                                && listening();
                if (!again) {
                    throw failure;
                }
            }
        }
    }

    /** Makes a call that answers nothing. */
    void run(String purpose, Code refusal, Runnable call) throws ContainerException {
        to(
                purpose,
                refusal,
                () -> {
                    call.run();
                    return purpose;
                });
    }

    /** Makes a call that answers nothing; a refusal of these kinds says that it is done already. */
    void done(
            String purpose,
            Code refusal,
            List<Class<? extends DockerException>> already,
            Runnable call)
            throws ContainerException {
        try {
            run(purpose, refusal, call);
        } catch (ContainerException e) {
            if (already.stream().noneMatch(kind -> kind.isInstance(e.getCause()))) {
                throw e;
            }
        }
    }

    /** Asks for something that there may be none of. */
    <T> Optional<T> find(String purpose, Code refusal, Call<T> call) throws ContainerException {
        return to(
                purpose,
                refusal,
                () -> {
                    try {
                        return Optional.of(call.call());
                    } catch (NotFoundException e) {
                        return Optional.empty();
                    }
                });
    }

    /** Whether somebody takes new connections; a pool may still hold old ones. */
    boolean listening() {
        SocketAddress address =
                "unix".equals(socket.getScheme())
                        ? UnixDomainSocketAddress.of(socket.getPath())
                        : new InetSocketAddress(socket.getHost(), socket.getPort());
        try (SocketChannel channel = SocketChannel.open(address)) {
            return channel.isConnected();
        } catch (IOException | UnresolvedAddressException e) {
            return false;
        }
    }

    /** What a failure means: the engine said no, or nobody was there to say anything. */
    ContainerException failed(String purpose, Code refusal, Throwable e) {
        if (e instanceof DockerException) {
            return new ContainerException(
                    refusal, "cannot " + purpose + ": " + said(e.getMessage()), e);
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return new ContainerException(
                        Code.ENGINE_UNREACHABLE,
                        "no Docker Engine answers at "
                                + socket
                                + " ("
                                + cause.getMessage()
                                + "); start it, or say where it is by DOCKER_HOST",
                        e);
            }
        }
        return new ContainerException(Code.ENGINE_FAILED, "cannot " + purpose + ": " + e, e);
    }

    /** The engine's words, out of the JSON they come in. */
    private static String said(@org.jspecify.annotations.Nullable String body) {
        String text = body == null ? "" : body.strip();
        int start = text.indexOf("{\"message\":\"");
        int end = text.lastIndexOf("\"}");
        String words =
                start >= 0 && end > start
                        ? text.substring(start + "{\"message\":\"".length(), end)
                        : text;
        return words.replace("\\\"", "'").replace("\\n", " ");
    }
}
