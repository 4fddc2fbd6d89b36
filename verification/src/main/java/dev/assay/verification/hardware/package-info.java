/**
 * Evidence from hardware: TPM 2.0 quotes, SEV-SNP and TDX reports, NVIDIA GPU reports. Read and
 * verified offline, with the JDK alone; docs/hardware-evidence.md says what each proves.
 */
@NullMarked
package dev.assay.verification.hardware;

import org.jspecify.annotations.NullMarked;
