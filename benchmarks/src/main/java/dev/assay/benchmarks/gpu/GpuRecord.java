package dev.assay.benchmarks.gpu;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.bench.BenchReport;
import dev.assay.runtime.bench.GpuBench;
import dev.assay.runtime.bench.GpuTrial;
import dev.assay.runtime.bench.Pace;
import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.DriverException;
import dev.assay.runtime.inventory.Finding;
import dev.assay.runtime.inventory.GpuInventory;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.inventory.Standing;
import dev.assay.runtime.inventory.Survey;
import dev.assay.runtime.nvml.NvmlDevice;
import dev.assay.runtime.nvml.NvmlException;
import dev.assay.runtime.nvml.NvmlLibrary;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Surveys this machine's GPUs, tries the meters of each and measures it, and writes one JSON file:
 * {@code FILE}. Ends with 1 when a GPU did not do as it should, with 2 when there is none to try.
 */
public final class GpuRecord {
    private final ObjectNode figures = CanonicalJson.object();
    private final ArrayNode gpus = figures.putArray("gpus");
    private boolean allRight = true;
    private boolean any;

    private GpuRecord() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        GpuRecord made = new GpuRecord();
        GpuInventory inventory = Survey.ofThisMachine().take();
        made.findings(made.figures, inventory.findings());
        for (GpuReport gpu : inventory.gpus()) {
            made.gpu(inventory, gpu);
        }
        ResultFile.write(Path.of(arguments[0]), "benchmarks/gpu/run.sh", made.figures);
        if (!made.any) {
            System.err.println("no GPU here that programs can use; assay inspect says why");
        }
        System.exit(made.any ? made.allRight ? 0 : 1 : 2);
    }

    private void gpu(GpuInventory inventory, GpuReport report) throws InterruptedException {
        ObjectNode json = gpus.addObject();
        json.put("name", report.gpu().name()).put("standing", report.standing().code());
        inventory
                .seen()
                .nvml()
                .seen()
                .flatMap(view -> view.driverVersion())
                .ifPresent(version -> json.put("driver", version));
        findings(json, report.findings());
        if (report.standing() != Standing.READY) {
            return;
        }
        any = true;
        for (CudaDevice device : report.gpu().cuda()) {
            System.out.println(report.gpu().name() + "  " + device.uuid());
            trials(json, report, device);
            rates(
                    json,
                    GpuBench.of(device, Pace.USUAL)
                            .run(
                                    m ->
                                            say(
                                                    m.metric().text(),
                                                    m.median() + " " + m.metric().unit())));
        }
    }

    private void trials(ObjectNode json, GpuReport report, CudaDevice device)
            throws InterruptedException {
        ArrayNode checks = json.withArray("checks");
        try (NvmlLibrary library = NvmlLibrary.open()) {
            NvmlDevice nvml = library.device(report.gpu().nvml().orElseThrow().index());
            for (GpuTrial.Check check : GpuTrial.of(device, nvml).run()) {
                allRight &= check.outcome() != GpuTrial.Outcome.FAILED;
                say(check.name(), check.outcome() + "  " + check.saw());
                checks.addObject()
                        .put("name", check.name())
                        .put("outcome", check.outcome().name())
                        .put("saw", check.saw());
            }
        } catch (NvmlException | DriverException e) {
            allRight = false;
            say("trial", "FAILED  " + e.getMessage());
            checks.addObject()
                    .put("name", "trial")
                    .put("outcome", GpuTrial.Outcome.FAILED.name())
                    .put("saw", e.getMessage());
        }
    }

    private void rates(ObjectNode json, BenchReport report) {
        ArrayNode measured = json.withArray("measurements");
        report.measurements()
                .forEach(
                        m ->
                                measured.addObject()
                                        .put("metric", m.metric().text())
                                        .put("unit", m.metric().unit())
                                        .put("method", m.method())
                                        .put("median", m.median())
                                        .put("least", m.least())
                                        .put("most", m.most())
                                        .put("rounds", m.rounds()));
        ArrayNode skipped = json.withArray("skipped");
        report.skipped()
                .forEach(
                        s -> {
                            say(s.metric().text(), "not measured: " + s.why());
                            skipped.addObject()
                                    .put("metric", s.metric().text())
                                    .put("why", s.why());
                        });
        allRight &= report.skipped().isEmpty();
    }

    private void findings(ObjectNode json, List<Finding> findings) {
        ArrayNode array = json.putArray("findings");
        findings.forEach(
                finding ->
                        array.addObject()
                                .put("code", finding.code().name())
                                .put("saw", finding.saw()));
    }

    private static void say(String what, String saw) {
        System.out.printf("  %-36s %s%n", what, saw);
    }
}
