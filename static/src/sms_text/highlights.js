/**
 * Marks in the text that leave its DOM alone, so that neither the cursor nor an input
 * method notices. A browser without the CSS Custom Highlight API shows none: all that
 * they mark is named below the text too.
 */

import {pointOf} from "./serialize";

export const MISTAKE = "organizer-mistake";
export const OFFENDER = "organizer-offender";

/** The marks of one editor; a page may have several. */
export class Highlights {
    constructor() {
        this.ranges = {[MISTAKE]: [], [OFFENDER]: []};
    }

    /** Mark these places ({start, end}) and no others. */
    show(root, name, places) {
        const marks = highlightOf(name);
        if (!marks) {
            return;
        }
        this.ranges[name].forEach((range) => marks.delete(range));
        this.ranges[name] = places.map(({start, end}) => rangeOf(root, start, end));
        this.ranges[name].forEach((range) => marks.add(range));
    }

    clear(root) {
        Object.keys(this.ranges).forEach((name) => this.show(root, name, []));
    }
}

function highlightOf(name) {
    if (!globalThis.CSS?.highlights || !globalThis.Highlight) {
        return null;
    }
    if (!CSS.highlights.has(name)) {
        CSS.highlights.set(name, new Highlight());
    }
    return CSS.highlights.get(name);
}

function rangeOf(root, start, end) {
    const range = root.ownerDocument.createRange();
    range.setStart(...pointOf(root, start));
    range.setEnd(...pointOf(root, end));
    return range;
}
