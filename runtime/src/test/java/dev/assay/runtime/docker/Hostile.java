package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program that means harm: {@code hostile KIND}, in C so that nothing slows it down. */
final class Hostile {
    private static final String SOURCE =
            """
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <sched.h>
            #include <signal.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/mount.h>
            #include <sys/mman.h>
            #include <sys/ptrace.h>
            #include <sys/reboot.h>
            #include <sys/stat.h>
            #include <sys/socket.h>
            #include <sys/syscall.h>
            #include <sys/sysmacros.h>
            #include <unistd.h>

            static void said(const char *what, long result) {
              printf("%s %s\\n", what, result < 0 ? "refused" : "ALLOWED");
            }

            int main(int argc, char **argv) {
              const char *kind = argv[1];
              static char block[1 << 20];
              if (!strcmp(kind, "fork")) {
                for (;;) fork();
              }
              memset(block, 7, sizeof block);
              if (!strcmp(kind, "memory")) {
                for (;;) { char *p = malloc(1 << 20); if (p) memset(p, 1, 1 << 20); }
              } else if (!strcmp(kind, "fill")) {
                int fd = open(argv[2], O_CREAT | O_WRONLY, 0600);
                for (;;) if (write(fd, block, sizeof block) < 0 && errno != EINTR) sleep(1);
              } else if (!strcmp(kind, "deleted")) {
                for (;;) {
                  int fd = open("/assay/scratch/x", O_CREAT | O_WRONLY, 0600);
                  unlink("/assay/scratch/x");
                  for (int i = 0; i < 4; i++) if (write(fd, block, sizeof block) < 0) sleep(1);
                }
              } else if (!strcmp(kind, "mapped")) {
                for (;;) {
                  int fd = open("/assay/scratch/x", O_CREAT | O_RDWR, 0600);
                  unlink("/assay/scratch/x");
                  for (int i = 0; i < 4; i++) if (write(fd, block, sizeof block) < 0) sleep(1);
                  mmap(0, 4 << 20, PROT_READ, MAP_SHARED, fd, 0);
                  close(fd);
                }
              } else if (!strcmp(kind, "files")) {
                for (long i = 0;; i++) {
                  char name[64];
                  snprintf(name, sizeof name, "/assay/out/%ld", i);
                  int fd = open(name, O_CREAT | O_WRONLY, 0600);
                  if (fd < 0) sleep(1); else close(fd);
                }
              } else if (!strcmp(kind, "deep")) {
                chdir("/assay/out");
                for (int i = 0; i < 3000; i++) if (mkdir("dddd", 0700) || chdir("dddd")) break;
                sleep(1000);
              } else if (!strcmp(kind, "stubborn")) {
                for (int s = 1; s < 64; s++) signal(s, SIG_IGN);
                puts("ready"); fflush(stdout);
                for (;;) pause();
              } else if (!strcmp(kind, "kernel")) {
                said("mount", mount("none", "/tmp", "tmpfs", 0, ""));
                said("unshare user", unshare(CLONE_NEWUSER));
                said("unshare net", unshare(CLONE_NEWNET));
                said("reboot", reboot(RB_AUTOBOOT));
                said("swapoff", syscall(SYS_swapoff, "/none") < 0 && errno == EPERM ? -1 : 0);
                said("init_module", syscall(SYS_init_module, 0, 0, "") < 0 && errno == EPERM ? -1 : 0);
                said("bpf", syscall(SYS_bpf, 0, 0, 0) < 0 && errno == EPERM ? -1 : 0);
                said("keyctl", syscall(SYS_keyctl, 0, 0, 0) < 0 && errno == EPERM ? -1 : 0);
                said("raw socket", socket(AF_INET, SOCK_RAW, 1));
                said("packet socket", socket(AF_PACKET, SOCK_RAW, 0));
                said("setuid root", setuid(0));
                said("chroot", chroot("/tmp"));
                said("device", mknod("/assay/scratch/d", S_IFBLK | 0666, makedev(8, 0)));
              }
              return 0;
            }
            """;

    private Hostile() {}

    /** Compiles it, without libraries of its host; without a compiler the test is skipped. */
    static byte[] program(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("hostile.c");
        Path program = folder.resolve("hostile");
        Files.writeString(source, SOURCE);
        Process gcc;
        try {
            gcc =
                    new ProcessBuilder(
                                    List.of(
                                            "gcc",
                                            "-O1",
                                            "-w",
                                            "-static",
                                            "-o",
                                            program.toString(),
                                            source.toString()))
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            return abort("no gcc here: " + e.getMessage());
        }
        String words = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(gcc.waitFor()).as(words).isZero();
        return Files.readAllBytes(program);
    }
}
