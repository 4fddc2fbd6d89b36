package dev.assay.runtime.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.MigInstance;
import dev.assay.runtime.nvml.NvmlStatus;

import java.nio.file.Path;

/** What is checked of GPUs that sources tell of differently, or that have a fault. */
public final class StandingChecks extends SurveyChecks {
    private StandingChecks(Path root) {
        super(root);
    }

    public static void main(String[] arguments) throws Exception {
        new StandingChecks(Path.of(arguments[1])).check(arguments[0]);
    }

    void oneReady() {
        GpuInventory inventory = take();
        assertThat(only(inventory).standing()).isEqualTo(Standing.READY);
        assertThat(inventory.findings()).isEmpty();
    }

    void eightReady() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus())
                .hasSize(8)
                .allMatch(report -> report.standing() == Standing.READY)
                .allMatch(report -> report.findings().isEmpty());
        assertThat(inventory.gpus().stream().map(report -> report.gpu().uuid().orElseThrow()))
                .doesNotHaveDuplicates();
    }

    void refusals() {
        GpuInventory inventory = take();
        GpuReport report = only(inventory);
        assertThat(report.gpu().nvml().orElseThrow().powerMilliwatts())
                .isEqualTo(new Answer.Refused<>(new NvmlStatus(4)));
        assertThat(report.gpu().nvml().orElseThrow().memory())
                .isEqualTo(new Answer.Refused<>(new NvmlStatus(4242)));
        assertThat(report.findings())
                .containsExactly(
                        new Finding(
                                FindingCode.CALL_REFUSED,
                                "0000:3b:00.0",
                                "NVML: memory: status 4242, power: NO_PERMISSION (4)"));
        assertThat(report.standing()).isEqualTo(Standing.READY);
    }

    void divided() {
        GpuInventory inventory = take();
        GpuReport divided = inventory.gpus().getFirst();
        assertThat(divided.gpu().isDivided()).isTrue();
        assertThat(divided.gpu().nvml().orElseThrow().migInstances())
                .hasSize(2)
                .first()
                .isEqualTo(
                        new MigInstance(
                                new Answer.Value<>("MIG-aaaaaaaa-1111-2222-3333-444444444444"),
                                new Answer.Value<>("NVIDIA H100 80GB HBM3 MIG 1g.10gb"),
                                new Answer.Value<>(1),
                                new Answer.Value<>(0),
                                new Answer.Value<>(
                                        new MemoryUse(10_468_982_784L, 10_468_982_784L, 0))));
        assertThat(divided.standing()).isEqualTo(Standing.READY);
        assertThat(divided.findings()).isEmpty();
        GpuReport undivided = inventory.gpus().getLast();
        assertThat(undivided.standing()).isEqualTo(Standing.UNUSABLE);
        assertThat(undivided.findings().stream().map(Finding::code))
                .containsExactly(FindingCode.MIG_WITHOUT_INSTANCES);
    }

    void lostAfterAFewAnswers() {
        GpuInventory inventory = take();
        GpuReport lost = inventory.gpus().getFirst();
        assertThat(lost.gpu().nvml().orElseThrow().name()).isInstanceOf(Answer.Value.class);
        assertThat(lost.gpu().nvml().orElseThrow().processes())
                .isEqualTo(new Answer.Refused<>(NvmlStatus.GPU_IS_LOST));
        assertThat(lost.standing()).isEqualTo(Standing.UNHEALTHY);
        assertThat(lost.findings().stream().map(Finding::code))
                .containsExactly(FindingCode.GPU_LOST);
        assertThat(inventory.gpus().getLast().standing()).isEqualTo(Standing.READY);
    }

    void lostFromTheStart() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().nvml().seen().orElseThrow().gpus()).hasSize(2);
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .contains(Standing.UNHEALTHY, Standing.READY);
        assertThat(codes(inventory)).contains(FindingCode.GPU_LOST);
    }

    void unhealthy() {
        GpuReport report = only(take());
        assertThat(report.standing()).isEqualTo(Standing.UNHEALTHY);
        assertThat(report.findings().stream().map(Finding::code))
                .containsExactly(
                        FindingCode.ECC_UNCORRECTED,
                        FindingCode.ROW_REMAP_FAILED,
                        FindingCode.ROW_REMAP_PENDING,
                        FindingCode.THROTTLED,
                        FindingCode.XID,
                        FindingCode.XID_SERIOUS);
        assertThat(report.findings().getLast().saw())
                .isEqualTo("the kernel's log has Xid 79: GPU has fallen off the bus.");
    }

    void nvmlLiesAboutMemory() {
        GpuReport report = only(take());
        assertThat(report.standing()).isEqualTo(Standing.UNUSABLE);
        assertThat(report.findings())
                .containsExactly(
                        new Finding(
                                FindingCode.MEMORY_DISAGREES,
                                "0000:3b:00.0",
                                "NVML says 163118 MiB, CUDA says 81059 MiB"));
    }

    void nvmlLiesAboutUuidAndName() {
        GpuReport report = only(take());
        assertThat(report.findings().stream().map(Finding::code))
                .containsExactly(FindingCode.UUID_DISAGREES, FindingCode.NAME_DISAGREES);
        assertThat(report.findings().getFirst().saw())
                .isEqualTo(
                        "NVML says GPU-ffffffff-1111-2222-3333-444444444444, the kernel driver says"
                                + " GPU-00000000-1111-2222-3333-444444444444, CUDA says"
                                + " GPU-00000000-1111-2222-3333-444444444444");
    }

    void nvmlLiesAboutCount() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.READY, Standing.UNUSABLE);
        assertThat(inventory.gpus().getLast().findings().stream().map(Finding::code))
                .containsExactly(FindingCode.UNSEEN_BY_CUDA, FindingCode.UNSEEN_BY_KERNEL);
    }

    void cudaSeesMore() {
        GpuInventory inventory = take();
        assertThat(codes(inventory)).containsExactly(FindingCode.UNSEEN_BY_NVML);
        assertThat(inventory.gpus().getLast().standing()).isEqualTo(Standing.UNUSABLE);
    }

    void hidden() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.HIDDEN, Standing.READY);
        assertThat(inventory.findings())
                .containsExactly(
                        new Finding(
                                FindingCode.HIDDEN_BY_ENVIRONMENT,
                                "0000:3b:00.0",
                                "CUDA_VISIBLE_DEVICES=GPU-00000001; seen by the PCI bus, the"
                                        + " kernel driver, NVML, not by CUDA"));
    }

    void givenTheFirst() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.READY, Standing.HIDDEN);
        assertThat(codes(inventory)).containsExactly(FindingCode.HIDDEN_BY_CONTAINER);
    }

    void besideAnInstance() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.HIDDEN, Standing.READY, Standing.HIDDEN);
        assertThat(codes(inventory))
                .containsExactly(FindingCode.HIDDEN_BY_MIG, FindingCode.HIDDEN_BY_MIG);
    }

    void paravirtual() {
        GpuInventory inventory = take();
        assertThat(only(inventory).standing()).isEqualTo(Standing.READY);
        assertThat(codes(inventory)).containsExactly(FindingCode.PARAVIRTUAL);
    }

    void allHidden() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().cuda().seen().orElseThrow().devices()).isEmpty();
        assertThat(only(inventory).standing()).isEqualTo(Standing.HIDDEN);
    }

    void deviceThatCudaCannotDescribe() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().cuda().seen().orElseThrow().devices()).hasSize(1);
        assertThat(inventory.findings())
                .contains(
                        new Finding(
                                FindingCode.CALL_REFUSED,
                                "machine",
                                "CUDA: device 0: cuDeviceTotalMem returned CUDA_ERROR_UNKNOWN"
                                        + " (999)"));
    }
}
