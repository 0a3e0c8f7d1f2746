/**
 * Placeholders: names in square brackets, looked up and never evaluated.
 *
 * The twin of `tools/placeholders.py`, where the rules are written down; both are
 * held against `tests/placeholder_vectors.json`. It imports nothing, so that Node
 * can run it.
 */

const BRACKET = /\[\[|\[([^[\]\r\n]*)\]/g;
const NAME = /^[a-z][a-z0-9_]*$/;
const WORD = /^\p{L}[\p{L}\p{M}\p{N}_-]*$/u;
const JOINT = /[ \t\u00a0-]+/g;
const NEAR = 0.6; // of 1: how alike a name has to be to be suggested
const OUTER_BLANKS = /^[ \t\u00a0]+|[ \t\u00a0]+$/g;

/** A text that was parsed once, to be rendered many times. */
export class Template {
    constructor(text) {
        this.parts = parse(text);
        const found = this.parts.filter(([kind]) => kind === "name");
        this.names = [...new Set(found.map(([, name]) => name))];
    }

    /**
     * The text with values in it. A name without a value, and a name in `keep`, stays
     * as it is written; an empty value (null, false) leaves nothing.
     *
     * @param {Object<string, any>} values
     * @param {Iterable<string>} [keep]
     * @param {(text: string) => string} [write] rewrites each literal and each value
     *     on its own, never a name that stays
     * @returns {string}
     */
    render(values, keep = [], write = asItIs) {
        return this._join(values, keep, write);
    }

    /** The same as a text to be rendered once more: what is inserted now is escaped. */
    fill(values, keep = [], write = asItIs) {
        return this._join(values, keep, (text) => escape(write(text)));
    }

    _join(values, keep, write) {
        const kept = new Set(keep);
        return this.parts
            .map(([kind, part]) => {
                if (kind === "text") {
                    return write(part);
                }
                const known = !kept.has(part) && Object.hasOwn(values, part);
                return known ? write(verbatim(values[part])) : `[${part}]`;
            })
            .join("");
    }
}

export function compile(text) {
    return new Template(text);
}

/**
 * @param {string} text
 * @returns {["text" | "name", string][]} literals are never empty
 */
export function parse(text) {
    text = text || "";
    const parts = [];
    let literal = "";
    let position = 0;
    const flush = () => {
        if (literal) {
            parts.push(["text", literal]);
            literal = "";
        }
    };
    for (const match of text.matchAll(BRACKET)) {
        literal += text.slice(position, match.index);
        position = match.index + match[0].length;
        if (match[1] === undefined) {
            literal += "[";
        } else if (NAME.test(match[1])) {
            flush();
            parts.push(["name", match[1]]);
        } else {
            literal += match[0];
        }
    }
    literal += text.slice(position);
    flush();
    return parts;
}

/** The placeholders of a text in order of appearance, each once. */
export function names(text) {
    return compile(text).names;
}

export function render(text, values, keep, write) {
    return compile(text).render(values, keep, write);
}

export function fill(text, values, keep, write) {
    return compile(text).fill(values, keep, write);
}

/** The template that renders to `text`, whatever is in it. */
export function escape(text) {
    return text.replaceAll("[", "[[");
}

/**
 * The brackets that are probably a mistake, as written, each once.
 *
 * @param {string} text
 * @param {Iterable<string>} known
 * @returns {{written: string, suggestion: string | null}[]} suggestion: the known name
 *     that was probably meant
 */
export function unknown(text, known) {
    const names = new Set(known);
    const found = new Map();
    for (const [written, inner] of (text || "").matchAll(BRACKET)) {
        if (inner === undefined || names.has(inner)) {
            continue;
        }
        const word = inner.replace(OUTER_BLANKS, "");
        const meant = word.replace(JOINT, "_").toLowerCase();
        if (names.has(meant)) {
            found.set(written, meant);
        } else if (WORD.test(word)) {
            found.set(written, nearest(meant, names));
        }
    }
    return [...found].map(([written, suggestion]) => ({written, suggestion}));
}

/** As Python's `difflib.get_close_matches(word, sorted(names), n=1)` chooses. */
function nearest(word, names) {
    let [best, most] = [null, NEAR];
    for (const name of [...names].sort()) {
        const score = likeness(name, word);
        if (score >= most) {
            [best, most] = [name, score];
        }
    }
    return best;
}

/** As Python's `difflib.SequenceMatcher(None, a, b).ratio()`. */
function likeness(a, b) {
    const [ours, theirs] = [[...a], [...b]];
    const length = ours.length + theirs.length;
    return length ? (2 * matching(ours, theirs)) / length : 1;
}

/** How many characters are in the longest common block, and left and right of it. */
function matching(a, b) {
    const {start, other, size} = longestBlock(a, b);
    if (!size) {
        return 0;
    }
    return (
        matching(a.slice(0, start), b.slice(0, other)) +
        size +
        matching(a.slice(start + size), b.slice(other + size))
    );
}

/** Of several that are as long, the first in `a`, and of those the first in `b`. */
function longestBlock(a, b) {
    let best = {start: 0, other: 0, size: 0};
    let endingAt = [];
    for (const [i, character] of a.entries()) {
        const sizes = [];
        for (const [j, candidate] of b.entries()) {
            if (candidate === character) {
                sizes[j] = (endingAt[j - 1] || 0) + 1;
                if (sizes[j] > best.size) {
                    const size = sizes[j];
                    best = {start: i - size + 1, other: j - size + 1, size};
                }
            }
        }
        endingAt = sizes;
    }
    return best;
}

function asItIs(text) {
    return text;
}

function verbatim(value) {
    return value === null || value === undefined || value === false ? "" : `${value}`;
}
