package dev.assay.market.store;

import dev.assay.protocol.market.OrderEvent;

import java.time.Instant;

/** An event and when it happened. */
public record EventRow(Instant at, OrderEvent event) {}
