import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Renders handwritten-looking digits as rows of CSV: 64 integers from 0 to 16 (an 8 × 8 image,
 * row-major, 16 = full ink), then the digit.
 *
 * <pre>java examples/RenderDigits.java 2000 7 &gt; examples/digits.csv</pre>
 *
 * A digit is a few pen strokes in the unit square (x right, y down). They are bent, slanted and
 * stretched at random, scaled to the height of a 32 × 32 bitmap and centred, drawn by a round pen,
 * and the ink in each block of 4 × 4 pixels is counted. The same arguments give the same bytes.
 */
final class RenderDigits {
    private static final int FRAME = 32;
    private static final int BLOCK = 4;

    /** Pen radii in pixels, and about how many pixels of ink a digit has. */
    private static final double THIN_PEN = 1.8;

    private static final double THICK_PEN = 3.6;
    private static final double INK = 335;

    /** A point of a stroke. */
    private record Point(double x, double y) {}

    private final Random random;

    private RenderDigits(long seed) {
        this.random = new Random(seed);
    }

    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("usage: java RenderDigits.java ROWS SEED");
            System.exit(64);
        }
        RenderDigits renderer = new RenderDigits(Long.parseLong(args[1]));
        int rows = Integer.parseInt(args[0]);
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        for (int row = 0; row < rows; row++) {
            out.append(renderer.row(row % 10)).append('\n');
        }
        out.flush();
    }

    private String row(int digit) {
        List<List<Point>> strokes = bent(strokes(digit));
        double pen = penRadius(placed(strokes, THIN_PEN));
        StringBuilder line = new StringBuilder();
        for (int count : blocks(placed(strokes, pen), pen)) {
            line.append(count).append(',');
        }
        return line.append(digit).toString();
    }

    // ---- shapes ------------------------------------------------------------------------------

    private List<List<Point>> strokes(int digit) {
        return switch (digit) {
            case 0 -> List.of(arc(.5, .5, vary(.36, .06), .5, -90, 275));
            case 1 -> one();
            case 2 -> {
                List<Point> stroke = arc(.48, .28, .4, .28, -165, vary(40, 10));
                yield List.of(
                        joined(stroke, line(vary(.08, .08), 1, vary(.95, .1), vary(.97, .04))));
            }
            case 3 -> {
                List<Point> upper = arc(.45, .25, .36, .25, vary(-150, 15), 80);
                yield List.of(
                        joined(upper, arc(.45, .74, vary(.42, .06), .26, -75, vary(145, 15))));
            }
            case 4 -> four();
            case 5 -> {
                List<Point> stroke = line(vary(.85, .1), 0, .2, .02, .14, vary(.45, .05));
                yield List.of(
                        joined(stroke, arc(.42, .7, vary(.42, .06), .3, -105, vary(140, 15))));
            }
            case 6 -> {
                List<Point> stroke = line(vary(.42, .12), 0, .22, .3, .14, .72);
                yield List.of(joined(stroke, arc(.46, .76, vary(.32, .05), .24, 180, -190)));
            }
            case 7 -> seven();
            case 8 ->
                    List.of(
                            arc(.5, .26, vary(.32, .06), .26, 90, 450),
                            arc(.5, .75, vary(.3, .06), .25, -90, 270));
            case 9 -> nine();
            default -> throw new IllegalArgumentException("not a digit: " + digit);
        };
    }

    private List<List<Point>> one() {
        List<Point> stem = line(.5, 0, vary(.5, .06), 1);
        List<Point> flag = line(vary(.24, .08), vary(.24, .06), .5, 0);
        return switch (random.nextInt(4)) {
            case 0 -> List.of(stem, flag, line(.22, 1, .78, 1));
            case 1 -> List.of(stem);
            default -> List.of(stem, flag);
        };
    }

    private List<List<Point>> four() {
        double bar = vary(.58, .06);
        List<Point> stem = line(vary(.66, .06), vary(.3, .12), vary(.56, .06), 1);
        List<Point> corner = line(vary(.5, .12), 0, .05, bar, .95, vary(bar - .02, .05));
        return List.of(corner, stem);
    }

    private List<List<Point>> seven() {
        List<Point> outline =
                line(.08, vary(.06, .05), vary(.9, .05), 0, .6, .5, vary(.38, .08), 1);
        List<Point> bar = line(vary(.25, .06), vary(.52, .05), vary(.92, .06), vary(.5, .05));
        return random.nextInt(4) == 0 ? List.of(outline) : List.of(outline, bar);
    }

    private List<List<Point>> nine() {
        List<Point> loop = arc(.48, .27, vary(.36, .05), .27, 0, -360);
        List<Point> tail =
                random.nextBoolean()
                        ? line(.84, .27, .8, .65, vary(.66, .08), 1)
                        : joined(line(.84, .27, .84, .7), arc(.48, .74, .36, .26, 10, 130));
        return List.of(loop, tail);
    }

    /** An elliptic arc; angles in degrees, 0 to the right, 90 down. */
    private static List<Point> arc(
            double x, double y, double radiusX, double radiusY, double from, double to) {
        List<Point> points = new ArrayList<>();
        int steps = 24;
        for (int i = 0; i <= steps; i++) {
            double angle = StrictMath.toRadians(from + (to - from) * i / steps);
            points.add(
                    new Point(
                            x + radiusX * StrictMath.cos(angle),
                            y + radiusY * StrictMath.sin(angle)));
        }
        return points;
    }

    private static List<Point> line(double... coordinates) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < coordinates.length; i += 2) {
            points.add(new Point(coordinates[i], coordinates[i + 1]));
        }
        return points;
    }

    private static List<Point> joined(List<Point> first, List<Point> second) {
        List<Point> points = new ArrayList<>(first);
        points.addAll(second);
        return points;
    }

    // ---- handwriting -------------------------------------------------------------------------

    /**
     * Slants, stretches and turns the strokes, after a smooth bend that differs over the square.
     */
    private List<List<Point>> bent(List<List<Point>> strokes) {
        double[] bends = new double[18];
        for (int i = 0; i < bends.length; i++) {
            bends[i] = vary(0, .07);
        }
        double width = vary(.72, .14);
        double slant = vary(-.08, .22);
        double turn = vary(0, .08);
        List<List<Point>> bent = new ArrayList<>();
        for (List<Point> stroke : strokes) {
            List<Point> points = new ArrayList<>();
            for (Point p : stroke) {
                double x = p.x() + bend(bends, 0, p);
                double y = p.y() + bend(bends, 9, p);
                double slanted = width * x + slant * y;
                points.add(new Point(slanted - turn * y, y + turn * slanted));
            }
            bent.add(points);
        }
        return bent;
    }

    /** Bilinear between the 3 × 3 displacements from {@code offset} on. */
    private static double bend(double[] bends, int offset, Point p) {
        double x = 2 * Math.clamp(p.x(), 0, .999);
        double y = 2 * Math.clamp(p.y(), 0, .999);
        int column = (int) x;
        int row = (int) y;
        int at = offset + 3 * row + column;
        double above = bends[at] + (x - column) * (bends[at + 1] - bends[at]);
        double below = bends[at + 3] + (x - column) * (bends[at + 4] - bends[at + 3]);
        return above + (y - row) * (below - above);
    }

    /** The radius that spends the ink on strokes of this length, within what pens there are. */
    private double penRadius(List<List<Point>> strokes) {
        double length = 0;
        for (List<Point> stroke : strokes) {
            for (int i = 1; i < stroke.size(); i++) {
                Point from = stroke.get(i - 1);
                Point to = stroke.get(i);
                length += StrictMath.hypot(to.x() - from.x(), to.y() - from.y());
            }
        }
        return Math.clamp(vary(INK, INK / 4) / (2 * length), THIN_PEN, THICK_PEN);
    }

    /**
     * {@code middle} and at most {@code spread} to either side, small deviations being likelier.
     */
    private double vary(double middle, double spread) {
        return middle + spread * (random.nextDouble() - random.nextDouble());
    }

    // ---- bitmap ------------------------------------------------------------------------------

    /**
     * Scales the strokes evenly until they and the pen's width fill the frame, and centres them.
     */
    private static List<List<Point>> placed(List<List<Point>> strokes, double pen) {
        double left = Double.MAX_VALUE;
        double top = Double.MAX_VALUE;
        double right = -Double.MAX_VALUE;
        double bottom = -Double.MAX_VALUE;
        for (List<Point> stroke : strokes) {
            for (Point p : stroke) {
                left = Math.min(left, p.x());
                right = Math.max(right, p.x());
                top = Math.min(top, p.y());
                bottom = Math.max(bottom, p.y());
            }
        }
        double scale = (FRAME - 2 * pen) / Math.max(bottom - top, right - left);
        List<List<Point>> placed = new ArrayList<>();
        for (List<Point> stroke : strokes) {
            List<Point> points = new ArrayList<>();
            for (Point p : stroke) {
                points.add(
                        new Point(
                                FRAME / 2.0 + scale * (p.x() - (left + right) / 2),
                                FRAME / 2.0 + scale * (p.y() - (top + bottom) / 2)));
            }
            placed.add(points);
        }
        return placed;
    }

    /** How many of the 16 pixels of each block are within the pen's radius of a stroke. */
    private static int[] blocks(List<List<Point>> strokes, double pen) {
        int across = FRAME / BLOCK;
        int[] counts = new int[across * across];
        for (int y = 0; y < FRAME; y++) {
            for (int x = 0; x < FRAME; x++) {
                if (inked(new Point(x + .5, y + .5), strokes, pen)) {
                    counts[y / BLOCK * across + x / BLOCK]++;
                }
            }
        }
        return counts;
    }

    private static boolean inked(Point pixel, List<List<Point>> strokes, double pen) {
        for (List<Point> stroke : strokes) {
            for (int i = 1; i < stroke.size(); i++) {
                if (squaredDistance(pixel, stroke.get(i - 1), stroke.get(i)) <= pen * pen) {
                    return true;
                }
            }
        }
        return false;
    }

    /** From a point to a line segment. */
    private static double squaredDistance(Point p, Point from, Point to) {
        double dx = to.x() - from.x();
        double dy = to.y() - from.y();
        double length = dx * dx + dy * dy;
        double along =
                length == 0
                        ? 0
                        : Math.clamp(
                                ((p.x() - from.x()) * dx + (p.y() - from.y()) * dy) / length, 0, 1);
        double x = p.x() - from.x() - along * dx;
        double y = p.y() - from.y() - along * dy;
        return x * x + y * y;
    }
}
