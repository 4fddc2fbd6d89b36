package dev.assay.cli.command;

import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.keys.KeyMaker;
import dev.assay.cli.keys.Passphrases;
import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.HomeException;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.VerificationException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;

/** {@code assay keys create}: a new key, or one from elsewhere. */
@Command(
        name = "create",
        header = "Make a key, or take one over",
        description = {
            "",
            "Makes a key and keeps it in $ASSAY_HOME/keys, in a file that only you can read,",
            "encrypted with a passphrase (PKCS#8, scrypt, AES-256; openssl opens it).",
            "Nothing that exists is ever replaced. The name says whom the key speaks for:",
            "provider-NAME, tenant-NAME, auditor-NAME, market-NAME; log is the key of the",
            "log. assay run uses provider-alder, tenant, market and log, and asks for their",
            "passphrases when they have any."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay keys create provider-alder",
            "  assay keys create provider-alder --import key.pem",
            "  assay keys create provider-alder --pkcs11 token.cfg --alias alder",
            "  assay keys create -o /media/usb/recovery.pem     a recovery key, to be kept offline"
        })
public final class KeysCreateCommand implements Callable<Integer> {
    static final String NAME = "[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?";

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final NewKeyOptions source = new NewKeyOptions();
    @Mixin private final PassphraseOptions passphrase = new PassphraseOptions();

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "name in the home")
    private @Nullable String name;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "make it in this file instead of the home")
    private @Nullable Path output;

    @Option(names = "--json", description = "report as one JSON object")
    private boolean json;

    @Override
    public Integer call() throws VerificationException, HomeException {
        KeyMaker.Wish wish = source.wish();
        KeyMaker maker = new KeyMaker(passphrase.passphrases(), new SecureRandom());
        if ((name == null) == (output == null)) {
            throw source.mistake("give either a name, such as provider-alder, or -o FILE");
        }
        KeyId id;
        String where;
        if (output != null) {
            id = inFile(maker, wish, output);
            where = output.toAbsolutePath().toString();
        } else {
            where = checkedName();
            id = inHome(maker, wish, where);
        }
        if (json) {
            System.out.println(CanonicalJson.object().put("key", where).put("keyId", id.hex()));
        } else {
            System.out.println("created     " + where);
            System.out.println("id          " + id.hex());
        }
        return ExitCode.OK;
    }

    private String checkedName() {
        if (name == null || !name.matches(NAME)) {
            throw source.mistake(
                    "'" + name + "' is no name for a key: 1 to 63 of a-z, 0-9, '.' and '-'");
        }
        return name;
    }

    private KeyId inFile(KeyMaker maker, KeyMaker.Wish wish, Path file)
            throws VerificationException {
        return switch (wish) {
            case KeyMaker.Generated generated -> maker.generate(file, generated).keyId();
            case KeyMaker.Imported imported -> maker.importInto(file, imported).keyId();
            case KeyMaker.InToken _ ->
                    throw source.mistake("--pkcs11: needs a name in the home, not -o FILE");
        };
    }

    private KeyId inHome(KeyMaker maker, KeyMaker.Wish wish, String keyName)
            throws VerificationException, HomeException {
        Passphrases pins = passphrase.passphrases();
        try (AssayHome home = AssayHome.open(AssayHome.defaultRoot());
                HomeKeys keys = new HomeKeys(home.root(), pins, new SecureRandom())) {
            if (!keyName.equals(HomeKeys.LOG)) {
                return maker.make(keys, keyName, wish).keyId();
            }
            if (!source.plain()) {
                throw source.mistake(
                        "log: the log's key is Ed25519 and made here; leave --import and --pkcs11"
                                + " out");
            }
            return maker.makeLogKey(keys, source.encrypted()).verifyingKey().keyId();
        }
    }
}
