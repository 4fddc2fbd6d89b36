package dev.assay.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.assay.verification.VerificationException.Code;

import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Assertions that something is refused for the right reason. */
public final class Refusals {
    private Refusals() {}

    /** Asserts the code of the refusal; its message remains to be asserted. */
    public static AbstractStringAssert<?> assertRefused(Code code, ThrowingCallable attempt) {
        Throwable thrown = catchThrowable(attempt);
        assertThat(thrown).isInstanceOf(VerificationException.class);
        assertThat(((VerificationException) thrown).code()).as(thrown.getMessage()).isEqualTo(code);
        return assertThat(thrown.getMessage());
    }
}
