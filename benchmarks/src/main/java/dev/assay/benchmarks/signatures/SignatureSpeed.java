package dev.assay.benchmarks.signatures;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifyingKey;

import org.bouncycastle.jce.provider.BouncyCastleProvider;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ECDSA on P-256 over messages as long as a receipt, on one thread: ours (deterministic, low s),
 * the JDK's SunEC, and Bouncy Castle through the JCA. One key signs all messages, one key checks
 * all of them. Rates are medians over alternating rounds, by the thread's processor time, so that
 * they are a core's, and by the clock. Arguments: rounds, result file.
 */
public final class SignatureSpeed {
    private static final int MESSAGE_BYTES = 700;
    private static final int CALLS = 2000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Something that is done again and again, each time to another message. */
    private interface Call {
        void to(byte[] message) throws GeneralSecurityException, VerificationException;
    }

    private record Rate(double perCoreSecond, double perSecond) {}

    private SignatureSpeed() {}

    public static void main(String[] args)
            throws GeneralSecurityException, VerificationException, IOException {
        Map<String, Call> calls = new LinkedHashMap<>();
        ours(calls);
        Provider sunEc = Security.getProvider("SunEC");
        theirs("sunEc", sunEc, "SHA256withECDSA", calls);
        theirs("bouncyCastleJca", new BouncyCastleProvider(), "SHA256withECDSA", calls);
        theirs(
                "bouncyCastleJcaDeterministic",
                new BouncyCastleProvider(),
                "SHA256WITHECDDSA",
                calls);
        int rounds = Integer.parseInt(args[0]);
        Map<String, List<Rate>> rates = new LinkedHashMap<>();
        for (int round = -2; round < rounds; round++) {
            for (Map.Entry<String, Call> call : calls.entrySet()) {
                Rate rate = rate(call.getValue(), round);
                if (round >= 0) {
                    rates.computeIfAbsent(call.getKey(), _ -> new ArrayList<>()).add(rate);
                }
            }
        }
        ObjectNode figures =
                CanonicalJson.object().put("rounds", rounds).put("messageBytes", MESSAGE_BYTES);
        rates.forEach(
                (name, all) ->
                        figures.putObject(name)
                                .put("perCoreSecond", median(all, true))
                                .put("perSecond", median(all, false)));
        System.out.println(figures.toPrettyString());
        ResultFile.write(Path.of(args[1]), "benchmarks/run.sh signatures", figures);
    }

    private static void ours(Map<String, Call> calls) throws VerificationException {
        SigningKey key = SigningKey.create(new SecureRandom());
        VerifyingKey parsed = VerifyingKey.parse(key.verifyingKey().spki());
        byte[] signed = new byte[MESSAGE_BYTES];
        dev.assay.verification.crypto.Signature signature = key.sign(signed);
        calls.put("assay.sign", key::sign);
        calls.put("assay.verify", _ -> parsed.verify(signed, signature));
    }

    private static void theirs(
            String name, Provider provider, String algorithm, Map<String, Call> calls)
            throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        Signature signer = Signature.getInstance(algorithm, provider);
        signer.initSign(pair.getPrivate());
        byte[] signed = new byte[MESSAGE_BYTES];
        signer.update(signed);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm, provider);
        verifier.initVerify(pair.getPublic());
        calls.put(
                name + ".sign",
                message -> {
                    signer.update(message);
                    signer.sign();
                });
        calls.put(
                name + ".verify",
                _ -> {
                    verifier.update(signed);
                    if (!verifier.verify(signature)) {
                        throw new GeneralSecurityException(name + " does not verify itself");
                    }
                });
    }

    private static Rate rate(Call call, int round)
            throws GeneralSecurityException, VerificationException {
        byte[] message = new byte[MESSAGE_BYTES];
        long processor = THREADS.getCurrentThreadCpuTime();
        long clock = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            ByteBuffer.wrap(message).putInt(round).putInt(i);
            call.to(message);
        }
        return new Rate(
                CALLS * 1e9 / (THREADS.getCurrentThreadCpuTime() - processor),
                CALLS * 1e9 / (System.nanoTime() - clock));
    }

    private static double median(List<Rate> rates, boolean perCore) {
        return ResultFile.rounded(
                ResultFile.median(
                        rates.stream()
                                .mapToDouble(
                                        rate -> perCore ? rate.perCoreSecond() : rate.perSecond())
                                .toArray()));
    }
}
