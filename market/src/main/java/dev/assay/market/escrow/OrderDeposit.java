package dev.assay.market.escrow;

import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.money.MicroAmount;

import java.time.Duration;
import java.time.Instant;

/** The deposit that an order needs: all that its work can cost at the maximum price. */
public final class OrderDeposit {
    private OrderDeposit() {}

    /**
     * The exact deposit of an order. Rows are paid once each; time is paid from the order until its
     * deadline on every device.
     *
     * @throws ArithmeticException if it is more than an amount can hold
     * @throws IllegalArgumentException if there is nothing to pay for
     */
    public static MicroAmount required(JobSpec spec, Instant createdOn, Instant deadline) {
        long quantity =
                switch (spec.maxPrice().unit()) {
                    case THOUSAND_ROWS -> spec.work().totalRows();
                    case GPU_HOUR, CPU_HOUR ->
                            Math.multiplyExact(
                                    Duration.between(createdOn, deadline).toMillis(),
                                    spec.devices());
                };
        if (quantity <= 0) {
            throw new IllegalArgumentException(
                    "the order has nothing that '%s' counts: no device or no time before its deadline"
                            .formatted(spec.maxPrice().unit()));
        }
        return spec.maxPrice().cover(quantity);
    }
}
