package dev.assay.models.pack;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a CSV row becomes one row of a model's input: {@code columns} numbers within bounds, each
 * divided by {@code divisor} in fp32. One more column, when there is one, is the row's true label
 * and is not given to the model.
 */
public record RowFormat(int columns, int minimum, int maximum, int divisor) {
    private static final String FORMAT = "csv";
    private static final int MAX_COLUMNS = 1 << 20;
    private static final int MAX_ROWS = 50_000_000;
    private static final int MAX_LINE = 1 << 20;

    public RowFormat {
        if (columns < 1 || columns > MAX_COLUMNS || minimum > maximum || divisor < 1) {
            throw new IllegalArgumentException(
                    "a row format needs columns ≥ 1, minimum ≤ maximum and divisor ≥ 1");
        }
    }

    /** Rows of so many numbers, which are taken as they are. */
    public static RowFormat ofNumbers(int columns) {
        return new RowFormat(columns, Integer.MIN_VALUE, Integer.MAX_VALUE, 1);
    }

    /**
     * Rows of as many numbers as the first line of a file has columns. That a last column is a
     * label cannot be told from it: it is a number like the others.
     */
    public static RowFormat ofColumns(Path file) throws ModelException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            StringBuilder line = new StringBuilder();
            if (!nextLine(reader, line) || line.length() > MAX_LINE) {
                throw bad(file, 1, "no rows, or one that is too long");
            }
            int columns = 1 + (int) line.chars().filter(c -> c == ',').count();
            return ofNumbers(columns);
        } catch (MalformedInputException e) {
            throw bad(file, 1, "not UTF-8 text");
        } catch (IOException e) {
            throw new ModelException(Code.MISSING, file + ": cannot be read: " + e.getMessage());
        }
    }

    void write(ObjectNode json) {
        json.put("format", FORMAT)
                .put("columns", columns)
                .put("minimum", minimum)
                .put("maximum", maximum)
                .put("divisor", divisor);
    }

    static RowFormat read(JsonFields json) throws JsonException {
        json.text("format", FORMAT);
        RowFormat format =
                new RowFormat(
                        json.integer("columns", 1, MAX_COLUMNS),
                        json.integer("minimum", Integer.MIN_VALUE, Integer.MAX_VALUE),
                        json.integer("maximum", Integer.MIN_VALUE, Integer.MAX_VALUE),
                        json.integer("divisor", 1, Integer.MAX_VALUE));
        json.end();
        return format;
    }

    /**
     * An input file in memory.
     *
     * @param values {@code [rows, columns]}
     * @param labels one true label a row, or none at all
     */
    public record Rows(Tensor values, List<String> labels) {
        public Rows {
            labels = List.copyOf(labels);
        }

        public int count() {
            return values.shape().dim(0);
        }
    }

    /** Reads a whole CSV file; an error names the file, the line and the column. */
    public Rows read(Path file) throws ModelException {
        float[] values = new float[columns];
        List<String> labels = new ArrayList<>();
        int rows = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            StringBuilder text = new StringBuilder();
            while (nextLine(reader, text)) {
                if (rows == MAX_ROWS || text.length() > MAX_LINE) {
                    throw bad(
                            file,
                            rows + 1,
                            "too long: at most "
                                    + MAX_ROWS
                                    + " rows of "
                                    + MAX_LINE
                                    + " characters");
                }
                String line = text.toString();
                if ((rows + 1) * (long) columns > Integer.MAX_VALUE - 8) {
                    throw bad(file, rows + 1, "the input does not fit one tensor; split the file");
                }
                if (values.length < (rows + 1) * columns) {
                    values =
                            Arrays.copyOf(
                                    values,
                                    (int) Math.min(Integer.MAX_VALUE - 8L, values.length * 2L));
                }
                int end = numbers(line, values, rows * columns, file, rows + 1);
                label(line, end, labels, file, rows);
                rows++;
            }
        } catch (MalformedInputException e) {
            throw bad(file, rows + 1, "not UTF-8 text");
        } catch (IOException e) {
            throw new ModelException(Code.MISSING, file + ": cannot be read: " + e.getMessage());
        }
        if (rows == 0) {
            throw new ModelException(
                    Code.BAD_FORMAT, file + ": no rows; an input needs at least one");
        }
        return new Rows(
                Tensor.of(Shape.of(rows, columns), Arrays.copyOf(values, rows * columns)), labels);
    }

    /**
     * Reads the next line into {@code line}, without its end, and never more than one character
     * past {@link #MAX_LINE}; false at the end of the file.
     */
    private static boolean nextLine(BufferedReader reader, StringBuilder line) throws IOException {
        line.setLength(0);
        int c = reader.read();
        if (c < 0) {
            return false;
        }
        while (c >= 0 && c != '\n' && line.length() <= MAX_LINE) {
            line.append((char) c);
            c = reader.read();
        }
        int last = line.length() - 1;
        if (c == '\n' && last >= 0 && line.charAt(last) == '\r') {
            line.setLength(last);
        }
        return true;
    }

    /**
     * Reads the numbers of a line; returns the index behind the last one's comma, or the line's
     * length + 1.
     */
    private int numbers(String line, float[] values, int offset, Path file, int row)
            throws ModelException {
        int at = 0;
        for (int column = 0; column < columns; column++) {
            if (at > line.length()) {
                throw bad(
                        file,
                        row,
                        column
                                + " columns; the model takes "
                                + columns
                                + ", and one more with the label");
            }
            int comma = line.indexOf(',', at);
            int end = comma < 0 ? line.length() : comma;
            values[offset + column] = number(line, at, end, file, row, column + 1) / divisor;
            at = end + 1;
        }
        return at;
    }

    private float number(String line, int begin, int end, Path file, int row, int column)
            throws ModelException {
        String text = line.substring(begin, end).strip();
        float value;
        try {
            if (!text.chars().allMatch(c -> "0123456789+-.eE".indexOf(c) >= 0)) {
                throw new NumberFormatException(text);
            }
            value = Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw bad(file, row, "column " + column + ": '" + clip(text) + "' is not a number");
        }
        if (!(value >= minimum && value <= maximum)) {
            throw bad(
                    file,
                    row,
                    "column "
                            + column
                            + ": "
                            + clip(text)
                            + " is outside "
                            + minimum
                            + " to "
                            + maximum);
        }
        return value;
    }

    private void label(String line, int at, List<String> labels, Path file, int rowsBefore)
            throws ModelException {
        boolean labelled = at <= line.length();
        if (labelled && line.indexOf(',', at) >= 0) {
            throw bad(file, rowsBefore + 1, "more than " + (columns + 1) + " columns");
        }
        if (labelled != !labels.isEmpty() && rowsBefore > 0) {
            throw bad(
                    file,
                    rowsBefore + 1,
                    labelled
                            ? "a label, but the rows before have none"
                            : "no label, but the rows before have one");
        }
        if (labelled) {
            String label = line.substring(at).strip();
            if (label.isEmpty()) {
                throw bad(file, rowsBefore + 1, "column " + (columns + 1) + ": the label is empty");
            }
            labels.add(label);
        }
    }

    private static ModelException bad(Path file, int row, String problem) {
        return new ModelException(Code.BAD_FORMAT, file + ":" + row + ": " + problem);
    }

    private static String clip(String text) {
        return text.length() <= 40 ? text : text.substring(0, 37) + "...";
    }
}
