package dev.assay.verification.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.VerificationException;
import dev.assay.verification.dsse.Envelope;

import java.nio.file.Path;

/** Signs with a token's key and prints the envelopes, or the refusal. */
final class TokenProgram {
    private TokenProgram() {}

    public static void main(String[] args) {
        try {
            Token token = Token.open(Path.of(args[0]), _ -> Passphrase.of(args[3].toCharArray()));
            try (token) {
                TokenKey key = token.signingKey(args[2]);
                if (args[1].equals("sign-closed")) {
                    token.close();
                    key.sign(new byte[] {1});
                }
                for (int i = 0; i < 50; i++) {
                    byte[] envelope = Envelope.sign("{}".getBytes(UTF_8), key).bytes();
                    System.out.println(new String(envelope, UTF_8));
                }
            }
        } catch (VerificationException e) {
            System.out.println(e.code() + " " + e.getMessage());
        }
    }
}
