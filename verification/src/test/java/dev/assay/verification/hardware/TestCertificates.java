package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** An authority of our own, for evidence that no hardware made. */
final class TestCertificates {
    private final AlgorithmIdentifier algorithm;
    private final String hash;
    private static final Date FROM = Date.from(Instant.parse("2020-01-01T00:00:00Z"));
    private static final Date TO = Date.from(Instant.parse("2040-01-01T00:00:00Z"));

    /** What the certificate of a TPM's endorsement key has. */
    static final Map<String, ASN1Encodable> ENDORSEMENT =
            Map.of(
                    Extension.extendedKeyUsage.getId(),
                    new DERSequence(new ASN1ObjectIdentifier("2.23.133.8.1")));

    private final KeyPair rootKey = ecKey("secp384r1");
    private final X509Certificate root;

    TestCertificates() {
        this("1.2.840.10045.4.3.3", "SHA384");
    }

    /** An authority of earlier times. */
    static TestCertificates signingWithSha1() {
        return new TestCertificates("1.2.840.10045.4.1", "SHA1");
    }

    /** An authority that does not say with which hash it signs, as RSASSA-PSS may. */
    static TestCertificates statingNoHash() {
        return new TestCertificates("1.2.840.113549.1.1.10", "SHA384");
    }

    private TestCertificates(String algorithm, String hash) {
        this.algorithm = new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm));
        this.hash = hash;
        root = issue("Test Root", rootKey.getPublic(), "Test Root", true, Map.of());
    }

    X509Certificate root() {
        return root;
    }

    /** A certificate by the root for a key, with extensions by their identifiers. */
    X509Certificate leaf(PublicKey key, Map<String, ASN1Encodable> extensions) {
        return issue("Test Leaf", key, "Test Root", false, extensions);
    }

    static KeyPair ecKey(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A signature of r and s, one after another. */
    static byte[] sign(KeyPair key, String algorithm, byte[] bytes) {
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key.getPrivate());
            signer.update(bytes);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String pem(X509Certificate certificate) {
        byte[] der = Samples.der(List.of(certificate)).getFirst().toArray();
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }

    private X509Certificate issue(
            String subject,
            PublicKey key,
            String issuer,
            boolean isAuthority,
            Map<String, ASN1Encodable> more) {
        V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
        generator.setSerialNumber(new ASN1Integer(BigInteger.ONE));
        generator.setIssuer(new X500Name("CN=" + issuer));
        generator.setSubject(new X500Name("CN=" + subject));
        generator.setStartDate(new Time(FROM));
        generator.setEndDate(new Time(TO));
        generator.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        generator.setSignature(algorithm);
        generator.setExtensions(extensions(isAuthority, more));
        try {
            TBSCertificate signed = generator.generateTBSCertificate();
            ASN1EncodableVector certificate = new ASN1EncodableVector();
            certificate.add(signed);
            certificate.add(algorithm);
            certificate.add(
                    new DERBitString(sign(rootKey, hash + "withECDSA", signed.getEncoded("DER"))));
            return Certificates.fromDer(
                            "test",
                            List.of(Bytes.copyOf(new DERSequence(certificate).getEncoded("DER"))))
                    .getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (VerificationException e) {
            throw new AssertionError(e);
        }
    }

    private static Extensions extensions(boolean isAuthority, Map<String, ASN1Encodable> more) {
        ExtensionsGenerator generator = new ExtensionsGenerator();
        try {
            generator.addExtension(
                    Extension.basicConstraints, true, new BasicConstraints(isAuthority));
            for (Map.Entry<String, ASN1Encodable> extension : more.entrySet()) {
                ASN1ObjectIdentifier id = new ASN1ObjectIdentifier(extension.getKey());
                if (extension.getValue() instanceof DEROctetString raw) {
                    generator.addExtension(id, false, raw.getOctets());
                } else {
                    generator.addExtension(id, false, extension.getValue());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return generator.generate();
    }
}
