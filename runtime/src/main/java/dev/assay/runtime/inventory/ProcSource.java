package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of NVIDIA's kernel driver: there exactly when it is loaded.
 *
 * @param driver normally {@code /proc/driver/nvidia}
 * @param nodes where device nodes are, normally {@code /dev}
 */
public record ProcSource(Path driver, Path nodes) implements Source<ProcView> {
    /** The version in the line that begins {@code NVRM version:}. */
    private static final Pattern VERSION =
            Pattern.compile("NVRM version:.*?\\s(\\d+\\.\\d+(?:\\.\\d+)*)\\s");

    private static final String NAMELESS = "Unknown"; // the driver's word

    @Override
    public Observation<ProcView> observe() {
        if (!Files.isDirectory(driver)) {
            return new Observation.Absent<>(
                    "no " + driver + " here: NVIDIA's kernel driver is not loaded");
        }
        try {
            return new Observation.Seen<>(new ProcView(version(), gpus()));
        } catch (IOException e) {
            return new Observation.Failed<>("cannot list " + driver.resolve("gpus") + ": " + e);
        }
    }

    private Optional<String> version() {
        return DeviceFiles.text(driver.resolve("version"))
                .map(VERSION::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1));
    }

    private List<ProcGpu> gpus() throws IOException {
        List<ProcGpu> gpus = new ArrayList<>();
        try {
            for (Path entry : DeviceFiles.list(driver.resolve("gpus"))) {
                String name = entry.getFileName().toString();
                if (PciAddress.isOne(name)) {
                    gpus.add(gpu(PciAddress.parse(name), entry.resolve("information")));
                }
            }
        } catch (NoSuchFileException e) {
            return gpus; // a driver without GPUs makes no such directory
        }
        return gpus;
    }

    private ProcGpu gpu(PciAddress address, Path file) {
        Optional<String> information = DeviceFiles.text(file);
        return new ProcGpu(
                address,
                information
                        .flatMap(text -> field(text, "Model"))
                        .filter(model -> !model.equals(NAMELESS)),
                information
                        .flatMap(text -> field(text, "GPU UUID"))
                        .filter(uuid -> !uuid.contains("?")),
                information
                        .flatMap(text -> field(text, "GPU Excluded"))
                        .filter(excluded -> excluded.equalsIgnoreCase("yes"))
                        .isPresent(),
                information
                        .flatMap(text -> field(text, "Device Minor"))
                        .filter(minor -> minor.matches("[0-9]{1,9}"))
                        .map(minor -> Files.exists(nodes.resolve("nvidia" + minor)))
                        .orElse(true));
    }

    /** The value behind {@code Name:} at the beginning of a line. */
    private static Optional<String> field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .filter(value -> !value.isEmpty())
                .findFirst();
    }
}
