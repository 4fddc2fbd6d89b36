package dev.assay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.jobs.Engines;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Resources;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.exact.ExactEngine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Exact engines that write down when they and their models are opened and closed, and fail where a
 * test wants it.
 */
public final class FakeEngines implements Engines {
    /** Something that happens at a place; it may throw. */
    @FunctionalInterface
    public interface Step {
        void take() throws EngineException;
    }

    private static final Step NOTHING = () -> {};

    /**
     * What was opened and closed, in order: {@code open}, {@code load}, {@code unload}, {@code
     * close}.
     */
    public final List<String> steps = new CopyOnWriteArrayList<>();

    /** The engines that bids were made for, in order. */
    public final List<EngineName> expected = new CopyOnWriteArrayList<>();

    public volatile Step beforeOpen = NOTHING;
    public volatile Step beforeLoad = NOTHING;
    public volatile Step beforeUnit = NOTHING;
    public volatile Step atUnload = NOTHING;

    /** The GPUs that each engine was opened with. */
    public final List<List<GpuId>> gpus = new CopyOnWriteArrayList<>();

    /** How often it was asked to end what an earlier process left. */
    public final AtomicInteger leftoversEnded = new AtomicInteger();

    /** Nothing was opened, or all that was opened is closed. */
    public void assertClosed() {
        assertThat(steps).isIn(List.of(), List.of("open", "load", "unload", "close"));
    }

    @Override
    public List<Long> endLeftovers() {
        leftoversEnded.incrementAndGet();
        return List.of();
    }

    @Override
    public Engine open(EngineName name, Resources resources, List<GpuId> claimed)
            throws EngineException {
        gpus.add(claimed);
        beforeOpen.take();
        steps.add("open");
        return new FakeEngine(new ExactEngine(resources.cpu()));
    }

    @Override
    public void expect(EngineName name) {
        expected.add(name);
    }

    private final class FakeEngine implements Engine {
        private final ExactEngine engine;

        FakeEngine(ExactEngine engine) {
            this.engine = engine;
        }

        @Override
        public String name() {
            return engine.name();
        }

        @Override
        public LoadedModel load(ModelPackage model) throws EngineException {
            beforeLoad.take();
            LoadedModel loaded = engine.load(model);
            steps.add("load");
            return new FakeModel(loaded);
        }

        @Override
        public LoadedModel load(Graph graph, Map<String, Tensor> weights) throws EngineException {
            beforeLoad.take();
            LoadedModel loaded = engine.load(graph, weights);
            steps.add("load");
            return new FakeModel(loaded);
        }

        @Override
        public void close() {
            steps.add("close");
            engine.close();
        }
    }

    private final class FakeModel implements LoadedModel {
        private final LoadedModel model;

        FakeModel(LoadedModel model) {
            this.model = model;
        }

        @Override
        public List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException {
            beforeUnit.take();
            return model.run(inputs, trace);
        }

        @Override
        public void close() {
            steps.add("unload");
            model.close();
            try {
                atUnload.take();
            } catch (EngineException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
