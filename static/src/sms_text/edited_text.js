import {History} from "./history";
import {brackets, read, recognise, sizeOf, slice, splice, write} from "./text_document";

/**
 * The text that is being edited, with its cursor: what a person does to it, without
 * a screen. To Odoo's `useInputField` it is a textarea: it has a `value`, and tells
 * of "input" and "change".
 *
 * To its screen it tells "redraw", and "focus" when the cursor belongs there.
 */
export class EditedText extends EventTarget {
    tagName = "TEXTAREA";

    constructor() {
        super();
        this.parts = [];
        this.known = new Set();
        /** null until the cursor has been in the text */
        this.selection = null;
        this.history = new History();
    }

    // -- as a textarea ---------------------------------------------------------------

    get value() {
        return write(this.parts);
    }

    /** From outside, as by an onchange: there is no way back to what was before. */
    set value(text) {
        const given = (text || "").replace(/\r\n?/g, "\n");
        if (given !== this.value) {
            this.history.forget();
            this._show(read(given, this.known), this.selection);
        }
    }

    /** The names that are chips. */
    know(names) {
        const known = new Set(names);
        if (known.size !== this.known.size || names.some((n) => !this.known.has(n))) {
            this.known = known;
            this.history.forget();
            this._show(read(this.value, known), this.selection);
        }
    }

    focus() {
        this.dispatchEvent(new Event("focus"));
    }

    // -- the cursor ------------------------------------------------------------------

    get size() {
        return sizeOf(this.parts);
    }

    /** What is selected, in order; the end of the text before the cursor was in it. */
    get range() {
        const {anchor, focus} = this.selection || {anchor: this.size, focus: this.size};
        return {start: Math.min(anchor, focus), end: Math.max(anchor, focus)};
    }

    /** The template's text of a range. */
    textOf({start, end}) {
        return write(slice(this.parts, start, end));
    }

    /** The person has moved the cursor. */
    select(anchor, focus = anchor) {
        if (anchor !== this.selection?.anchor || focus !== this.selection.focus) {
            this.selection = {anchor, focus};
            this.history.pause();
        }
    }

    // -- what a person does ----------------------------------------------------------

    /** Typed, or pasted: a name in it becomes a chip as soon as its bracket closes. */
    insertText(text, range = this.range) {
        const isTyped = [...text].length === 1 && !/\s/.test(text);
        const isPlain = isTyped && range.start === range.end;
        this._replace(range, [text.replace(/\r\n?/g, "\n")], isPlain ? "typing" : null);
    }

    insertChip(name, range = this.range) {
        this._replace(range, [{name}]);
    }

    remove(range) {
        if (range.start < range.end) {
            this._replace(range, [], range.end - range.start === 1 ? "deleting" : null);
        }
    }

    /** Drag what stands in a range to a position. */
    move(range, position) {
        if (position >= range.start && position <= range.end) {
            return;
        }
        const moved = slice(this.parts, range.start, range.end);
        const gone = splice(this.parts, range, []);
        const target =
            position > range.end ? position - (range.end - range.start) : position;
        const parts = splice(gone, {start: target, end: target}, moved);
        this._edit(parts, target + sizeOf(moved));
    }

    /** Put the placeholder that was meant in the place of each such mistake. */
    mend(written, name) {
        const places = brackets(this.parts).filter(
            (place) => place.written === written
        );
        const mended = places.reduceRight(
            (parts, place) => splice(parts, place, [{name}]),
            this.parts
        );
        if (places.length) {
            this._edit(mended, places[0].start + 1);
        }
    }

    /** Another text in the place of all of it. */
    rewrite(text) {
        this._edit(read(text, this.known), Infinity);
    }

    /** Take over what the browser itself did to the text, as an input method does. */
    adopt(parts, position, {isOver}) {
        if (isOver) {
            this._edit(parts, position, "typing");
        } else {
            this.history.keep(this._state, "typing");
            this.parts = parts;
            this.selection = {anchor: position, focus: position};
            this.dispatchEvent(new Event("input"));
        }
    }

    undo() {
        this._return(this.history.undo(this._state));
    }

    redo() {
        this._return(this.history.redo(this._state));
    }

    // -- how -------------------------------------------------------------------------

    get _state() {
        return {parts: this.parts, selection: this.selection};
    }

    _replace(range, inserted, kind) {
        const parts = splice(this.parts, range, inserted);
        this._edit(parts, range.start + sizeOf(inserted), kind);
    }

    _edit(parts, cursor, kind) {
        const found = recognise(parts, this.known, Math.min(cursor, sizeOf(parts)));
        this.history.keep(this._state, kind);
        this._show(found.parts, {anchor: found.position, focus: found.position});
        this.dispatchEvent(new Event("input"));
    }

    _return(state) {
        if (state) {
            this._show(state.parts, state.selection);
            this.dispatchEvent(new Event("input"));
        }
    }

    _show(parts, selection) {
        const size = sizeOf(parts);
        this.parts = parts;
        this.selection = selection && {
            anchor: Math.min(selection.anchor, size),
            focus: Math.min(selection.focus, size),
        };
        this.dispatchEvent(new Event("redraw"));
    }
}
