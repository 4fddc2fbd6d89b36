package dev.assay.protocol.rpc;

import dev.assay.protocol.market.AgentService.MarketListener;
import dev.assay.protocol.market.MarketMessage;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Records what the market says; {@code reaction} runs at each message. */
final class FakeListener implements MarketListener {
    final BlockingQueue<MarketMessage> received = new LinkedBlockingQueue<>();
    final BlockingQueue<String> disconnected = new LinkedBlockingQueue<>();
    volatile Consumer<MarketMessage> reaction = _ -> {};

    @Override
    public void received(MarketMessage message) {
        received.add(message);
        reaction.accept(message);
    }

    @Override
    public void disconnected(String reason) {
        disconnected.add(reason);
    }
}
