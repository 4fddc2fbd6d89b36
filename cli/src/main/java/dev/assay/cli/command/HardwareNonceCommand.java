package dev.assay.cli.command;

import dev.assay.verification.VerificationException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** {@code assay hardware nonce}: what hardware is to sign. */
@Command(
        name = "nonce",
        header = "Print the nonce that hardware is to sign, in hex",
        description = {
            "",
            "Derives 32 bytes from a lease or a statement and a log checkpoint, so that what",
            "hardware signs with them is of that lease, and made after that moment. Fields",
            "of 64 bytes take them first and then 32 zeros."
        })
public final class HardwareNonceCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final NonceOptions nonce = new NonceOptions();

    @Override
    public Integer call() throws VerificationException {
        System.out.println(nonce.derived().value().hex());
        return ExitCode.OK;
    }
}
