package dev.assay.market.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A book in memory: the oracle for the one in the database. */
public final class MemoryBook implements Book {
    final Map<Holding, Long> balances = new HashMap<>();
    final List<Transfer> transfers = new ArrayList<>();

    @Override
    public long balance(Holding holding) {
        return balances.getOrDefault(holding, 0L);
    }

    @Override
    public void enter(Transfer transfer, long fromBalance, long toBalance) {
        transfers.add(transfer);
        balances.put(new Holding(transfer.from(), transfer.denom()), fromBalance);
        balances.put(new Holding(transfer.to(), transfer.denom()), toBalance);
    }

    @Override
    public List<Transfer> transfers() {
        return List.copyOf(transfers);
    }

    @Override
    public List<Transfer> transfers(Citation cause) {
        return transfers.stream().filter(transfer -> transfer.cause().equals(cause)).toList();
    }

    @Override
    public Map<Holding, Long> balances() {
        return Map.copyOf(balances);
    }
}
