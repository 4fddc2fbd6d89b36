package dev.assay.market.server;

import dev.assay.market.store.MarketDatabase;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes steps: commits each, then announces it. Used on the state thread. */
final class Steps {
    private final MarketDatabase database;
    private final InstantSource clock;
    private final Watchers watchers;
    private final Agents agents;
    private volatile Optional<MarketException> failure = Optional.empty();

    Steps(MarketDatabase database, InstantSource clock, Watchers watchers, Agents agents) {
        this.database = database;
        this.clock = clock;
        this.watchers = watchers;
        this.agents = agents;
    }

    /** What a step does. */
    @FunctionalInterface
    interface Work {
        void run(Step step) throws MarketException;
    }

    /** Takes a step whole, or not at all when it throws. */
    void take(Work work) throws MarketException {
        List<Runnable> consequences = new ArrayList<>();
        try {
            database.transact(
                    tables -> {
                        Step step = new Step(tables, clock.instant(), watchers, agents);
                        work.run(step);
                        return consequences.addAll(step.consequences());
                    });
        } catch (MarketException e) {
            if (e.code() == Code.UNAVAILABLE) {
                failure = Optional.of(e);
            }
            throw e;
        }
        consequences.forEach(Runnable::run);
    }

    /** Throws when a step could not be kept: what was to happen next may never come. */
    void requireWorking() throws MarketException {
        Optional<MarketException> failed = failure;
        if (failed.isPresent()) {
            throw failed.get();
        }
    }

    /** Reads from one state of the database. */
    <T> T read(MarketDatabase.Work<T> work) throws MarketException {
        return database.transact(work);
    }
}
