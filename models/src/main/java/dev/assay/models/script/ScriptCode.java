package dev.assay.models.script;

import dev.assay.models.script.Tokens.BadCodeException;

import java.util.List;
import java.util.Optional;

/**
 * The code of a TorchScript file, looked through for what it calls. PyTorch has operators that read
 * and write files ({@code aten::from_file}, {@code aten::save}), and each can be called by a module
 * ({@code torch.save(x, …)}), as a method of a value ({@code x.save(…)}) or by name ({@code
 * getattr}). So every call must be to a function of the file itself, or to an operator of a list
 * that only compute. Its tokens are read one by one, and none is kept. Not thread-safe.
 */
final class ScriptCode {
    private static final int MAX_DEPTH = 200;

    /** The most functions and classes of its own that a file's code may define. */
    private static final int MAX_OWN = 10_000;

    /** Operators that have no effect but their result. */
    private static final Names COMPUTES =
            new Names(
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
    private static final Names RESERVED =
            new Names(
                    List.of(
                            "save",
                            "load",
                            "from_file",
                            "getattr",
                            "setattr",
                            "open",
                            "exec",
                            "eval"));

    /** What may stand before a bracket and is no call. */
    private static final Names KEYWORDS =
            new Names(
                    List.of(
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
                            "Dict"));

    /**
     * A token, and the path that it ends, such as {@code __torch__.A.B}: where its first and its
     * second name stand. Three are used again and again.
     */
    private static final class Place {
        private int begin;
        private int end;
        private boolean isName;
        private int firstBegin;
        private int firstEnd;
        private int secondBegin;
        private int secondEnd;

        void set(Tokens token) {
            begin = token.begin();
            end = token.end();
            isName = token.isName();
            firstBegin = begin;
            firstEnd = end;
            secondBegin = begin;
            secondEnd = end;
        }

        /** Goes on with the path that another token ends. */
        void follow(Place path) {
            firstBegin = path.firstBegin;
            firstEnd = path.firstEnd;
            if (path.firstBegin != path.begin) {
                secondBegin = path.secondBegin;
                secondEnd = path.secondEnd;
            }
        }
    }

    private final List<String> files;
    private final Names own = new Names();

    /** The code of all files of an archive. */
    ScriptCode(List<String> files) {
        this.files = List.copyOf(files);
    }

    /** What is wrong with it, completing "its code …"; nothing when it may be loaded. */
    Optional<String> problem() {
        try {
            for (String text : files) {
                define(text);
            }
            for (String text : files) {
                checkCalls(text);
            }
            return Optional.empty();
        } catch (BadCodeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Remembers what a file defines: what follows a {@code def}. */
    private void define(String text) throws BadCodeException {
        Tokens tokens = new Tokens(text);
        boolean defines = false;
        while (tokens.next()) {
            if (defines && !RESERVED.contains(text, tokens.begin(), tokens.end())) {
                own.add(text, tokens.begin(), tokens.end());
            }
            if (own.size() > MAX_OWN) {
                throw new BadCodeException("defines more than " + MAX_OWN + " functions");
            }
            defines = is(text, tokens.begin(), tokens.end(), "def");
        }
    }

    private void checkCalls(String text) throws BadCodeException {
        Tokens tokens = new Tokens(text);
        Place before = new Place();
        Place last = new Place();
        Place token = new Place();
        int depth = 0;
        while (tokens.next()) {
            token.set(tokens);
            if (is(text, last, ".") && before.end > 0) {
                token.follow(before);
            }
            depth += depth(text.charAt(token.begin));
            if (depth > MAX_DEPTH) {
                throw new BadCodeException("nests more than " + MAX_DEPTH + " deep");
            }
            if (last.isName && is(text, token, "(") && !isAllowed(text, before, last)) {
                throw new BadCodeException(
                        "calls "
                                + text.substring(last.begin, last.end)
                                + ", which is not among the operators that only compute");
            }
            Place free = before;
            before = last;
            last = token;
            token = free;
        }
    }

    private static int depth(char first) {
        return switch (first) {
            case '(', '[', '{' -> 1;
            case ')', ']', '}' -> -1;
            default -> 0;
        };
    }

    private boolean isAllowed(String text, Place before, Place called) {
        return is(text, before, "class")
                || KEYWORDS.contains(text, called.begin, called.end)
                || own.contains(text, called.begin, called.end)
                || COMPUTES.contains(text, called.begin, called.end)
                || isOwnClass(text, called);
    }

    /**
     * {@code __torch__.A.B(…)} makes an object of a class of the file, but not of PyTorch's own.
     */
    private static boolean isOwnClass(String text, Place called) {
        return is(text, called.firstBegin, called.firstEnd, "__torch__")
                && !is(text, called.secondBegin, called.secondEnd, "torch");
    }

    private static boolean is(String text, Place place, String word) {
        return is(text, place.begin, place.end, word);
    }

    private static boolean is(String text, int begin, int end, String word) {
        return end - begin == word.length() && text.startsWith(word, begin);
    }
}
