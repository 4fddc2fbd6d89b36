package dev.assay.runtime.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of workspaces lie, and whether the file system itself bounds them. */
public interface WorkspaceDisk {
    /** Whether writes past the size fail; else the watchdog ends containers that are past it. */
    boolean bounded();

    /** Makes an empty folder for about {@code bytes} bytes in {@code files} files. */
    void make(Path folder, long bytes, int files) throws IOException;

    /** Removes the folder and all in it; none is fine. */
    void remove(Path folder) throws IOException;

    /** Plain folders: nothing bounds them but the watchdog. */
    static WorkspaceDisk plain() {
        return new WorkspaceDisk() {
            @Override
            public boolean bounded() {
                return false;
            }

            @Override
            public void make(Path folder, long bytes, int files) throws IOException {
                Files.createDirectory(folder);
            }

            @Override
            public void remove(Path folder) throws IOException {
                FileTree.remove(folder);
            }
        };
    }
}
