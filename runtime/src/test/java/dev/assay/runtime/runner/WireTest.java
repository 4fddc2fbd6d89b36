package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;

import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.runtime.TestPackages;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

final class WireTest {
    private static final int MAX = Wire.LEAST_FRAME_BYTES;

    @Test
    void messages_sent_areReceivedAsTheyWere() throws Exception {
        Digest digest = Digest.sha256(new byte[] {1});
        List<Message> messages =
                List.of(
                        new Message.Load("/a/модель.json", "/b/weights"),
                        new Message.Unload(3),
                        new Message.Ready(1),
                        new Message.Loaded(4, digest),
                        new Message.Unloaded(),
                        new Message.Begin(3),
                        new Message.LoadScript("/c/model.pt"),
                        new Message.Begun(),
                        new Message.Failed(Code.UNSUPPORTED, "why"));
        for (Message message : messages) {
            assertThat(received(sent(message))).isEqualTo(message);
        }
    }

    @Test
    void tensors_sent_areReceivedBitForBit() throws Exception {
        Tensor tensor = TestPackages.random(1, 3, 1, 5);
        tensor.values()[0] = -0f;
        tensor.values()[1] = Float.NEGATIVE_INFINITY;
        Digest digest = Digest.sha256(new byte[] {2});
        Message.Run run =
                (Message.Run) received(sent(new Message.Run(7, true, List.of(tensor, tensor))));
        assertThat(run.model()).isEqualTo(7);
        assertThat(run.traced()).isTrue();
        assertThat(run.inputs()).hasSize(2).allMatch(tensor::sameBits);
        Message.Result result =
                (Message.Result)
                        received(sent(new Message.Result(List.of(digest), List.of(tensor))));
        assertThat(result.trace()).containsExactly(digest);
        assertThat(result.outputs()).hasSize(1).allMatch(tensor::sameBits);
    }

    @Test
    void send_moreThanAFrame_sendsNothing() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Wire wire = new Wire(InputStream.nullInputStream(), out, MAX);
        Tensor large = TestPackages.random(1, MAX / 4, 1);
        assertThatThrownBy(() -> wire.send(new Message.Run(1, false, List.of(large))))
                .isInstanceOf(TooLargeException.class);
        assertThat(out.size()).isZero();
    }

    @Test
    void receive_oversizedFrame_isRefusedBeforeItIsRead() {
        byte[] announced = ByteBuffer.allocate(5).putInt(MAX + 1).array();
        assertRefused(announced, "65537 bytes is announced");
        assertRefused(ByteBuffer.allocate(5).putInt(-1).array(), "4294967295 bytes");
        assertRefused(ByteBuffer.allocate(5).putInt(0).array(), "a frame of 0 bytes");
    }

    @Test
    void receive_text_isRefused() {
        assertRefused("OpenBLAS warning\n".getBytes(StandardCharsets.UTF_8), "is announced");
        assertThat(ByteBuffer.wrap(new byte[] {'\t', 0, 0, 0}).getInt())
                .isGreaterThan(Wire.MOST_FRAME_BYTES);
    }

    @Test
    void receive_malformedFrames_areRefused() throws Exception {
        assertRefused(new byte[] {0, 0, 0, 1, 99}, "unknown kind 99");
        assertRefused(new byte[] {0, 0, 0, 2, 19, 0}, "left over");
        byte[] listTooLong = {0, 0, 0, 9, 18, 127, -1, -1, -1, 0, 0, 0, 0};
        assertRefused(listTooLong, "malformed");
        byte[] tensorTooLarge = {0, 0, 0, 15, 2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 127, 0, 0, 0};
        assertRefused(tensorTooLarge, "malformed");
        assertThatThrownBy(() -> received(new byte[] {0, 0, 0, 9, 1}))
                .isInstanceOf(EOFException.class);
    }

    /** A tensor without axes is five bytes of a frame and two hundred as objects. */
    @Test
    void receive_manySmallTensors_isRefused() throws Exception {
        ByteBuffer few = ByteBuffer.allocate(4 + 9 + 5 * 500);
        few.putInt(9 + 5 * 500).put((byte) 18).putInt(0).putInt(500);
        assertThat(((Message.Result) received(few.array())).outputs()).hasSize(500);
        ByteBuffer many = ByteBuffer.allocate(4 + 9 + 5 * 5_000);
        many.putInt(9 + 5 * 5_000).put((byte) 18).putInt(0).putInt(5_000);
        assertRefused(many.array(), "5000 tensors in 25000 bytes of a frame");
    }

    @Test
    void receive_announcedLength_isNotBelievedBeforeItsBytesCome() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] start = ByteBuffer.allocate(5).putInt(Wire.MOST_FRAME_BYTES).put((byte) 5).array();
        Wire wire =
                new Wire(
                        new ByteArrayInputStream(start),
                        OutputStream.nullOutputStream(),
                        Wire.MOST_FRAME_BYTES);
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(wire::receive).isInstanceOf(EOFException.class);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .isLessThan(Wire.MOST_FRAME_BYTES / 4);
    }

    @Test
    void receive_mutatedFrames_isAMessageOrARefusal() throws Exception {
        Random random = new Random(5);
        byte[] frame = sent(new Message.Run(7, true, List.of(TestPackages.random(1, 2, 3))));
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = frame.clone();
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            try {
                assertThat(received(mutated)).isNotNull();
            } catch (WireException | EOFException e) {
                assertThat(e).isNotNull();
            }
        }
    }

    private static void assertRefused(byte[] bytes, String reason) {
        assertThatThrownBy(() -> received(bytes))
                .isInstanceOf(WireException.class)
                .hasMessageContaining(reason);
    }

    private static byte[] sent(Message message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Wire(InputStream.nullInputStream(), out, MAX).send(message);
        return out.toByteArray();
    }

    private static Message received(byte[] bytes) throws IOException {
        InputStream in = new ByteArrayInputStream(bytes);
        return new Wire(in, OutputStream.nullOutputStream(), MAX).receive();
    }
}
