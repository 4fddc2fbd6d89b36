import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats the project's Java files with google-java-format, or checks that they are formatted:
 * {@code java tools/Format.java check|write}, from the root directory, with google-java-format on
 * the class path.
 */
public final class Format {
    private Format() {}

    public static void main(String[] args) throws IOException, FormatterException {
        boolean write = args.length == 1 && args[0].equals("write");
        Formatter formatter =
                new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());
        List<Path> unformatted = new ArrayList<>();
        for (Path file : sources()) {
            String source = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            if (!formatted.equals(source)) {
                unformatted.add(file);
                if (write) {
                    Files.writeString(file, formatted);
                }
            }
        }
        if (!write && !unformatted.isEmpty()) {
            unformatted.forEach(file -> System.err.println("not formatted: " + file));
            System.err.println("run: mvn -N verify -Dformat=write");
            System.exit(1);
        }
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(""))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().matches("(.*/)?(target|\\.[^/]+)/.*"))
                    .sorted()
                    .toList();
        }
    }
}
