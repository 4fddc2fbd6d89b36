package dev.assay.benchmarks.exact;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The most fp32 fused multiply-adds that one core of this machine does from registers alone: the
 * ceiling that any matrix product's speed is read against.
 */
final class FmaPeak {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    private static final int STEPS = 1 << 16;
    private static final long TURN_NANOS = 300_000_000L;
    private static final int TURNS = 5;

    private FmaPeak() {}

    /** GFLOP/s of one core, the best of a few turns after as long a warm-up. */
    static double gflops() {
        double best = 0;
        float sink = 0;
        for (int turn = 0; turn < 2 * TURNS; turn++) {
            long begin = System.nanoTime();
            long calls = 0;
            while (System.nanoTime() - begin < TURN_NANOS) {
                sink += chains(1e-9f * calls);
                calls++;
            }
            double flops = 2.0 * LANES.length() * CHAINS * STEPS * calls;
            if (turn >= TURNS) {
                best = Math.max(best, flops / (System.nanoTime() - begin));
            }
        }
        if (Float.isNaN(sink)) {
            throw new AssertionError("the chains stay finite");
        }
        return best;
    }

    /** Independent chains of fused multiply-adds, enough to hide the latency of each. */
    private static float chains(float start) {
        FloatVector x = FloatVector.broadcast(LANES, 0.5f);
        FloatVector y = FloatVector.broadcast(LANES, start);
        FloatVector a = y;
        FloatVector b = y;
        FloatVector c = y;
        FloatVector d = y;
        FloatVector e = y;
        FloatVector f = y;
        FloatVector g = y;
        FloatVector h = y;
        FloatVector i = y;
        FloatVector j = y;
        FloatVector k = y;
        FloatVector l = y;
        for (int step = 0; step < STEPS; step++) {
            a = a.fma(x, y);
            b = b.fma(x, y);
            c = c.fma(x, y);
            d = d.fma(x, y);
            e = e.fma(x, y);
            f = f.fma(x, y);
            g = g.fma(x, y);
            h = h.fma(x, y);
            i = i.fma(x, y);
            j = j.fma(x, y);
            k = k.fma(x, y);
            l = l.fma(x, y);
        }
        FloatVector sum = a.add(b).add(c).add(d).add(e).add(f);
        return sum.add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
    }
}
