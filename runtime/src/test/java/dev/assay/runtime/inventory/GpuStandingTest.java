package dev.assay.runtime.inventory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;

/** How GPUs stand that the sources disagree on, that are hidden, or that have a fault. */
final class GpuStandingTest extends FakeMachine {
    @Override
    Class<? extends SurveyChecks> checks() {
        return StandingChecks.class;
    }

    @Test
    void gpu_thatAllSourcesAgreeOn_isReady() throws Exception {
        installed(1);
        check("oneReady", gpus(1));
    }

    @Test
    void eightGpus_thatAllSourcesAgreeOn_areReady() throws Exception {
        installed(8);
        check("eightReady", gpus(8));
    }

    @Test
    void calls_thatFail_areNamedWithTheirStatus() throws Exception {
        installed(1);
        check(
                "refusals",
                gpus(1)
                        + "fail.nvmlDeviceGetPowerUsage=4\n"
                        + "gpu.0.fail.nvmlDeviceGetMemoryInfo=4242\n");
    }

    @Test
    void migGpus_dividedAndNot_areTold() throws Exception {
        installed(2);
        check(
                "divided",
                gpus(2)
                        + """
                        gpu.0.mig=1
                        gpu.0.mig.instances=2
                        gpu.0.mig.0.uuid=MIG-aaaaaaaa-1111-2222-3333-444444444444
                        gpu.0.mig.0.name=NVIDIA H100 80GB HBM3 MIG 1g.10gb
                        gpu.0.mig.0.memory=10468982784
                        gpu.0.mig.1.uuid=MIG-bbbbbbbb-1111-2222-3333-444444444444
                        gpu.1.mig=1
                        gpu.1.mig.instances=0
                        """);
    }

    @Test
    void gpu_lostWhileItIsDescribed_isUnhealthy() throws Exception {
        installed(2);
        check("lostAfterAFewAnswers", gpus(2) + "gpu.0.lostAfter=6\n");
    }

    @Test
    void gpu_lostFromTheStart_isCountedAndUnhealthy() throws Exception {
        installed(2);
        check("lostFromTheStart", gpus(2) + "nvml.gpu.0.lost=1\n");
    }

    @Test
    void gpu_withFaults_isUnhealthyWithAFindingForEach() throws Exception {
        installed(1);
        kernel.log(
                """
                <6>[    1.000000] nvidia: loading out-of-tree module taints kernel.
                <4>[  100.000000] NVRM: Xid (PCI:0000:3b:00): 31, pid=7, name=python, Ch 00000008
                <4>[  101.000000] NVRM: Xid (PCI:0000:ff:00): 48, another
                <4>[  102.000000] NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, \
                GPU has fallen off the bus.
                """);
        check(
                "unhealthy",
                gpus(1)
                        + """
                        gpu.0.ecc=1
                        gpu.0.ecc.uncorrected=2
                        gpu.0.remap.pending=1
                        gpu.0.remap.failed=1
                        gpu.0.throttle=0x48
                        """);
    }

    @Test
    void nvml_lyingAboutMemory_isAFinding() throws Exception {
        installed(1);
        check("nvmlLiesAboutMemory", gpus(1) + "nvml.gpu.0.memory=171041619968\n");
    }

    @Test
    void nvml_lyingAboutUuidAndName_isAFindingEach() throws Exception {
        installed(1);
        check(
                "nvmlLiesAboutUuidAndName",
                gpus(1)
                        + "nvml.gpu.0.uuid=GPU-ffffffff-1111-2222-3333-444444444444\n"
                        + "nvml.gpu.0.name=NVIDIA H200\n");
    }

    @Test
    void nvml_countingAGpuTooMany_isAFinding() throws Exception {
        installed(1);
        check("nvmlLiesAboutCount", gpus(2) + "cuda.gpus=1\n");
    }

    @Test
    void nvml_countingAGpuTooFew_isAFinding() throws Exception {
        installed(2);
        check("cudaSeesMore", gpus(2) + "nvml.gpus=1\n");
    }

    @Test
    void gpu_notInCudaVisibleDevices_isHiddenAndNotBroken() throws Exception {
        installed(2);
        check(driver, "hidden", gpus(2), Map.of("CUDA_VISIBLE_DEVICES", "GPU-00000001"));
    }

    /** Where the driver's files are masked too, and where they are those of the whole machine. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void gpu_thatAContainerWasNotGiven_isHiddenAndNotBroken(boolean masked) throws Exception {
        installed(1);
        kernel.minor(address(0), 0).node(0).pci(address(1), 0x10de, 0x2330, 0x030200, "nvidia");
        if (!masked) {
            kernel.proc(address(1), MODEL, FakeDriver.uuid(1), "No").minor(address(1), 1);
        }
        check("givenTheFirst", gpus(1));
    }

    @Test
    void gpus_besideAMigInstance_areHiddenAndNotBroken() throws Exception {
        installed(3);
        check(
                "besideAnInstance",
                gpus(3)
                        + """
                        gpu.1.mig=1
                        gpu.1.mig.instances=1
                        gpu.2.mig=1
                        gpu.2.mig.instances=1
                        """);
    }

    @Test
    void gpu_passedOnByAHypervisor_isReadyWithAWarning() throws Exception {
        kernel.pci("d2a1:00:00.0", 0x1414, 0x008e, 0x030200, "dxgkrnl");
        check("paravirtual", gpus(1));
    }

    @Test
    void everyGpu_hiddenByAnEmptyVariable_isHidden() throws Exception {
        installed(1);
        check(driver, "allHidden", gpus(1), Map.of("CUDA_VISIBLE_DEVICES", ""));
    }

    @Test
    void device_thatCudaCannotDescribe_doesNotHideTheOthers() throws Exception {
        installed(2);
        check("deviceThatCudaCannotDescribe", gpus(2) + "gpu.0.fail.cuDeviceTotalMem_v2=999\n");
    }
}
