package dev.assay.cli.command;

import picocli.CommandLine.Command;

/** {@code assay hardware}: evidence that hardware signs. */
@Command(
        name = "hardware",
        header = "Check what TPMs, processors and GPUs sign of themselves",
        description = {
            "",
            "Evidence from hardware: quotes of a TPM 2.0, reports of AMD SEV-SNP, quotes of",
            "Intel TDX, reports of NVIDIA GPUs. They are checked offline: signatures,",
            "certificates up to the maker's root, and that they were made for one lease or",
            "statement, and not before a moment. What is not checked is said every time."
        },
        commandListHeading = "%nCommands:%n",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  NONCE=$(assay hardware nonce --lease 3f9a… --checkpoint checkpoint)",
            "  tpm2_quote -c ak.ctx -l sha256:0,7 -q $NONCE -m attest -s signature -o pcrs -F"
                    + " values",
            "  assay hardware pack tpm2-quote attest=attest signature=signature key=ak.pub"
                    + " pcrs=pcrs -o quote.json",
            "  assay hardware check quote.json --lease 3f9a… --checkpoint checkpoint",
            "",
            "docs/hardware-evidence.md says what each kind proves."
        },
        subcommands = {
            HardwareCheckCommand.class,
            HardwareChallengeCommand.class,
            HardwareNonceCommand.class,
            HardwarePackCommand.class
        })
public final class HardwareCommand extends CommandGroup {}
