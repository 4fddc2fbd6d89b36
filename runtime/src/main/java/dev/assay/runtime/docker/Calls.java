package dev.assay.runtime.docker;

import com.github.dockerjava.api.exception.DockerException;

import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerException.Code;

import java.io.IOException;
import java.net.URI;

/** Calls of the client, with its several kinds of unchecked exceptions made one checked kind. */
final class Calls {
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
        try {
            return call.call();
        } catch (RuntimeException e) {
            throw failed(purpose, refusal, e);
        }
    }

    /** Makes a call that answers nothing. */
    void run(String purpose, Code refusal, Runnable call) throws ContainerException {
        try {
            call.run();
        } catch (RuntimeException e) {
            throw failed(purpose, refusal, e);
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
