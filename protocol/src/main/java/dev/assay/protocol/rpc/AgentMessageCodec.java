package dev.assay.protocol.rpc;

import static dev.assay.protocol.rpc.ValueCodec.ATTEMPT_STATE;
import static dev.assay.protocol.rpc.ValueCodec.CAUSE;
import static dev.assay.protocol.rpc.ValueCodec.amount;
import static dev.assay.protocol.rpc.ValueCodec.bytes;
import static dev.assay.protocol.rpc.ValueCodec.in;
import static dev.assay.protocol.rpc.ValueCodec.lease;
import static dev.assay.protocol.rpc.ValueCodec.order;

import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.rpc.proto.Wire;

import java.util.Optional;

/** What an agent says to the market, to protobuf and back. */
final class AgentMessageCodec {
    private AgentMessageCodec() {}

    static Wire.AgentHello write(AgentHello hello) {
        return Wire.AgentHello.newBuilder()
                .setName(hello.name())
                .setKeyPem(hello.keyPem())
                .setCapacity(ValueCodec.write(hello.capacity()))
                .build();
    }

    static AgentHello read(Wire.AgentHello wire) {
        return in(
                "hello",
                () ->
                        new AgentHello(
                                wire.getName(),
                                wire.getKeyPem(),
                                ValueCodec.resources("capacity", wire.getCapacity())));
    }

    static Wire.AgentMessage write(AgentMessage message) {
        Wire.AgentMessage.Builder wire = Wire.AgentMessage.newBuilder();
        switch (message) {
            case AgentMessage.PlaceBid m ->
                    wire.getPlaceBidBuilder()
                            .setOrder(ValueCodec.write(m.order().digest()))
                            .setRateMicros(m.rate().micros());
            case AgentMessage.Decline m ->
                    wire.getDeclineBuilder()
                            .setOrder(ValueCodec.write(m.order().digest()))
                            .setReason(m.reason());
            case AgentMessage.ReportAttempt m -> wire.setReportAttempt(reportAttempt(m));
            case AgentMessage.ReportProgress m ->
                    wire.getReportProgressBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setProgress(ValueCodec.write(m.progress()));
            case AgentMessage.ReportFetch m ->
                    wire.getReportFetchBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setDoneBytes(m.doneBytes())
                            .setTotalBytes(m.totalBytes());
            case AgentMessage.ReportOutput m ->
                    wire.getReportOutputBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setOutput(LiveCodec.write(m.output()));
            case AgentMessage.ReportShell m ->
                    wire.getReportShellBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setSession(m.session())
                            .setOutput(LiveCodec.write(m.output()));
            case AgentMessage.SubmitReceipt m ->
                    wire.getSubmitReceiptBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setEnvelope(ValueCodec.write(m.envelope()));
            case AgentMessage.SubmitResult m ->
                    wire.getSubmitResultBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setEnvelope(ValueCodec.write(m.envelope()));
        }
        return wire.build();
    }

    static AgentMessage read(Wire.AgentMessage wire) {
        return in(
                "message." + wire.getMessageCase(),
                () ->
                        switch (wire.getMessageCase()) {
                            case PLACE_BID -> placeBid(wire.getPlaceBid());
                            case DECLINE -> decline(wire.getDecline());
                            case REPORT_ATTEMPT -> reportAttempt(wire.getReportAttempt());
                            case REPORT_PROGRESS -> reportProgress(wire.getReportProgress());
                            case REPORT_FETCH -> reportFetch(wire.getReportFetch());
                            case REPORT_OUTPUT ->
                                    new AgentMessage.ReportOutput(
                                            lease("lease", wire.getReportOutput().getLease()),
                                            LiveCodec.read(wire.getReportOutput().getOutput()));
                            case REPORT_SHELL ->
                                    new AgentMessage.ReportShell(
                                            lease("lease", wire.getReportShell().getLease()),
                                            wire.getReportShell().getSession(),
                                            LiveCodec.read(wire.getReportShell().getOutput()));
                            case SUBMIT_RECEIPT -> submitReceipt(wire.getSubmitReceipt());
                            case SUBMIT_RESULT -> submitResult(wire.getSubmitResult());
                            case MESSAGE_NOT_SET ->
                                    throw new IllegalArgumentException(
                                            "no message of a kind this version knows");
                        });
    }

    private static AgentMessage placeBid(Wire.AgentMessage.PlaceBid wire) {
        return new AgentMessage.PlaceBid(
                order("order", wire.getOrder()), amount("rate_micros", wire.getRateMicros()));
    }

    private static AgentMessage decline(Wire.AgentMessage.Decline wire) {
        return new AgentMessage.Decline(order("order", wire.getOrder()), wire.getReason());
    }

    private static Wire.AgentMessage.ReportAttempt reportAttempt(
            AgentMessage.ReportAttempt message) {
        Wire.AgentMessage.ReportAttempt.Builder wire =
                Wire.AgentMessage.ReportAttempt.newBuilder()
                        .setLease(ValueCodec.write(message.lease().digest()))
                        .setState(ATTEMPT_STATE.write(message.state()))
                        .setDetail(message.detail());
        message.cause().map(CAUSE::write).ifPresent(wire::setCause);
        return wire.build();
    }

    private static AgentMessage reportAttempt(Wire.AgentMessage.ReportAttempt wire) {
        return new AgentMessage.ReportAttempt(
                lease("lease", wire.getLease()),
                ATTEMPT_STATE.read("state", wire.getState()),
                wire.hasCause()
                        ? Optional.of(CAUSE.read("cause", wire.getCause()))
                        : Optional.empty(),
                wire.getDetail());
    }

    private static AgentMessage reportProgress(Wire.AgentMessage.ReportProgress wire) {
        return new AgentMessage.ReportProgress(
                lease("lease", wire.getLease()), ValueCodec.progress(wire.getProgress()));
    }

    private static AgentMessage reportFetch(Wire.AgentMessage.ReportFetch wire) {
        return new AgentMessage.ReportFetch(
                lease("lease", wire.getLease()), wire.getDoneBytes(), wire.getTotalBytes());
    }

    private static AgentMessage submitReceipt(Wire.AgentMessage.SubmitReceipt wire) {
        return new AgentMessage.SubmitReceipt(
                lease("lease", wire.getLease()), bytes(wire.getEnvelope()));
    }

    private static AgentMessage submitResult(Wire.AgentMessage.SubmitResult wire) {
        return new AgentMessage.SubmitResult(
                lease("lease", wire.getLease()), bytes(wire.getEnvelope()));
    }
}
