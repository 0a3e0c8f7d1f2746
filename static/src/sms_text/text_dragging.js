import {carryPlaceholder, placeholderIn} from "../palette/carry";
import {placeOf, positionAt} from "./cursor";
import {CHIP, positionOf} from "./serialize";
import {isChip, slice} from "./text_document";

/**
 * What is dragged from a text, and into it. The cursor that shows where it will be is
 * our own: no browser shows one beside a chip.
 */
export class TextDragging {
    constructor(editor) {
        this.editor = editor;
        this.dragged = null; // a range of this text
        this.place = null; // of the cursor, as a style
    }

    get text() {
        return this.editor.props.text;
    }

    get root() {
        return this.editor.root.el;
    }

    onStart(ev) {
        this.dragged = this.rangeOf(ev.target);
        const parts = slice(this.text.parts, this.dragged.start, this.dragged.end);
        if (parts.length === 1 && isChip(parts[0])) {
            carryPlaceholder(ev.dataTransfer, parts[0].name);
        } else {
            ev.dataTransfer.setData("text/plain", this.text.textOf(this.dragged));
        }
        ev.dataTransfer.effectAllowed = "copyMove";
    }

    onOver(ev) {
        if (ev.dataTransfer.types.includes("text/plain")) {
            ev.preventDefault();
            ev.dataTransfer.dropEffect = this.isMove(ev) ? "move" : "copy";
            this.place = this.styleAt(positionAt(this.root, ev));
        }
    }

    onDrop(ev) {
        ev.preventDefault();
        const position = positionAt(this.root, ev);
        if (this.isMove(ev)) {
            this.text.move(this.dragged, position);
        } else {
            this.insert(ev.dataTransfer, {start: position, end: position});
        }
        this.onEnd();
        this.editor.focus();
    }

    onLeave({relatedTarget}) {
        if (!this.root.contains(relatedTarget)) {
            this.place = null;
        }
    }

    onEnd() {
        this.dragged = null;
        this.place = null;
    }

    isMove({ctrlKey, altKey}) {
        return this.dragged && !ctrlKey && !altKey;
    }

    /** A chip, or else what is selected. */
    rangeOf(target) {
        const chip = target.closest?.(`.${CHIP}`);
        if (chip) {
            const start = positionOf(this.root, chip, 0);
            return {start, end: start + 1};
        }
        this.editor.followCursor();
        return this.text.range;
    }

    insert(dataTransfer, range) {
        const name = placeholderIn(dataTransfer);
        if (name) {
            this.text.insertChip(name, range);
        } else {
            this.editor.insert(dataTransfer.getData("text/plain"), range);
        }
    }

    styleAt(position) {
        const {left, top, height} = placeOf(this.root, position);
        const frame = this.root.parentElement.getBoundingClientRect();
        const [x, y] = [left - frame.left, top - frame.top];
        return `left: ${x}px; top: ${y}px; height: ${height}px;`;
    }
}
