package dev.assay.models.script;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Names, found by where they stand in a text: none is cut out to look it up. Not thread-safe. */
final class Names {
    private static final String NONE = "";

    /** Names in the place of their hash, or behind it; at least half of the places are empty. */
    private String[] table = empty(64);

    private int size;

    /** A set without names. */
    Names() {
        this(List.of());
    }

    Names(Collection<String> names) {
        names.forEach(name -> add(name, 0, name.length()));
    }

    int size() {
        return size;
    }

    /** Whether a part of a text is one of them. */
    boolean contains(String text, int from, int to) {
        return !table[place(text, from, to)].isEmpty();
    }

    /** Adds a part of a text, which is not empty. */
    void add(String text, int from, int to) {
        int place = place(text, from, to);
        if (!table[place].isEmpty()) {
            return;
        }
        table[place] = text.substring(from, to);
        size++;
        if (2 * size > table.length) {
            String[] names = table;
            table = empty(2 * names.length);
            for (String name : names) {
                if (!name.isEmpty()) {
                    table[place(name, 0, name.length())] = name;
                }
            }
        }
    }

    /** Where a name is, or where it would be put. */
    private int place(String text, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        int place = (hash ^ (hash >>> 16)) & (table.length - 1);
        while (!table[place].isEmpty()
                && (table[place].length() != to - from || !text.startsWith(table[place], from))) {
            place = (place + 1) & (table.length - 1);
        }
        return place;
    }

    private static String[] empty(int length) {
        String[] table = new String[length];
        Arrays.fill(table, NONE);
        return table;
    }
}
