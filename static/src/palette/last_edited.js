import {useExternalListener} from "@odoo/owl";

const EDITABLE = [
    "textarea",
    "input[type=text]:not([role=combobox])",
    "[contenteditable=true]",
].join(", ");
// What is text to the browser, but not to a person
const NO_TEXT = ".o_field_integer, .o_field_float, .o_field_monetary, .o_field_date";
const FORM = ".o_form_view, .o_form_renderer";

/**
 * The text of the same form that had the cursor last, and where.
 *
 * @param {{el: HTMLElement}} ref something in the form
 * @returns {{insert: (text: string) => boolean}} whether there was such a text
 */
export function useLastEdited(ref) {
    const last = new LastEdited();
    useExternalListener(
        document,
        "focusin",
        ({target}) => last.notice(target, ref.el?.closest(FORM)),
        {capture: true}
    );
    useExternalListener(document, "selectionchange", () => last.remember());
    useExternalListener(document, "focusout", () => last.remember(), {capture: true});
    return {insert: (text) => last.insert(text, ref.el.closest(FORM))};
}

class LastEdited {
    constructor() {
        this.element = null;
        this.selection = null;
    }

    notice(target, form) {
        const element = target.closest?.(EDITABLE);
        if (form?.contains(element) && !element.closest(NO_TEXT)) {
            this.element = element;
            this.selection = null;
            this.remember();
        }
    }

    remember() {
        if (this.element && this.element === document.activeElement) {
            this.selection = isInput(this.element)
                ? [this.element.selectionStart, this.element.selectionEnd]
                : rangeIn(this.element) || this.selection;
        }
    }

    /** As if typed: undo works, and the field becomes dirty. */
    insert(text, form) {
        const element = this.element?.isConnected ? this.element : firstText(form);
        if (!element || element.readOnly) {
            return false;
        }
        const {selection} = this; // the focus brings another
        element.focus();
        this.restore(element, selection);
        if (!document.execCommand("insertText", false, text)) {
            insertByHand(element, text);
        }
        return true;
    }

    restore(element, selection) {
        if (!selection) {
            return;
        }
        if (isInput(element)) {
            element.setSelectionRange(...selection);
        } else if (element.contains(selection.startContainer)) {
            const {startContainer, startOffset, endContainer, endOffset} = selection;
            document
                .getSelection()
                .setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
        }
    }
}

/** Where no cursor has been: the text that the palette most likely is for. */
function firstText(form) {
    return form.querySelector(".o_field_widget [contenteditable=true]");
}

function isInput(element) {
    return element.matches("input, textarea");
}

function rangeIn(element) {
    const selection = document.getSelection();
    const range = selection.rangeCount && selection.getRangeAt(0);
    return range && element.contains(range.commonAncestorContainer)
        ? range.cloneRange()
        : null;
}

function insertByHand(element, text) {
    if (isInput(element)) {
        const {selectionStart, selectionEnd} = element;
        element.setRangeText(text, selectionStart, selectionEnd, "end");
        element.dispatchEvent(new InputEvent("input", {bubbles: true}));
    }
}
