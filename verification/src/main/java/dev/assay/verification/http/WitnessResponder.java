package dev.assay.verification.http;

import com.sun.net.httpserver.HttpExchange;

import dev.assay.verification.VerificationException;
import dev.assay.verification.witness.AddCheckpoint;
import dev.assay.verification.witness.Witness;
import dev.assay.verification.witness.WitnessAnswer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Serves a witness (C2SP tlog-witness). */
final class WitnessResponder implements HttpHost.Responder {
    private final Witness witness;

    WitnessResponder(Witness witness) {
        this.witness = witness;
    }

    @Override
    public Response respond(HttpExchange request) throws IOException {
        if (!request.getRequestURI().getRawPath().equals("/add-checkpoint")) {
            return Response.text(404, "not found");
        }
        if (!request.getRequestMethod().equals("POST")) {
            return Response.text(405, "only POST").with("Allow", "POST");
        }
        byte[] body = request.getRequestBody().readNBytes(AddCheckpoint.MAX_BYTES + 1);
        try {
            return response(witness.answer(body));
        } catch (VerificationException e) {
            return Response.failed("the checkpoint could not be kept, and was not cosigned", e);
        }
    }

    private static Response response(WitnessAnswer answer) {
        return switch (answer) {
            case WitnessAnswer.Cosigned cosigned ->
                    Response.of(
                            answer.status(),
                            "text/plain; charset=utf-8",
                            cosigned.signature().line().getBytes(StandardCharsets.UTF_8));
            case WitnessAnswer.Conflict conflict ->
                    Response.of(
                            answer.status(),
                            "text/x.tlog.size",
                            (conflict.size() + "\n").getBytes(StandardCharsets.US_ASCII));
            case WitnessAnswer.Malformed malformed ->
                    Response.text(answer.status(), malformed.why());
            case WitnessAnswer.NotSigned notSigned ->
                    Response.text(answer.status(), notSigned.why());
            case WitnessAnswer.UnknownLog unknown ->
                    Response.text(answer.status(), "log " + unknown.origin() + " is not followed");
            case WitnessAnswer.NotConsistent not -> Response.text(answer.status(), not.why());
        };
    }
}
