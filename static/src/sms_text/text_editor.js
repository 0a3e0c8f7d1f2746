import {
    Component,
    markRaw,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import {lineBorder, selectionIn, showSelection, targetOf} from "./cursor";
import {Highlights, MISTAKE, OFFENDER} from "./highlights";
import {CHIP, draw, positionOf, readDocument} from "./serialize";
import {chipBefore, chipBehind} from "./text_document";
import {TextDragging} from "./text_dragging";

/**
 * A text with chips on the screen: turns what a person does there into what it does to
 * the `EditedText`, and draws that. Nothing but an input method changes the DOM itself.
 */
export class TextEditor extends Component {
    static template = "sms_organizer.TextEditor";
    static props = {
        text: Object, // an EditedText
        dress: Function, // (name) => {label, title, isWarning}
        mistakes: Array, // {start, end} in the document
        offenders: Array,
        isEmpty: Boolean,
        readonly: {type: Boolean, optional: true},
        required: {type: Boolean, optional: true},
        invalid: {type: Boolean, optional: true},
        translate: {type: Boolean, optional: true},
        lineBreaks: {type: Boolean, optional: true},
        rowCount: {type: Number, optional: true},
        id: {type: String, optional: true},
        label: {type: String, optional: true},
        placeholder: {type: String, optional: true},
        describedBy: {type: String, optional: true},
    };
    static defaultProps = {lineBreaks: true, rowCount: 4};

    setup() {
        this.root = useRef("text");
        this.dragging = useState(new TextDragging(markRaw(this)));
        this.drawn = null;
        this.isComposing = false;
        this.highlights = new Highlights();
        useEffect(
            () => this.listenToText(),
            () => [this.props.text, this.root.el]
        );
        useEffect(() => this.draw());
        useEffect(
            () => () => this.highlights.clear(),
            () => []
        );
        useExternalListener(document, "selectionchange", () => this.followCursor());
        useExternalListener(document, "click", (ev) => this.onLabelClick(ev));
    }

    get style() {
        return `min-height: ${1.5 * this.props.rowCount + 0.5}em`;
    }

    get hasFocus() {
        return Boolean(this.root.el) && document.activeElement === this.root.el;
    }

    // -- the text on the screen --------------------------------------------------------

    listenToText() {
        const {text} = this.props;
        const redraw = () => this.draw();
        const focus = () => this.focus();
        text.addEventListener("redraw", redraw);
        text.addEventListener("focus", focus);
        return () => {
            text.removeEventListener("redraw", redraw);
            text.removeEventListener("focus", focus);
        };
    }

    draw() {
        const root = this.root.el;
        if (!root || this.isComposing) {
            return;
        }
        const {parts} = this.props.text;
        draw(root, parts, this.props.dress);
        // Not where nothing has changed: the person may just have moved the cursor.
        if (this.drawn !== parts && this.hasFocus) {
            this.showCursor();
        }
        this.drawn = parts;
        this.highlights.show(root, MISTAKE, this.props.mistakes);
        this.highlights.show(root, OFFENDER, this.props.offenders);
    }

    // -- the cursor --------------------------------------------------------------------

    focus() {
        const {start, end} = this.props.text.range; // the focus itself may bring another
        this.root.el.focus();
        this.props.text.select(start, end);
        this.showCursor();
    }

    showCursor() {
        const {size, selection} = this.props.text;
        showSelection(this.root.el, selection || {anchor: size, focus: size});
    }

    followCursor() {
        const found = this.hasFocus && !this.isComposing && selectionIn(this.root.el);
        if (found) {
            this.props.text.select(found.anchor, found.focus);
        }
    }

    /** A label's `for` means inputs only: this is what it does for them. */
    onLabelClick({target}) {
        const label = target.closest?.("label");
        if (label && this.props.id && label.htmlFor === this.props.id) {
            this.root.el?.focus();
        }
    }

    /** A chip that was clicked is selected, to be deleted or written over. */
    onClick({target}) {
        const chip = target.closest(`.${CHIP}`);
        if (chip) {
            const position = positionOf(this.root.el, chip, 0);
            this.props.text.select(position, position + 1);
            this.focus();
        }
    }

    onFocus() {
        this.followCursor();
    }

    // -- keys --------------------------------------------------------------------------

    onKeydown(ev) {
        if (isCommand(ev) && ev.key.toLowerCase() === "z") {
            ev.preventDefault();
            this.goBack(ev.shiftKey ? "redo" : "undo");
        } else if (isCommand(ev) && ev.key.toLowerCase() === "y") {
            ev.preventDefault();
            this.goBack("redo");
        } else if (ev.key === "ArrowLeft" || ev.key === "ArrowRight") {
            this.stepOverChip(ev);
        } else if (ev.key === "Home" || ev.key === "End") {
            this.goToBorder(ev);
        } else if (ev.key === "Tab") {
            // Odoo saves what was typed before it goes to the next field.
            const {key, shiftKey} = ev;
            this.props.text.dispatchEvent(
                new KeyboardEvent("keydown", {key, shiftKey})
            );
        }
    }

    goBack(way) {
        if (!this.isComposing) {
            this.props.text[way]();
        }
    }

    stepOverChip(ev) {
        const {text} = this.props;
        this.followCursor();
        if (
            !text.selection ||
            this.isComposing ||
            ev.ctrlKey ||
            ev.metaKey ||
            ev.altKey
        ) {
            return;
        }
        const {anchor, focus} = text.selection;
        const isBack = ev.key === "ArrowLeft";
        const isAtChip = (isBack ? chipBefore : chipBehind)(text.parts, focus);
        if (isAtChip && (ev.shiftKey || anchor === focus)) {
            ev.preventDefault();
            const moved = focus + (isBack ? -1 : 1);
            text.select(ev.shiftKey ? anchor : moved, moved);
            this.showCursor();
        }
    }

    /** As the key does; but by itself Chrome stops short of a chip at the border. */
    goToBorder(ev) {
        if (this.isComposing) {
            return;
        }
        ev.preventDefault();
        this.followCursor();
        const {text} = this.props;
        const border = isCommand(ev)
            ? {Home: 0, End: text.size}[ev.key]
            : lineBorder(this.root.el, text.parts, ev.key === "Home");
        text.select(ev.shiftKey ? text.selection.anchor : border, border);
        this.showCursor();
    }

    // -- what is typed -----------------------------------------------------------------

    onBeforeInput(ev) {
        if (this.isComposing || ev.isComposing || !ev.cancelable) {
            return; // onInput reads what has come of it
        }
        ev.preventDefault();
        this.followCursor();
        const {inputType} = ev;
        if (inputType.startsWith("history")) {
            this.goBack(inputType === "historyRedo" ? "redo" : "undo");
        } else if (inputType.startsWith("delete")) {
            this.props.text.remove(this.deletedBy(ev));
        } else if (["insertLineBreak", "insertParagraph"].includes(inputType)) {
            this.insert("\n");
        } else if (inputType.startsWith("insert")) {
            const given = ev.data ?? ev.dataTransfer?.getData("text/plain");
            this.insert(given || "", this.replacedBy(ev));
        }
    }

    insert(written, range) {
        const text = this.props.lineBreaks ? written : written.replace(/[\r\n]+/g, " ");
        if (text) {
            this.props.text.insertText(text, range || this.props.text.range);
        }
    }

    /** A correction of the spelling replaces a word that is not selected. */
    replacedBy(ev) {
        return ev.inputType === "insertReplacementText"
            ? targetOf(this.root.el, ev)
            : null;
    }

    /** The selection, a whole chip, or what the browser takes for a letter or word. */
    deletedBy(ev) {
        const {parts, range} = this.props.text;
        const {start, end} = range;
        if (start !== end) {
            return range;
        }
        const target = targetOf(this.root.el, ev);
        if (ev.inputType.endsWith("Backward")) {
            const isWhole = chipBefore(parts, start) || !target;
            return isWhole ? {start: Math.max(start - 1, 0), end} : target;
        }
        const isWhole = chipBehind(parts, end) || !target;
        return isWhole ? {start, end: end + 1} : target;
    }

    // -- input methods, and what else changes the DOM itself -----------------------------

    onCompositionStart() {
        this.followCursor();
        this.isComposing = true;
    }

    onInput() {
        this.adopt(!this.isComposing);
    }

    onCompositionEnd() {
        this.isComposing = false;
        this.adopt(true);
    }

    adopt(isOver) {
        const {text} = this.props;
        const {focus} = selectionIn(this.root.el) || {focus: text.range.end};
        text.adopt(readDocument(this.root.el), focus, {isOver});
    }

    // -- the clipboard: always the template's text, never markup ------------------------

    onCopy(ev) {
        this.followCursor();
        const {text} = this.props;
        if (text.range.start < text.range.end) {
            ev.preventDefault();
            ev.clipboardData.setData("text/plain", text.textOf(text.range));
        }
    }

    onCut(ev) {
        this.onCopy(ev);
        if (ev.defaultPrevented) {
            this.props.text.remove(this.props.text.range);
        }
    }

    onPaste(ev) {
        ev.preventDefault();
        this.followCursor();
        this.insert(ev.clipboardData.getData("text/plain"));
    }
}

function isCommand({ctrlKey, metaKey, altKey}) {
    return (ctrlKey || metaKey) && !altKey;
}
