package dev.assay.protocol.rpc;

import static dev.assay.protocol.rpc.ValueCodec.OUTPUT_STREAM;
import static dev.assay.protocol.rpc.ValueCodec.bytes;
import static dev.assay.protocol.rpc.ValueCodec.in;
import static dev.assay.protocol.rpc.ValueCodec.instant;

import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.rpc.proto.Wire;

/** What a tenant sees and does while its containers run, to protobuf and back. */
final class LiveCodec {
    private LiveCodec() {}

    static Wire.Output write(Output output) {
        return Wire.Output.newBuilder()
                .addAllLines(output.lines().stream().map(LiveCodec::line).toList())
                .setDropped(output.dropped())
                .build();
    }

    static Output read(Wire.Output wire) {
        return in(
                "output",
                () ->
                        new Output(
                                wire.getLinesList().stream().map(LiveCodec::line).toList(),
                                wire.getDropped()));
    }

    private static Wire.OutputLine line(OutputLine line) {
        return Wire.OutputLine.newBuilder()
                .setIndex(line.index())
                .setStream(OUTPUT_STREAM.write(line.stream()))
                .setTime(ValueCodec.write(line.time()))
                .setText(line.text())
                .build();
    }

    private static OutputLine line(Wire.OutputLine wire) {
        return new OutputLine(
                wire.getIndex(),
                OUTPUT_STREAM.read("stream", wire.getStream()),
                instant("time", wire.getTime()),
                wire.getText());
    }

    static Wire.ShellRequest write(ShellRequest request) {
        return Wire.ShellRequest.newBuilder()
                .setIndex(request.index())
                .addAllCommand(request.command())
                .setColumns(request.columns())
                .setRows(request.rows())
                .build();
    }

    static ShellRequest read(Wire.ShellRequest wire) {
        return in(
                "request",
                () ->
                        new ShellRequest(
                                wire.getIndex(),
                                wire.getCommandList(),
                                wire.getColumns(),
                                wire.getRows()));
    }

    static Wire.ShellInput write(ShellInput input) {
        Wire.ShellInput.Builder wire = Wire.ShellInput.newBuilder();
        switch (input) {
            case ShellInput.Typed typed -> wire.setTyped(ValueCodec.write(typed.bytes()));
            case ShellInput.Resized resized ->
                    wire.getResizedBuilder().setColumns(resized.columns()).setRows(resized.rows());
            case ShellInput.Taken taken -> wire.setTaken(taken.frames());
            case ShellInput.HungUp _ -> wire.setHungUp(Wire.ShellInput.HungUp.getDefaultInstance());
        }
        return wire.build();
    }

    static ShellInput read(Wire.ShellInput wire) {
        return in(
                "input." + wire.getInputCase(),
                () ->
                        switch (wire.getInputCase()) {
                            case TYPED -> new ShellInput.Typed(bytes(wire.getTyped()));
                            case RESIZED ->
                                    new ShellInput.Resized(
                                            wire.getResized().getColumns(),
                                            wire.getResized().getRows());
                            case TAKEN -> new ShellInput.Taken(wire.getTaken());
                            case HUNG_UP -> new ShellInput.HungUp();
                            case INPUT_NOT_SET -> throw unknown();
                        });
    }

    static Wire.ShellOutput write(ShellOutput output) {
        Wire.ShellOutput.Builder wire = Wire.ShellOutput.newBuilder();
        switch (output) {
            case ShellOutput.Opened _ ->
                    wire.setOpened(Wire.ShellOutput.Opened.getDefaultInstance());
            case ShellOutput.Written written -> wire.setWritten(ValueCodec.write(written.bytes()));
            case ShellOutput.Taken taken -> wire.setTaken(taken.frames());
            case ShellOutput.Ended ended ->
                    wire.getEndedBuilder().setExitCode(ended.exitCode()).setDetail(ended.detail());
        }
        return wire.build();
    }

    static ShellOutput read(Wire.ShellOutput wire) {
        return in(
                "output." + wire.getOutputCase(),
                () ->
                        switch (wire.getOutputCase()) {
                            case OPENED -> new ShellOutput.Opened();
                            case WRITTEN -> new ShellOutput.Written(bytes(wire.getWritten()));
                            case TAKEN -> new ShellOutput.Taken(wire.getTaken());
                            case ENDED ->
                                    new ShellOutput.Ended(
                                            wire.getEnded().getExitCode(),
                                            wire.getEnded().getDetail());
                            case OUTPUT_NOT_SET -> throw unknown();
                        });
    }

    private static IllegalArgumentException unknown() {
        return new IllegalArgumentException("no frame of a kind this version knows");
    }
}
