package dev.assay.protocol.rpc;

import com.google.protobuf.MessageLite;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Bounds the messages of a channel, both ways: a larger request is refused before it is sent, and a
 * larger reply ends the call. The in-process transport, which hands messages over as objects, then
 * has the same bound as a network's.
 */
final class SizeLimit implements ClientInterceptor {
    /** Size of the largest message, serialised. */
    static final int MAX_BYTES = 2 << 20;

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
            MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void sendMessage(Q message) {
                if (size(message) > MAX_BYTES) {
                    throw Status.RESOURCE_EXHAUSTED
                            .withDescription(excess(message))
                            .asRuntimeException();
                }
                super.sendMessage(message);
            }

            @Override
            public void start(Listener<A> replies, Metadata headers) {
                super.start(bounded(replies, this), headers);
            }
        };
    }

    private static <A> ClientCall.Listener<A> bounded(
            ClientCall.Listener<A> replies, ClientCall<?, A> call) {
        return new SimpleForwardingClientCallListener<>(replies) {
            @Override
            public void onMessage(A message) {
                if (size(message) > MAX_BYTES) {
                    call.cancel(excess(message), null);
                } else {
                    super.onMessage(message);
                }
            }
        };
    }

    private static int size(Object message) {
        return ((MessageLite) message).getSerializedSize();
    }

    private static String excess(Object message) {
        return "a message of " + size(message) + " bytes; at most " + MAX_BYTES + " travel in one";
    }
}
