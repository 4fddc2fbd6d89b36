package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/** The values of a JSON document, each with its place: what a mutation can take hold of. */
final class Places {
    /**
     * A value in an object or an array.
     *
     * @param parent the object or array
     * @param name of a field; empty in an array
     * @param index in an array
     * @param path from the document, as errors write it
     */
    record Place(JsonNode parent, String name, int index, String path) {
        JsonNode value() {
            return parent instanceof ObjectNode ? parent.get(name) : parent.get(index);
        }

        void set(JsonNode value) {
            if (parent instanceof ObjectNode object) {
                object.set(name, value);
            } else {
                ((ArrayNode) parent).set(index, value);
            }
        }

        boolean isField() {
            return parent instanceof ObjectNode;
        }
    }

    private Places() {}

    /** Every value below the root, parents before children. */
    static List<Place> of(JsonNode root, String path) {
        List<Place> places = new ArrayList<>();
        add(places, root, path);
        return places;
    }

    private static void add(List<Place> places, JsonNode node, String path) {
        List<Place> here = new ArrayList<>();
        node.properties()
                .forEach(
                        field ->
                                here.add(
                                        new Place(
                                                node,
                                                field.getKey(),
                                                -1,
                                                path + "." + field.getKey())));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            here.add(new Place(node, "", i, path + "[" + i + "]"));
        }
        for (Place place : here) {
            places.add(place);
            add(places, place.value(), place.path());
        }
    }
}
