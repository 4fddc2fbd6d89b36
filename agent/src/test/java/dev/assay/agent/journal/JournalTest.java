package dev.assay.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.FakeGpus;
import dev.assay.agent.JournalFile;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an agent can rely on after any crash. */
final class JournalTest {
    private static final LeaseId LEASE = lease(1);
    private static final Bytes PAPER = Bytes.copyOf(new byte[] {1, 2, 3});
    private static final Optional<Cause> NONE = Optional.empty();

    @TempDir private Path folder;
    private Path file;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InstantSource clock = () -> now = now.plusSeconds(1);

    @BeforeEach
    void place() {
        file = folder.resolve("agents").resolve("alder.db");
    }

    private static LeaseId lease(int number) {
        return new LeaseId(Digest.sha256(new byte[] {(byte) number}));
    }

    private Journal open() throws JournalException {
        return Journal.open(file, clock);
    }

    /** What another process finds while the journal is open, as after a kill. */
    private JournalFile found() throws Exception {
        return new JournalFile(file);
    }

    @Test
    void journal_inADirectoryThatIsMissing_isCreatedEmpty() throws Exception {
        try (Journal journal = open()) {
            assertThat(journal.unfinished()).isEmpty();
        }
        assertThat(file).isRegularFile();
    }

    @Test
    void begin_recordsAnAssignedAttempt() throws Exception {
        try (Journal journal = open();
                JournalFile found = found()) {
            journal.begin(LEASE);
            assertThat(found.state(LEASE)).contains(AttemptState.ASSIGNED);
        }
        try (Journal journal = open()) {
            assertThat(journal.unfinished())
                    .containsExactly(
                            new JournaledAttempt(
                                    LEASE, AttemptState.ASSIGNED, NONE, "", Optional.empty()));
        }
    }

    @Test
    void begin_ofALeaseItKnows_isRefusedAndChangesNothing() throws Exception {
        try (Journal journal = open();
                JournalFile found = found()) {
            journal.begin(LEASE);
            journal.state(LEASE, AttemptState.PREPARING, NONE, "");
            assertThatThrownBy(() -> journal.begin(LEASE))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining(file.toString());
            assertThat(found.state(LEASE)).contains(AttemptState.PREPARING);
        }
    }

    @ParameterizedTest
    @EnumSource(AttemptState.class)
    void state_ofEveryKind_survivesReopening(AttemptState state) throws Exception {
        try (Journal journal = open();
                JournalFile found = found()) {
            journal.begin(LEASE);
            journal.state(LEASE, state, Optional.of(Cause.ENGINE), "why");
            assertThat(found.state(LEASE)).contains(state);
        }
        try (Journal journal = open()) {
            assertThat(journal.find(LEASE))
                    .contains(
                            new JournaledAttempt(
                                    LEASE,
                                    state,
                                    Optional.of(Cause.ENGINE),
                                    "why",
                                    Optional.empty()));
            assertThat(journal.unfinished()).hasSize(state.isFinal() ? 0 : 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void cause_ofEveryKind_survivesReopening(Cause cause) throws Exception {
        try (Journal journal = open()) {
            journal.begin(LEASE);
            journal.state(LEASE, AttemptState.FAILED, Optional.of(cause), "");
        }
        try (Journal journal = open()) {
            assertThat(journal.find(LEASE).orElseThrow().cause()).contains(cause);
        }
    }

    @Test
    void receiptAndResult_surviveReopening() throws Exception {
        Bytes second = Bytes.copyOf(new byte[] {4});
        try (Journal journal = open();
                JournalFile found = found()) {
            journal.begin(LEASE);
            journal.receipt(LEASE, 0, PAPER);
            journal.receipt(LEASE, 1, second);
            journal.result(LEASE, PAPER);
            assertThat(found.receipts(LEASE)).containsExactly(PAPER, second);
        }
        try (Journal journal = open();
                JournalFile found = found()) {
            assertThat(found.receipts(LEASE)).containsExactly(PAPER, second);
            assertThat(journal.unfinished().getFirst().result()).contains(PAPER);
        }
    }

    /** Two receipts of one sequence number would be a fork of the chain, signed. */
    @Test
    void receipt_ofASequenceItHas_isRefusedAndTheFirstStays() throws Exception {
        try (Journal journal = open();
                JournalFile found = found()) {
            journal.begin(LEASE);
            journal.begin(lease(2));
            journal.receipt(LEASE, 0, PAPER);
            assertThatThrownBy(() -> journal.receipt(LEASE, 0, Bytes.copyOf(new byte[] {9})))
                    .isInstanceOf(JournalException.class);
            journal.receipt(lease(2), 0, PAPER);
            assertThat(found.receipts(LEASE)).containsExactly(PAPER);
            assertThat(found.receipts(lease(2))).containsExactly(PAPER);
        }
    }

    @Test
    void receipt_ofALeaseItDoesNotKnow_isRefused() throws Exception {
        try (Journal journal = open()) {
            assertThatThrownBy(() -> journal.receipt(LEASE, 0, PAPER))
                    .isInstanceOf(JournalException.class);
        }
    }

    @Test
    void unfinished_ofSeveral_isOldestChangeFirstWithoutThoseThatEnded() throws Exception {
        try (Journal journal = open()) {
            for (int i = 1; i <= 4; i++) {
                journal.begin(lease(i));
            }
            journal.state(lease(1), AttemptState.RUNNING, NONE, "");
            journal.state(lease(2), AttemptState.DONE, NONE, "");
            journal.state(lease(3), AttemptState.FAILED, Optional.of(Cause.BLOB), "gone");
        }
        try (Journal journal = open()) {
            assertThat(journal.unfinished())
                    .extracting(JournaledAttempt::lease)
                    .containsExactly(lease(4), lease(1));
        }
    }

    @Test
    void units_writtenInGroups_areReadInOrder() throws Exception {
        Digest one = Digest.sha256(new byte[] {1});
        Digest two = Digest.sha256(new byte[] {2});
        try (Journal journal = open()) {
            journal.begin(LEASE);
            journal.begin(lease(2));
            journal.finished(LEASE, 0, List.of(one, two));
            journal.finished(lease(2), 0, List.of(two));
            journal.finished(LEASE, 2, List.of(one));
        }
        try (Journal journal = open()) {
            assertThat(journal.finished(LEASE)).containsExactly(one, two, one);
            assertThat(journal.finished(lease(3))).isEmpty();
        }
    }

    /** All of a group or none: a unit that is there already spoils it. */
    @Test
    void unit_writtenTwice_isRefusedWithItsGroup() throws Exception {
        Digest one = Digest.sha256(new byte[] {1});
        try (Journal journal = open()) {
            journal.begin(LEASE);
            journal.finished(LEASE, 2, List.of(one));
            assertThatThrownBy(() -> journal.finished(LEASE, 1, List.of(one, one)))
                    .isInstanceOf(JournalException.class);
            assertThat(journal.finished(LEASE)).containsExactly(one);
        }
    }

    @Test
    void open_ofADirectory_saysWhichFile() {
        file = folder;
        assertCannotOpen();
    }

    @Test
    void open_belowAFile_saysWhichFile() throws IOException {
        Files.writeString(folder.resolve("agents"), "in the way");
        assertCannotOpen();
    }

    @Test
    void open_whereNothingCanBeWritten_saysWhichFile() {
        file = Path.of("/proc/alder.db");
        assertCannotOpen();
    }

    @Test
    void open_ofAFileThatIsNoDatabase_saysWhichFileAndLetsGoOfIt() throws IOException {
        file = folder.resolve("alder.db");
        Files.writeString(file, "these are not the bytes of a database file");
        assertCannotOpen();
        assertThat(openFiles()).doesNotContain(file);
    }

    private void assertCannotOpen() {
        assertThatThrownBy(this::open)
                .isInstanceOf(JournalException.class)
                .hasMessageStartingWith("cannot open the agent's journal " + file + ": ");
    }

    @Test
    void everyWrite_toADiskThatFails_saysWhichFileAndLeavesTheRest() throws Exception {
        try (Journal journal = open();
                JournalFile found = found()) {
            journal.begin(LEASE);
            for (String table : List.of("attempt", "receipt", "unit", "claim")) {
                found.failOn("INSERT ON " + table);
            }
            found.failOn("UPDATE ON attempt");

            assertFails(() -> journal.begin(lease(2)));
            assertFails(() -> journal.state(LEASE, AttemptState.DONE, NONE, ""));
            assertFails(() -> journal.receipt(LEASE, 0, PAPER));
            assertFails(() -> journal.result(LEASE, PAPER));
            assertFails(() -> journal.finished(LEASE, 0, List.of(LEASE.digest())));
            assertFails(() -> journal.claims().open(LEASE, List.of(FakeGpus.gpu(0))));

            assertThat(found.attempts()).isEqualTo(1);
            assertThat(found.state(LEASE)).contains(AttemptState.ASSIGNED);
            assertThat(found.receipts(LEASE)).isEmpty();
            assertThat(found.result(LEASE)).isEmpty();

            found.repair();
            journal.receipt(LEASE, 0, PAPER);
            assertThat(found.receipts(LEASE)).containsExactly(PAPER);
        }
    }

    private interface Write {
        void write() throws JournalException;
    }

    private void assertFails(Write write) {
        assertThatThrownBy(write::write)
                .isInstanceOf(JournalException.class)
                .hasMessageStartingWith("the agent's journal " + file + " failed: ")
                .hasMessageContaining(JournalFile.INJECTED);
    }

    @Test
    void close_letsGoOfTheFile() throws Exception {
        Journal journal = open();
        journal.begin(LEASE);
        assertThat(openFiles()).contains(file);
        journal.close();
        assertThat(openFiles()).doesNotContain(file);
        assertThat(file.resolveSibling(file.getFileName() + "-wal")).doesNotExist();
    }

    @Test
    void everything_afterClose_fails() throws Exception {
        Journal journal = open();
        journal.begin(LEASE);
        journal.close();
        journal.close();
        assertThatThrownBy(() -> journal.begin(lease(2))).isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> journal.state(LEASE, AttemptState.DONE, NONE, ""))
                .isInstanceOf(JournalException.class);
        assertThatThrownBy(journal::unfinished).isInstanceOf(JournalException.class);
        try (JournalFile found = found()) {
            assertThat(found.state(LEASE)).contains(AttemptState.ASSIGNED);
        }
    }

    /** The files that this process holds open. */
    private static List<Path> openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(Files::isSymbolicLink).map(JournalTest::target).toList();
        }
    }

    private static Path target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (IOException e) {
            return descriptor; // closed since it was listed
        }
    }
}
