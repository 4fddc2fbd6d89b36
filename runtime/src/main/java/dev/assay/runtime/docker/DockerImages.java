package dev.assay.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.LoadResponseItem;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import com.github.dockerjava.api.model.ResponseItem.ErrorDetail;
import com.github.dockerjava.api.model.ResponseItem.ProgressDetail;

import dev.assay.runtime.container.ContainerEngine.PullProgress;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.EngineImage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The engine's images. */
final class DockerImages {
    private static final Pattern ID = Pattern.compile("sha256:[0-9a-f]{64}");

    /** How registries and engines say that there is no such image, or none for anybody. */
    private static final List<String> MISSING =
            List.of("not found", "manifest unknown", "denied", "does not exist", "unauthorized");

    private final DockerClient client;
    private final Calls calls;

    DockerImages(DockerClient client, Calls calls) {
        this.client = client;
        this.calls = calls;
    }

    Optional<EngineImage> image(String name) throws ContainerException {
        return calls.find(
                "look for image " + name,
                Code.ENGINE_FAILED,
                () -> image(client.inspectImageCmd(name).exec()));
    }

    private static EngineImage image(InspectImageResponse image) {
        ContainerConfig config =
                Objects.requireNonNullElse(image.getConfig(), new ContainerConfig());
        return new EngineImage(
                Objects.requireNonNullElse(image.getId(), ""),
                Objects.requireNonNullElse(config.getUser(), ""),
                List.copyOf(
                        Objects.requireNonNullElse(config.getVolumes(), Map.<String, Object>of())
                                .keySet()),
                Objects.requireNonNullElse(image.getRepoDigests(), List.of()),
                Objects.requireNonNullElse(image.getSize(), 0L));
    }

    void pull(String reference, long maxBytes, Consumer<PullProgress> progress)
            throws ContainerException {
        Pull pull = new Pull(reference, maxBytes, progress);
        int at = reference.indexOf('@');
        int colon = reference.lastIndexOf(':');
        boolean tagged = at < 0 && colon > reference.lastIndexOf('/');
        int split = at >= 0 ? at : colon;
        String repository = at >= 0 || tagged ? reference.substring(0, split) : reference;
        String tag = at >= 0 || tagged ? reference.substring(split + 1) : "latest";
        if (at >= 0 && repository.lastIndexOf(':') > repository.lastIndexOf('/')) {
            repository = repository.substring(0, repository.lastIndexOf(':'));
        }
        client.pullImageCmd(repository).withTag(tag).exec(pull);
        try {
            pull.awaitCompletion();
        } catch (InterruptedException e) {
            closeQuietly(pull);
            Thread.currentThread().interrupt();
            throw new ContainerException(
                    Code.ENGINE_FAILED, "interrupted while fetching image " + reference, e);
        } catch (RuntimeException e) {
            throw failed(reference, e);
        }
        pull.check();
    }

    private ContainerException failed(String reference, RuntimeException e) {
        String words = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        Code code = MISSING.stream().anyMatch(words::contains) ? Code.IMAGE_MISSING : Code.REGISTRY;
        return calls.failed("fetch image " + reference, code, e);
    }

    /** The engine's report, item by item, on the client's thread. */
    private static final class Pull extends ResultCallback.Adapter<PullResponseItem> {
        private final String reference;
        private final long maxBytes;
        private final Consumer<PullProgress> progress;
        private final Map<String, Long> totals = new HashMap<>();
        private @Nullable ContainerException refusal;

        Pull(String reference, long maxBytes, Consumer<PullProgress> progress) {
            this.reference = reference;
            this.maxBytes = maxBytes;
            this.progress = progress;
        }

        @Override
        public void onNext(PullResponseItem item) {
            if (item.isErrorIndicated()) {
                onError(new DockerException(error(item), 0));
                return;
            }
            String layer = Objects.requireNonNullElse(item.getId(), "");
            ProgressDetail detail = item.getProgressDetail();
            long done = detail == null ? 0 : Objects.requireNonNullElse(detail.getCurrent(), 0L);
            long total = detail == null ? 0 : Objects.requireNonNullElse(detail.getTotal(), 0L);
            totals.merge(layer, total, Math::max);
            progress.accept(
                    new PullProgress(
                            layer, Objects.requireNonNullElse(item.getStatus(), ""), done, total));
            if (totals.values().stream().mapToLong(Long::longValue).sum() > maxBytes) {
                refuse();
            }
        }

        private synchronized void refuse() {
            if (refusal == null) {
                refusal =
                        new ContainerException(
                                Code.IMAGE_REFUSED,
                                "image "
                                        + reference
                                        + " has layers of more than "
                                        + maxBytes
                                        + " bytes");
                closeQuietly(this);
            }
        }

        synchronized void check() throws ContainerException {
            if (refusal != null) {
                throw refusal;
            }
        }
    }

    private static String error(ResponseItem item) {
        ErrorDetail detail = item.getErrorDetail();
        return detail == null ? "" : Objects.requireNonNullElse(detail.getMessage(), "");
    }

    private static void closeQuietly(ResultCallback.Adapter<?> callback) {
        try {
            callback.close();
        } catch (IOException e) {
            // the request is given up either way
        }
    }

    String load(Path archive, long maxBytes) throws ContainerException {
        SavedImage image = SavedImage.check(archive, maxBytes);
        StringBuilder words = new StringBuilder();
        ResultCallback.Adapter<LoadResponseItem> said =
                new ResultCallback.Adapter<>() {
                    @Override
                    public void onNext(LoadResponseItem item) {
                        words.append(item.getStream()).append(error(item)).append(' ');
                    }
                };
        try (InputStream in = image.stream()) {
            client.loadImageAsyncCmd(in).exec(said);
            said.awaitCompletion();
        } catch (InterruptedException e) {
            closeQuietly(said);
            Thread.currentThread().interrupt();
            throw new ContainerException(
                    Code.ENGINE_FAILED, "interrupted while loading an image", e);
        } catch (IOException | RuntimeException e) {
            throw calls.failed("load the image's archive", Code.IMAGE_REFUSED, e);
        }
        Matcher id = ID.matcher(words);
        if (!id.find()) {
            throw new ContainerException(
                    Code.IMAGE_REFUSED, "the engine does not take the image's archive: " + words);
        }
        return id.group();
    }

    void remove(String id) throws ContainerException {
        calls.done(
                "remove image " + id,
                Code.ENGINE_FAILED,
                List.of(NotFoundException.class),
                () -> client.removeImageCmd(id).withForce(true).exec());
    }
}
