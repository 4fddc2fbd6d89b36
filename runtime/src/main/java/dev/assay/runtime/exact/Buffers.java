package dev.assay.runtime.exact;

import java.util.ArrayList;
import java.util.List;

/** Arrays for the values between operators, kept from run to run. Used by one run at a time. */
final class Buffers {
    private final List<float[]> free = new ArrayList<>();

    /** The smallest free array of at least {@code size} elements, or a new one. */
    float[] take(int size) {
        int best = -1;
        for (int i = 0; i < free.size(); i++) {
            int length = free.get(i).length;
            if (length >= size && (best < 0 || length < free.get(best).length)) {
                best = i;
            }
        }
        return best < 0 ? new float[size] : free.remove(best);
    }

    /** Takes an array back that nobody reads any more. */
    void give(float[] array) {
        free.add(array);
    }

    /** Drops all arrays. */
    void clear() {
        free.clear();
    }
}
