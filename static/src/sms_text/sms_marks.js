import {brackets, isChip, placed} from "./text_document";
import {marked} from "./sms_words";

/** Where the mistaken brackets stand in the document. */
export function mistakesIn(parts, mistakes) {
    const wrong = new Set(mistakes.map(({written}) => written));
    return brackets(parts).filter(({written}) => wrong.has(written));
}

/** Where the literal characters stand that force Unicode; not those of values. */
export function literalOffenders(parts, offenders) {
    return placed(parts).flatMap(([part, at]) =>
        isChip(part) ? [] : offendersIn(part, at, offenders)
    );
}

function offendersIn(run, at, offenders) {
    const places = [];
    let start = at;
    for (const {text, mark} of marked(run, offenders)) {
        const end = start + text.length;
        if (mark) {
            places.push({start, end});
        }
        start = end;
    }
    return places;
}
