/**
 * The text of the editor as a list of parts: runs of characters (strings), and chips
 * ({name}), each a placeholder that is one thing. No run is empty, nor beside another.
 *
 * A position counts the UTF-16 units of the runs and one for each chip. Pure functions;
 * a document is never changed in place.
 */

const NAME = /\[\[|\[([a-z][a-z0-9_]*)\]/g;
const BRACKET = /\[\[|\[[^[\]\r\n]*\]/g;
const LAST_BRACKETS = /\[+$/;

/** The document of a template's text. */
export function read(text, known) {
    const parts = [];
    let position = 0;
    for (const match of text.matchAll(NAME)) {
        if (known.has(match[1])) {
            parts.push(text.slice(position, match.index), {name: match[1]});
            position = match.index + match[0].length;
        }
    }
    parts.push(text.slice(position));
    return join(parts);
}

/**
 * The template's text of a document. An odd bracket before a chip is doubled: it would
 * else make an escape of the chip's own.
 */
export function write(parts) {
    return parts
        .map((part, index) => {
            if (isChip(part)) {
                return `[${part.name}]`;
            }
            const [brackets = ""] = part.match(LAST_BRACKETS) || [];
            const isOdd = brackets.length % 2 === 1;
            return isOdd && index + 1 < parts.length ? `${part}[` : part;
        })
        .join("");
}

export function isChip(part) {
    return typeof part !== "string";
}

export function sizeOf(parts) {
    return parts.reduce((sum, part) => sum + sizeOfPart(part), 0);
}

export function slice(parts, start, end = Infinity) {
    const cut = [];
    for (const [part, at] of placed(parts)) {
        const from = Math.max(start - at, 0);
        const to = Math.min(end - at, sizeOfPart(part));
        if (from < to) {
            cut.push(isChip(part) ? part : part.slice(from, to));
        }
    }
    return cut;
}

/** Put other parts in the place of those from `start` to `end`. */
export function splice(parts, {start, end}, inserted) {
    return join([...slice(parts, 0, start), ...inserted, ...slice(parts, end)]);
}

/**
 * Make chips of the names that stand in runs, and find where a position has gone to:
 * from within a name behind its chip.
 */
export function recognise(parts, known, position) {
    let moved = position;
    const found = [];
    for (const [part, at] of placed(parts)) {
        if (isChip(part)) {
            found.push(part);
            continue;
        }
        found.push(...read(part, known));
        for (const {written, start, end} of bracketsOf(part, at)) {
            if (known.has(written.slice(1, -1)) && start < position) {
                moved -= Math.min(position, end) - start - 1;
            }
        }
    }
    return {parts: join(found), position: moved};
}

/** Each bracket in the runs that is no escape, with its place. */
export function brackets(parts) {
    return placed(parts).flatMap(([part, at]) =>
        isChip(part) ? [] : bracketsOf(part, at)
    );
}

/** Each part with the position at which it starts. */
export function placed(parts) {
    let position = 0;
    return parts.map((part) => {
        const at = position;
        position += sizeOfPart(part);
        return [part, at];
    });
}

/** Whether a chip stands right before or behind a position. */
export function chipBefore(parts, position) {
    return slice(parts, position - 1, position).some(isChip);
}

export function chipBehind(parts, position) {
    return slice(parts, position, position + 1).some(isChip);
}

function bracketsOf(run, at) {
    return Array.from(run.matchAll(BRACKET), ({0: written, index}) => ({
        written,
        start: at + index,
        end: at + index + written.length,
    })).filter(({written}) => written !== "[[");
}

function join(parts) {
    const joined = [];
    for (const part of parts) {
        if (!isChip(part) && joined.length && !isChip(joined.at(-1))) {
            joined.push(joined.pop() + part);
        } else if (part !== "") {
            joined.push(part);
        }
    }
    return joined;
}

function sizeOfPart(part) {
    return isChip(part) ? 1 : part.length;
}
