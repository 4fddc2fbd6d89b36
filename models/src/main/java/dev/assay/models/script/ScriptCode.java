package dev.assay.models.script;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The code of a TorchScript file, looked through for what it calls. PyTorch has operators that read
 * and write files ({@code aten::from_file}, {@code aten::save}), and each can be called by a module
 * ({@code torch.save(x, …)}), as a method of a value ({@code x.save(…)}) or by name ({@code
 * getattr}). So every call must be to a function of the file itself, or to an operator of a list
 * that only compute. Immutable.
 */
final class ScriptCode {
    private static final int MAX_DEPTH = 200;

    /** Everything but strings. */
    private static final Pattern TOKEN =
            Pattern.compile(
                    "(?<space>[ \\t\\r\\n]+)|(?<comment>#[^\\n]*)"
                            + "|(?<number>[0-9][0-9A-Za-z_.]*)"
                            + "|(?<name>[A-Za-z_][A-Za-z0-9_]*)"
                            + "|(?<symbol>[-+*/%=<>!&|^~@,.:;()\\[\\]{}?])");

    /** Operators that have no effect but their result. */
    private static final Set<String> COMPUTES =
            Set.copyOf(
                    List.of(
                            ("abs absolute acos add add_ addbmm addcdiv addcmul addmm alias all"
                                 + " amax amin any append arange argmax argmin as_strided asin atan"
                                 + " atan2 avg_pool1d avg_pool2d adaptive_avg_pool1d"
                                 + " adaptive_avg_pool2d adaptive_max_pool2d baddbmm batch_norm"
                                 + " bitwise_and bitwise_not bitwise_or bmm cat ceil chunk clamp"
                                 + " clamp_ clamp_max clamp_min clone constant_pad_nd contiguous"
                                 + " conv1d conv2d conv3d conv_transpose1d conv_transpose2d cos"
                                 + " cosh cumprod cumsum detach dim div div_ dropout dropout_"
                                 + " einsum elu embedding eq erf erfc exp exp_ expand expand_as"
                                 + " expm1 extend eye fill_ flatten flip floor floor_divide fmod"
                                 + " frac full full_like gather ge gelu glu greater group_norm gru"
                                 + " gt hardsigmoid hardswish hardswish_ hardtanh hardtanh_ index"
                                 + " index_select instance_norm is_floating_point isfinite isinf"
                                 + " isnan items keys layer_norm le leaky_relu leaky_relu_ len lerp"
                                 + " less linear linspace log log10 log1p log2 log_softmax"
                                 + " logical_and logical_not logical_or logsumexp lstm lt"
                                 + " masked_fill masked_fill_ masked_select matmul max max_pool1d"
                                 + " max_pool2d maximum mean median meshgrid min minimum mish mm"
                                 + " movedim mul mul_ multiply mv narrow ne neg neg_ nll_loss norm"
                                 + " normalize not numel one_hot ones ones_like outer pad permute"
                                 + " pixel_shuffle pow prelu prod reciprocal relu relu6 relu_"
                                 + " remainder repeat repeat_interleave reshape roll round rsqrt"
                                 + " rsub scaled_dot_product_attention scatter scatter_add select"
                                 + " selu sigmoid sigmoid_ sign silu silu_ sin sinh size slice"
                                 + " softmax softplus sort split split_with_sizes sqrt square"
                                 + " squeeze squeeze_ stack std sub sub_ subtract sum swapaxes t"
                                 + " tan tanh tanh_ tensor tensor_split tile to topk transpose tril"
                                 + " triu true_divide trunc type_as unbind unflatten unfold"
                                 + " unsqueeze unsqueeze_ upsample_bilinear2d upsample_nearest2d"
                                 + " values var view view_as where zeros zeros_like __and__"
                                 + " __contains__ __derive_index __getitem__ __is__ __isnot__"
                                 + " __not__ __or__ __range_length __xor__ _set_item unchecked_cast"
                                 + " unchecked_unwrap_optional NumToTensor TupleUnpack"
                                 + " RaiseException data device dtype layout shape annotate"
                                 + " uninitialized int float bool str list range isinstance format"
                                 + " ord chr")
                                    .split(" +")));

    /** Names that a file's own function may not have: they would let a method call through. */
    private static final Set<String> RESERVED =
            Set.of("save", "load", "from_file", "getattr", "setattr", "open", "exec", "eval");

    /** What may stand before a bracket and is no call. */
    private static final Set<String> KEYWORDS =
            Set.of(
                    "and",
                    "or",
                    "not",
                    "if",
                    "elif",
                    "else",
                    "return",
                    "in",
                    "is",
                    "while",
                    "for",
                    "assert",
                    "Tuple",
                    "List",
                    "Optional",
                    "Dict");

    private record Token(String text, boolean isName) {}

    /** A token for every symbol, which is one ASCII character: code is mostly these. */
    private static final Token[] SYMBOLS = new Token[128];

    static {
        for (char symbol = 0; symbol < SYMBOLS.length; symbol++) {
            SYMBOLS[symbol] = new Token(String.valueOf(symbol), false);
        }
    }

    private final String text;

    ScriptCode(String text) {
        this.text = text;
    }

    /** What is wrong with it, completing "its code …"; nothing when it may be loaded. */
    Optional<String> problem() {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if ("\"'".indexOf(text.charAt(at)) >= 0) {
                int end = endOfString(at);
                if (end < 0) {
                    return Optional.of("has a string that does not end on its line");
                }
                tokens.add(new Token(text.substring(at, end), false));
                at = end;
                continue;
            }
            if (!matcher.region(at, text.length()).lookingAt()) {
                return Optional.of("has an unknown character at " + at);
            }
            if (matcher.start("symbol") >= 0) {
                tokens.add(SYMBOLS[text.charAt(at)]);
            } else if (matcher.start("space") < 0 && matcher.start("comment") < 0) {
                tokens.add(new Token(matcher.group(), matcher.start("name") >= 0));
            }
            at = matcher.end();
        }
        return problem(tokens);
    }

    /**
     * The index behind the string that begins here; −1 when it does not end on its line, or when
     * another follows at once, as in the three quotes of a long string.
     */
    private int endOfString(int begin) {
        char quote = text.charAt(begin);
        for (int i = begin + 1; i < text.length() && text.charAt(i) != '\n'; i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == quote) {
                boolean another = i + 1 < text.length() && "\"'".indexOf(text.charAt(i + 1)) >= 0;
                return another ? -1 : i + 1;
            }
        }
        return -1;
    }

    private static Optional<String> problem(List<Token> tokens) {
        Set<String> own = new HashSet<>();
        for (int i = 1; i < tokens.size(); i++) {
            if (tokens.get(i - 1).text().equals("def")) {
                own.add(tokens.get(i).text());
            }
        }
        own.removeAll(RESERVED);
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            switch (tokens.get(i).text()) {
                case "(", "[", "{" -> depth++;
                case ")", "]", "}" -> depth--;
                default -> {}
            }
            if (depth > MAX_DEPTH) {
                return Optional.of("nests more than " + MAX_DEPTH + " deep");
            }
            boolean called = i + 1 < tokens.size() && tokens.get(i + 1).text().equals("(");
            if (called && tokens.get(i).isName() && !allowed(tokens, i, own)) {
                return Optional.of(
                        "calls "
                                + tokens.get(i).text()
                                + ", which is not among the operators that only compute");
            }
        }
        return Optional.empty();
    }

    private static boolean allowed(List<Token> tokens, int index, Set<String> own) {
        String name = tokens.get(index).text();
        String before = index > 0 ? tokens.get(index - 1).text() : "";
        if (before.equals("class") || KEYWORDS.contains(name)) {
            return true;
        }
        return own.contains(name) || COMPUTES.contains(name) || isOwnClass(tokens, index);
    }

    /**
     * {@code __torch__.A.B(…)} makes an object of a class of the file, but not of PyTorch's own.
     */
    private static boolean isOwnClass(List<Token> tokens, int index) {
        int first = index;
        while (first >= 2 && tokens.get(first - 1).text().equals(".")) {
            first -= 2;
        }
        return tokens.get(first).text().equals("__torch__")
                && !tokens.get(Math.min(first + 2, index)).text().equals("torch");
    }
}
