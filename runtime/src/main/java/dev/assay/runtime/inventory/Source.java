package dev.assay.runtime.inventory;

/**
 * An independent source of facts about this machine's devices. Reading it never throws: that it is
 * not there, or broken, is what there is to know.
 */
@FunctionalInterface
public interface Source<V> {
    Observation<V> observe();
}
